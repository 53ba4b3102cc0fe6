"""Swap noise: cells of a table replaced by those of other rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from modelzoo_registry import Tensor

from .draw import uniform


def swapped(
    arrays: Mapping[str, Tensor], cells: Mapping[str, Sequence[int]], share: float, seed: Any
) -> dict[str, Tensor]:
    """Return the arrays with each cell replaced, with this probability, by that of another row of the batch.

    Positions with one number in ``cells``, also of two arrays, are one cell: they are replaced together, from one row.

    Args:
        arrays: (batch, n) each.
        cells: the number of each of their positions.
        share: probability, 0 to 1.
        seed: a ``keras.random.SeedGenerator``.
    """
    from keras import ops

    numbers = sorted({number for name in arrays for number in cells[name]})
    batch = ops.shape(next(iter(arrays.values())))[0]
    own = ops.arange(batch)[:, None]
    drawn = uniform((2, batch, len(numbers)), seed)
    steps = 1 + ops.floor(drawn[0] * ops.cast(batch - 1, "float32"))  # to another row, round the end
    others = (own + ops.cast(steps, "int32")) % batch
    rows = ops.where(drawn[1] < share, others, own)
    places = {number: place for place, number in enumerate(numbers)}
    return {
        name: _gathered(array, ops.take(rows, [places[number] for number in cells[name]], axis=1))
        for name, array in arrays.items()
    }


def _gathered(array: Tensor, rows: Tensor) -> Tensor:
    """Return (batch, n) of which each entry comes from its own column and the row that is given for it."""
    from keras import ops

    width = array.shape[1]
    return ops.take(ops.reshape(array, (-1,)), rows * width + ops.arange(width))
