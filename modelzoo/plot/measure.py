"""Say how wide a text will be, without a font at hand: rather too wide than too narrow."""

from __future__ import annotations

import unicodedata
from functools import cache

_WIDTHS = {
    0.33: " ',.IJijl",
    0.37: "-/:;\\f|",
    0.42: "!()[]rt·",
    0.54: '"*?_`sz',
    0.62: "FLPTYacekovxy",
    0.66: "$0123456789ESbdghnpqu{}",
    0.80: "&ABCDGHKNOQRUVXZ",
    0.87: "#+<=>M^~w×→−",
    1.00: "%@Wm…",
}
"""Widths in a sans-serif font of size 1; browsers fall back on none that is wider than DejaVu Sans."""
_KNOWN = {character: width for width, characters in _WIDTHS.items() for character in characters}
_UNKNOWN = 1.3
_BOLD = 1.15
_LONGEST = 400
"""Characters looked at: more are never shown."""


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a text in a sans-serif font of a size in pixels."""
    return sum(map(_character_width, text)) * size * (_BOLD if bold else 1)


def shorten(text: str, size: float, width: float, *, bold: bool = False) -> str:
    """Return the text with its middle left out until it is no wider: names often differ in their ends."""
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]}…{text[-_LONGEST // 2 :]}"
    kept, short = len(text), text
    while kept and text_width(short, size, bold=bold) > width:
        kept -= 1
        short = f"{text[: kept - kept // 2]}…{text[len(text) - kept // 2 :]}"
    return short


@cache
def _character_width(character: str) -> float:
    known = _KNOWN.get(unicodedata.normalize("NFD", character)[0])
    if known is not None:
        return known
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(character) in "WF" and character < "\U0001f000" else _UNKNOWN
