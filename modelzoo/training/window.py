"""Shuffle encoded rows in a window, as well as memory allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from .chunks import Encoded, concatenate


def shuffled(blocks: Iterable[Encoded], window: int, draw: np.random.Generator) -> Iterator[Encoded]:
    """Yield the rows of all blocks once, shuffled among about ``window`` of them at a time.

    Each time the window is full, half of its rows leave it, drawn from all that are in it: rows that come early may
    leave late.
    """
    held: list[Encoded] = []
    count = 0
    for block in blocks:
        held.append(block)
        count += block.count
        if count >= window:
            mixed = concatenate(held)
            order = draw.permutation(count)
            half = count // 2 or count
            leaving, held = mixed.take(order[:half]), [mixed.take(order[half:])]
            del mixed, block  # they would wait beside the rows that leave
            yield leaving
            del leaving
            count -= half
    if count:
        yield concatenate(held).take(draw.permutation(count))
