"""Join the fixed encoded inputs to one vector: what a model for reconstruction reads and predicts."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import keras
from modelzoo_registry import SchemaError, Tensor

from ..columns.encoder import Encoder


def fixed_inputs(inputs: Mapping[str, Any], encoder: Encoder) -> Tensor:
    """Return float32 (batch, d): scaled numbers, one-hot categories, flattened arrays, ordered as ``pieces`` says.

    Args:
        inputs: the packed inputs of a core, symbolic tensors or values.
        encoder: says what they hold.

    Raises:
        SchemaError: when no column is numeric, categorical or an array.
    """
    parts = [inputs["dense"]] if encoder.dense_width else []
    for place, column in enumerate(encoder.id_layout):
        if column.one_hot:
            parts.append(keras.ops.one_hot(inputs["ids"][:, place], column.size, dtype="float32"))
    for name, shape in encoder.array_shapes.items():
        parts.append(keras.ops.reshape(inputs[name], (-1, prod(shape))))
    if not parts:
        raise SchemaError("there is nothing to reconstruct: no column is numeric, categorical or an array")
    return parts[0] if len(parts) == 1 else keras.ops.concatenate(parts, axis=1)
