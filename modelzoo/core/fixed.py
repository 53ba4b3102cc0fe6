"""Join the fixed encoded inputs to one vector: what a model for reconstruction reads and predicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
from modelzoo_registry import SchemaError, Tensor

from ..columns.array import FittedArray
from ..columns.categorical import FittedCategorical
from ..columns.decoder import Piece, pieces
from ..columns.encoder import Encoder


def fixed_inputs(inputs: Mapping[str, Any], encoder: Encoder) -> Tensor:
    """Return float32 (batch, d): scaled numbers, one-hot categories, flattened arrays, in the order of ``pieces``.

    Args:
        inputs: the packed inputs of a core, symbolic tensors or values.
        encoder: says what they hold.

    Raises:
        SchemaError: when no column is numeric, categorical or an array.
    """
    parts = [inputs["dense"]] if encoder.dense_width else []  # all numbers, which come first
    for piece in pieces(encoder):
        if isinstance(piece.fitted, FittedCategorical):
            parts.append(_one_hot(inputs["ids"], piece, encoder))
        elif isinstance(piece.fitted, FittedArray):
            parts.append(_flat(inputs, piece, encoder))
    if not parts:
        raise SchemaError("there is nothing to reconstruct: no column is numeric, categorical or an array")
    return parts[0] if len(parts) == 1 else keras.ops.concatenate(parts, axis=1)


def _one_hot(ids: Any, piece: Piece, encoder: Encoder) -> Tensor:
    place = [layout.name for layout in encoder.id_layout].index(piece.name)
    return keras.ops.one_hot(ids[:, place], piece.width, dtype="float32")


def _flat(inputs: Mapping[str, Any], piece: Piece, encoder: Encoder) -> Tensor:
    return keras.ops.reshape(inputs[encoder.array_name(piece.name)], (-1, piece.width))
