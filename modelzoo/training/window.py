"""Shuffle encoded rows in a window, as well as memory allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from .chunks import Encoded

_LEAVING = 65_536
"""Most rows that leave at a time once no more come."""


def shuffled(blocks: Iterable[Encoded], window: int, draw: np.random.Generator) -> Iterator[Encoded]:
    """Yield the rows of all blocks once, shuffled among ``window`` of them at a time.

    Once the window is full, rows that come take the places of as many that leave. The places are gone through in an
    order drawn anew for each round, so that the window's memory is all that is needed.
    """
    places: Encoded | None = None
    filled, order = 0, _Rounds(window, draw)
    for block in blocks:
        places = block.empty(window) if places is None else places
        entering = min(block.count, window - filled)
        places.put(slice(filled, filled + entering), block.take(slice(0, entering)))
        filled += entering
        while entering < block.count:
            leaving = order.next(block.count - entering)
            yield places.take(leaving)
            places.put(leaving, block.take(slice(entering, entering + leaving.size)))
            entering += leaving.size
    if places is not None:
        last = draw.permutation(filled)
        yield from (places.take(last[start : start + _LEAVING]) for start in range(0, filled, _LEAVING))


class _Rounds:
    """Go through the places of a window again and again, in an order drawn for each round."""

    def __init__(self, window: int, draw: np.random.Generator) -> None:
        self._window = window
        self._draw = draw
        self._order = np.empty(0, np.int64)

    def next(self, count: int) -> np.ndarray:
        """Return the next places, at most so many, and none beyond this round."""
        if self._order.size == 0:
            self._order = self._draw.permutation(self._window)
        places, self._order = self._order[:count], self._order[count:]
        return places
