"""The fixed encoded inputs of a row, as one vector, and the way from such a vector back to raw columns.

Fixed inputs are those known before training: scaled numbers and dates, one-hot categories and arrays, never
embeddings. Bucketized and crossed columns repeat others, and hashed values cannot be told from their ids: they are
no part of them. A model for reconstruction predicts this vector.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from .array import FittedArray
from .categorical import FittedCategorical
from .datetime import FittedDatetime
from .encoder import Arrays, Encoder
from .fitted import FittedDense
from .numeric import FittedNumeric

FittedFixed = FittedNumeric | FittedDatetime | FittedCategorical | FittedArray
"""What has fixed inputs."""


@dataclass(frozen=True)
class Piece:
    """Say where in the vector one column stands."""

    fitted: FittedFixed
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
    """Return the columns that are handed out, in the order of the schema: all of them but dates."""
    found = {piece.name: piece for piece in pieces(encoder) if not isinstance(piece.fitted, FittedDatetime)}
    return tuple(found[fitted.column.name] for fitted in encoder.columns if fitted.column.name in found)


def fixed_inputs(encoder: Encoder, inputs: Arrays) -> np.ndarray:
    """Return the vectors, float32 (n, d), of encoded rows."""
    parts = [inputs["dense"]] if encoder.dense_width else []  # all numbers, which come first
    places = {layout.name: place for place, layout in enumerate(encoder.id_layout)}
    for piece in pieces(encoder):
        if isinstance(piece.fitted, FittedCategorical):
            parts.append((inputs["ids"][:, places[piece.name], None] == np.arange(piece.width)).astype(np.float32))
        elif isinstance(piece.fitted, FittedArray):
            parts.append(inputs[encoder.array_name(piece.name)].reshape(-1, piece.width))
    return np.concatenate(parts, axis=1)


def decode(encoder: Encoder, vectors: np.ndarray) -> dict[str, np.ndarray]:
    """Return raw columns from vectors (n, d), in their own units.

    Numbers are float64 (n,), also where they were missing; categories the likeliest one, object (n,), None for
    unseen or missing; arrays float32 (n, *shape).
    """
    return {piece.name: _rebuilt(piece).decode(piece.cut(vectors)) for piece in rebuilt(encoder)}


def decode_tensorflow(tf: Any, encoder: Encoder, vectors: Any) -> dict[str, Any]:
    """Do as ``decode`` does, as TensorFlow operations; unseen or missing categories are as on the wire."""
    return {piece.name: _rebuilt(piece).decode_tensorflow(tf, piece.cut(vectors)) for piece in rebuilt(encoder)}


def decode_onnx(graph: Any, encoder: Encoder, vectors: Any) -> dict[str, Any]:
    """Do as ``decode_tensorflow`` does, as ONNX nodes."""
    decoded = {}
    for piece in rebuilt(encoder):
        ends = np.array([piece.start]), np.array([piece.start + piece.width])
        cut = graph.op("Slice", vectors, *ends, np.array([1]))
        decoded[piece.name] = _rebuilt(piece).decode_onnx(graph, cut)
    return decoded


def fixed_inputs_onnx(graph: Any, encoder: Encoder, inputs: Mapping[str, Any]) -> Any:
    """Return the vectors, float32 (n, d), of the packed inputs of a core, as ONNX nodes."""
    parts = [inputs["dense"]] if encoder.dense_width else []  # all numbers, which come first
    places = [layout.name for layout in encoder.id_layout]
    for piece in pieces(encoder):
        if isinstance(piece.fitted, FittedCategorical):
            ids = graph.gather(inputs["ids"], np.array([places.index(piece.name)]), axis=1)
            parts.append((ids == np.arange(piece.width, dtype=np.int32)).cast("float32"))
        elif isinstance(piece.fitted, FittedArray):
            parts.append(graph.flat(inputs[encoder.array_name(piece.name)], piece.width))
    return graph.concat(parts)


def _rebuilt(piece: Piece) -> FittedNumeric | FittedCategorical | FittedArray:
    if isinstance(piece.fitted, FittedDatetime):
        raise TypeError(f"{piece.name} holds dates, which are not rebuilt")
    return piece.fitted


def _in_order(encoder: Encoder) -> Iterator[FittedFixed]:
    one_hot = {layout.name for layout in encoder.id_layout if layout.one_hot}
    for kinds in (FittedDense, FittedCategorical, FittedArray):
        for fitted in encoder.columns:
            if isinstance(fitted, kinds) and (kinds is not FittedCategorical or fitted.column.name in one_hot):
                yield fitted


def _width(fitted: FittedFixed) -> int:
    if isinstance(fitted, FittedDense):
        return fitted.width
    return fitted.size if isinstance(fitted, FittedCategorical) else prod(fitted.column.shape)
