"""Refuse rows that lack a value where the schema requires one: on the host, in TensorFlow and in ONNX alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from ..lazy import pa
from . import dates
from .base import MISSING_INTEGER
from .raw import SHOWN, Place, RawInput, some


def is_missing(raw: RawInput, wire: Any) -> np.ndarray:
    """Return for each row, bool (n,), whether its value, or a number of its array, is missing."""
    if raw.type == "string":
        return dates.parse(wire) == MISSING_INTEGER if raw.dates else np.asarray(wire.is_null())
    if raw.type in ("integer", "timestamp"):
        return np.asarray(wire == MISSING_INTEGER)
    lacking: np.ndarray = np.isnan(wire).any(axis=tuple(range(1, wire.ndim)))
    return lacking


def refuse_missing(tf: Any, inputs: Sequence[RawInput], wire: Mapping[str, Any]) -> None:
    """Raise InvalidArgumentError, naming column and row, when a value is missing where one is required."""
    for raw in inputs:
        if raw.required:
            lacking = _missing_tensors(tf, raw, wire[raw.name])
            row = tf.reduce_sum(tf.cast(tf.cumsum(tf.cast(lacking, tf.int32)) == 0, tf.int32)) + 1
            tf.debugging.Assert(
                tf.logical_not(tf.reduce_any(lacking)), [f"column {raw.name!r} lacks a value in row", row]
            )


def _missing_tensors(tf: Any, raw: RawInput, values: Any) -> Any:
    """Do as ``is_missing`` does, as TensorFlow operations."""
    if raw.type in ("integer", "timestamp"):
        return tf.equal(values, MISSING_INTEGER)
    if raw.type == "string":
        return tf.equal(dates.parse_tensors(tf, values), MISSING_INTEGER) if raw.dates else tf.equal(values, "")
    return tf.reduce_any(tf.math.is_nan(values), axis=list(range(1, values.shape.rank)))


def refuse_missing_onnx(graph: Any, inputs: Sequence[RawInput], wire: Mapping[str, Any]) -> Any:
    """Return 0, int64 (), as ONNX nodes that fail where a value is missing and one is required.

    ONNX has no assertion: a constant of one element is asked for elements at the numbers of the rows at fault. The
    name of the node that fails, and so the runtime's message, names the column.
    """
    zero = graph.constant(np.zeros((), np.int64))
    for raw in inputs:
        if raw.required:
            lacking = _missing_onnx(graph, raw, wire[raw.name])
            rows = graph.op("NonZero", lacking, dtype="int64") + 1
            nothing = graph.op("Gather", np.zeros(1, np.int64), rows, name=f"column {raw.name!r} lacks a value")
            zero = zero + graph.op("ReduceSum", nothing, keepdims=0)
    return zero


def _missing_onnx(graph: Any, raw: RawInput, values: Any) -> Any:
    """Do as ``is_missing`` does, as ONNX nodes."""
    if raw.type in ("integer", "timestamp"):
        return values == MISSING_INTEGER
    if raw.type == "string":
        return dates.parse_onnx(graph, values) == MISSING_INTEGER if raw.dates else values == ""
    lacking = graph.op("IsNaN", values, dtype="bool")
    return graph.sum_of_rows(graph.flat(lacking, prod(raw.shape)).cast("int32")) >= 1 if raw.shape else lacking


def require_values(at: Place, raw: RawInput, wire: Any) -> None:
    """Raise DataError naming the first rows that lack a value."""
    lacking = np.flatnonzero(is_missing(raw, wire))
    if lacking.size:
        rows = [_lacking_row(at, place, wire) for place in lacking[: SHOWN + 1].tolist()]
        raise at.wrong(f'a value belongs here, since the schema says missing = "reject". Received none: {some(rows)}')


def _lacking_row(at: Place, place: int, wire: Any) -> str:
    """Name a row, with the text there that is no date."""
    text = wire[place].as_py() if isinstance(wire, pa.Array) else None
    return f"row {at.first_row + place}" if text is None else at.row(place, repr(text))
