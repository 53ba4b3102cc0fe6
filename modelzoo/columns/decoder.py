"""The fixed encoded inputs of a row, as one vector, and the way from such a vector back to raw columns.

Fixed inputs are those known before training: scaled numbers, one-hot categories and arrays, never embeddings.
Bucketized and crossed columns repeat others, and are no part of them. A model for reconstruction predicts this
vector.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from .array import FittedArray
from .categorical import FittedCategorical
from .encoder import Encoder
from .numeric import FittedNumeric


@dataclass(frozen=True)
class Piece:
    """Say where in the vector one column stands."""

    fitted: FittedNumeric | FittedCategorical | FittedArray
    start: int
    width: int

    @property
    def name(self) -> str:
        """Name of the raw column."""
        return self.fitted.column.name

    def cut(self, vectors: Any) -> Any:
        """Return this column's part (n, width) of vectors (n, d)."""
        return vectors[:, self.start : self.start + self.width]


def pieces(encoder: Encoder) -> tuple[Piece, ...]:
    """Return the columns of the vector in its order: as in ``dense``, then one-hot ids, then arrays."""
    found: list[Piece] = []
    for fitted in _in_order(encoder):
        start = found[-1].start + found[-1].width if found else 0
        found.append(Piece(fitted, start, _width(fitted)))
    return tuple(found)


def fixed_width(encoder: Encoder) -> int:
    """Return the length d of the vector."""
    return sum(piece.width for piece in pieces(encoder))


def rebuilt(encoder: Encoder) -> tuple[Piece, ...]:
    """Return the same columns in the order of the schema: that in which they are handed out."""
    found = {piece.name: piece for piece in pieces(encoder)}
    return tuple(found[fitted.column.name] for fitted in encoder.columns if fitted.column.name in found)


def decode(encoder: Encoder, vectors: np.ndarray) -> dict[str, np.ndarray]:
    """Return raw columns from vectors (n, d), in their own units.

    Numbers are float64 (n,), also where they were missing; categories the likeliest one, object (n,), None for
    unseen or missing; arrays float32 (n, *shape).
    """
    return {piece.name: piece.fitted.decode(piece.cut(vectors)) for piece in rebuilt(encoder)}


def decode_tensorflow(tf: Any, encoder: Encoder, vectors: Any) -> dict[str, Any]:
    """Do as ``decode`` does, as TensorFlow operations; unseen or missing categories are as on the wire."""
    return {piece.name: piece.fitted.decode_tensorflow(tf, piece.cut(vectors)) for piece in rebuilt(encoder)}


def _in_order(encoder: Encoder) -> Iterator[FittedNumeric | FittedCategorical | FittedArray]:
    one_hot = {layout.name for layout in encoder.id_layout if layout.one_hot}
    for kind in (FittedNumeric, FittedCategorical, FittedArray):
        for fitted in encoder.columns:
            if isinstance(fitted, kind) and (kind is not FittedCategorical or fitted.column.name in one_hot):
                yield fitted


def _width(fitted: FittedNumeric | FittedCategorical | FittedArray) -> int:
    if isinstance(fitted, FittedNumeric):
        return fitted.width
    return fitted.size if isinstance(fitted, FittedCategorical) else prod(fitted.column.shape)
