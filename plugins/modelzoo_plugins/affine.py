"""Move pictures by one affine map each, resampled once.

Written with plain gathers, which XLA compiles; Keras' own random layers for rotation, shift and zoom it does not.
"""

from __future__ import annotations

from dataclasses import dataclass

from modelzoo_registry import Tensor


@dataclass(frozen=True)
class Moves:
    """Say how each picture of a batch moves; all float32 (batch,)."""

    angle: Tensor
    """Radians, counter-clockwise around the middle."""
    zoom: Tensor
    """Factor of its size, > 0."""
    down: Tensor
    """Share of its height."""
    right: Tensor
    """Share of its width."""
    mirror_rows: Tensor
    """-1 turns it upside down, 1 does not."""
    mirror_columns: Tensor
    """-1 swaps left and right, 1 does not."""


def moved(pictures: Tensor, moves: Moves) -> Tensor:
    """Return the pictures mirrored, zoomed, rotated, then shifted; bilinear, beyond its edges the nearest pixel.

    Args:
        pictures: float32 (batch, height, width) or (batch, height, width, channels); the result has the same shape.
        moves: of the same batch.
    """
    from keras import ops

    height, width = pictures.shape[1:3]
    rows, columns = _sources(height, width, moves)
    rows, columns = ops.clip(rows, 0, height - 1), ops.clip(columns, 0, width - 1)
    top, left = ops.floor(rows), ops.floor(columns)
    down, right = rows - top, columns - left
    bottom, beside = ops.minimum(top + 1, height - 1), ops.minimum(left + 1, width - 1)
    batch = ops.shape(pictures)[0]
    flat = ops.reshape(pictures, (batch * height * width, -1))
    first = ops.arange(batch)[:, None] * (height * width)

    def weighed(row: Tensor, column: Tensor, weight: Tensor) -> Tensor:
        pixel = first + ops.cast(row, "int32") * width + ops.cast(column, "int32")
        return ops.take(flat, pixel, axis=0) * weight[..., None]

    mixed = (
        weighed(top, left, (1 - down) * (1 - right))
        + weighed(top, beside, (1 - down) * right)
        + weighed(bottom, left, down * (1 - right))
        + weighed(bottom, beside, down * right)
    )
    return ops.reshape(mixed, ops.shape(pictures))


def _sources(height: int, width: int, moves: Moves) -> tuple[Tensor, Tensor]:
    """Return row and column, each (batch, height * width), that each pixel of the result comes from."""
    from keras import ops

    middle_row, middle_column = (height - 1) / 2, (width - 1) / 2
    grid = ops.meshgrid(ops.arange(height, dtype="float32"), ops.arange(width, dtype="float32"), indexing="ij")
    row, column = (ops.reshape(part, (1, -1)) for part in grid)
    row = row - middle_row - (moves.down * height)[:, None]
    column = column - middle_column - (moves.right * width)[:, None]
    cosine, sine = (ops.cos(moves.angle) / moves.zoom)[:, None], (ops.sin(moves.angle) / moves.zoom)[:, None]
    turned_row, turned_column = cosine * row + sine * column, cosine * column - sine * row
    return (
        turned_row * moves.mirror_rows[:, None] + middle_row,
        turned_column * moves.mirror_columns[:, None] + middle_column,
    )
