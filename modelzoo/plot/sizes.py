"""Say how large boxes are, in pixels, and how tall each of their parts is."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from .boxes import Box, Part
from .measure import text_width

TITLE = 12.0
DETAIL = 10.5
"""Sizes of the fonts."""
PAD = 8.0
"""Between a border and the text inside."""
GAP = 12.0
"""Between title and detail of a row, and between the parts of a tower."""
ROW = 20.0
TITLE_LINE = 16.0
DETAIL_LINE = 14.0
MARGIN = 4.0
_WIDEST_TITLE = 155.0
_WIDEST_LINE = 205.0
WIDEST_DETAIL = 290.0
"""Of a row."""
_NARROWEST = 60.0


@dataclass(frozen=True)
class Size:
    """Hold the width a box asks for and the heights of its parts."""

    width: float
    parts: tuple[float, ...]

    @property
    def height(self) -> float:
        """Height of the box, gaps between its parts included."""
        return sum(self.parts) + GAP * (len(self.parts) - 1)


def measure_box(box: Box) -> Size:
    """Return the size of a box whose longer texts are shortened."""
    if is_row(box):
        return Size(max(_row_width(part) for part in box.parts), (ROW,) * len(box.parts))
    return Size(max(_block_width(part) for part in box.parts), tuple(_block_height(part) for part in box.parts))


def is_row(box: Box) -> bool:
    """Whether a box is one line, title left and detail right; the others have their details below the title."""
    return box.stage in ("raw", "encoder")


def _row_width(part: Part) -> float:
    details = sum(GAP + min(text_width(detail, DETAIL), WIDEST_DETAIL) for detail in part.details)
    return ceil(2 * PAD + min(text_width(part.title, TITLE), _WIDEST_TITLE) + details)


def _block_width(part: Part) -> float:
    lines = [text_width(part.title, TITLE, bold=True), *(text_width(detail, DETAIL) for detail in part.details)]
    return max(_NARROWEST, ceil(2 * PAD + min(max(lines), _WIDEST_LINE)))


def _block_height(part: Part) -> float:
    return 2 * MARGIN + TITLE_LINE + DETAIL_LINE * len(part.details)
