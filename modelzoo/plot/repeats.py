"""Tell a tower of many equal floors in a few words."""

from __future__ import annotations

from collections.abc import Sequence

from ..columns.words import count
from .boxes import Part

_ENOUGH = 4
"""Times the same floors must follow each other to be told as one."""
_HIGHEST = 4
"""Parts of a floor: a layer, say, with what normalises it and what drops its units."""


def fold_repeats(parts: Sequence[Part], signs: Sequence[str], parameters: Sequence[int]) -> list[Part]:
    """Return the parts with the first of equal floors, and how many follow it.

    Args:
        parts: what is written of each layer, top to bottom.
        signs: what tells layers apart, names left out.
        parameters: of each layer.
    """
    folded: list[Part] = []
    place = 0
    while place < len(parts):
        height, times = _floors(signs, place)
        end = place + height * times
        folded += parts[place : place + height]
        if times > 1:
            rest = sum(parameters[place + height : end])
            details = (count(rest, "parameter", "parameters"),) if rest else ()
            folded.append(Part(f"… {times - 1:,} × the same", details))
        place = end
    return folded


def _floors(signs: Sequence[str], place: int) -> tuple[int, int]:
    """Return height and number of the equal floors that begin at a place; (1, 1) when there are too few."""
    for height in range(1, _HIGHEST + 1):
        floor, times = signs[place : place + height], 1
        while signs[place + times * height : place + (times + 1) * height] == floor:
            times += 1
        if times >= _ENOUGH:
            return height, times
    return 1, 1
