"""Show how a scoring goes on."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Self


class Progress:
    """Draw a bar with the rows done and their speed, at most ten times a second, if there is a terminal for it."""

    def __init__(self, rows: int | None, *, shown: bool) -> None:
        """Begin.

        Args:
            rows: how many there are, if anybody knows.
            shown: whether a bar may be drawn at all.
        """
        self._bar: Any = None
        if shown and sys.stderr.isatty():
            from tqdm import tqdm

            # What is told in the end takes the bar's place.
            self._bar = tqdm(
                total=rows, unit=" rows", unit_scale=True, mininterval=0.1, miniters=1, leave=False, dynamic_ncols=True
            )

    def move(self, rows: int) -> None:
        """Count rows that are done."""
        if self._bar is not None:
            self._bar.update(rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.close()
