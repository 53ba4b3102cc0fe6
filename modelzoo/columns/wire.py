"""Bring raw columns into the few forms that training, serving and exports share.

On the wire, where tensors know no null: numbers and booleans are float64 with NaN for missing, strings are
text with ``""`` for missing, integers are int64 with the smallest value for missing, arrays are float32.
Values of another type are coerced here, on the host, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from modelzoo_registry import DataError, Fault

WireType = Literal["number", "string", "integer", "array"]

MISSING_INTEGER = int(np.iinfo(np.int64).min)
"""The integer that stands for a missing one."""

TENSOR_DTYPES: dict[WireType, str] = {"number": "float64", "string": "string", "integer": "int64", "array": "float32"}
"""The dtype of each wire type as a tensor."""

_SHOWN = 3


@dataclass(frozen=True)
class RawInput:
    """Name one raw column a model reads, its wire type and the shape of one value."""

    name: str
    type: WireType
    shape: tuple[int, ...] = ()


def to_wire(raw: RawInput, column: pa.ChunkedArray) -> Any:
    """Return a raw column in its wire form, one entry a row.

    Numbers, integers and arrays come as NumPy arrays; strings as an Arrow string array with null for missing.

    Raises:
        DataError: naming the column and the first rows (counted from 1) whose value does not fit.
    """
    plain = _plain(column)
    if raw.type == "number":
        return _numbers(raw.name, plain)
    if raw.type == "integer":
        return _integers(raw.name, plain)
    if raw.type == "string":
        return _strings(raw.name, plain)
    return _arrays(raw, plain)


def to_numpy(wire: Any) -> np.ndarray:
    """Return a wire column as the NumPy array a tensor is made of: strings as objects, ``""`` for missing."""
    if isinstance(wire, pa.Array | pa.ChunkedArray):
        return np.asarray(pc.fill_null(wire, "").to_pylist(), dtype=object)
    return np.asarray(wire)


def _plain(column: pa.ChunkedArray) -> pa.Array:
    """Return one contiguous array without dictionary, large or view types."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks == 1 else pa.concat_arrays(array.chunks)
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _plain(array.dictionary_decode())
    if is_text(kind):
        return array.cast(pa.string())
    if pa.types.is_decimal(kind) or pa.types.is_float16(kind):
        return array.cast(pa.float64(), safe=False)
    return array


def is_text(kind: pa.DataType) -> bool:
    """Whether an Arrow type holds text."""
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    )


def is_number(kind: pa.DataType) -> bool:
    """Whether an Arrow type holds integers, floats or decimals (booleans are told apart)."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _numbers(name: str, array: pa.Array) -> np.ndarray:
    if not (is_number(array.type) or _is_soft(array.type)):
        raise _wrong_type(name, array.type, "numbers belong here")
    values = _cast(name, _trimmed(array), pa.float64(), "a number belongs here")
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)


def _integers(name: str, array: pa.Array) -> np.ndarray:
    if not (is_number(array.type) or _is_soft(array.type)):
        raise _wrong_type(name, array.type, "whole numbers belong here")
    if pa.types.is_floating(array.type):
        array = pc.if_else(pc.is_nan(array), pa.scalar(None, array.type), array)
    values = _cast(name, _trimmed(array), pa.int64(), "a whole number belongs here")
    filled = pc.fill_null(values, MISSING_INTEGER)
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.int64)


def _strings(name: str, array: pa.Array) -> pa.Array:
    if not (array.type == pa.string() or pa.types.is_null(array.type)) and pa.types.is_nested(array.type):
        raise _wrong_type(name, array.type, "text belongs here")
    text = array if array.type == pa.string() else array.cast(pa.string())
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _arrays(raw: RawInput, array: pa.Array) -> np.ndarray:
    if isinstance(array, pa.FixedShapeTensorArray) and not array.null_count:
        values = array.to_numpy_ndarray()
    else:
        values = _nested(raw, array)
    if values.shape[1:] != raw.shape:
        raise DataError(
            "the data does not fit the model",
            [Fault(raw.name, f"arrays of shape {raw.shape} belong here. Received: {values.shape[1:]}")],
        )
    return np.asarray(values, dtype=np.float32)


def _nested(raw: RawInput, array: pa.Array) -> np.ndarray:
    missing = np.full(raw.shape, np.nan, dtype=np.float32)
    rows = [missing if row is None else np.asarray(row, dtype=np.float32) for row in array.to_pylist()]
    shapes = {row.shape for row in rows}
    if len(shapes) > 1:
        raise DataError(
            "the data does not fit the model", [Fault(raw.name, f"the rows differ in shape: {sorted(shapes)}")]
        )
    return np.stack(rows)


def _is_soft(kind: pa.DataType) -> bool:
    """Whether values of another type may still be read as numbers, one by one."""
    return bool(kind == pa.string() or pa.types.is_boolean(kind) or pa.types.is_null(kind))


def _trimmed(array: pa.Array) -> pa.Array:
    if array.type != pa.string():
        return array
    text = pc.utf8_trim_whitespace(array)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _cast(name: str, array: pa.Array, target: pa.DataType, wanted: str) -> pa.Array:
    safe = pa.types.is_integer(target)  # numbers beyond 2**53 lose digits as float64, as they do in every export
    try:
        return array.cast(target, safe=safe)
    except pa.ArrowInvalid:
        raise DataError("the data does not fit the model", [Fault(name, _bad_rows(array, target, wanted))]) from None


def _bad_rows(array: pa.Array, target: pa.DataType, wanted: str) -> str:
    bad = []
    for row, value in enumerate(array, start=1):
        if not _fits(value, target):
            bad.append(f"row {row}: {value.as_py()!r}")
            if len(bad) > _SHOWN:
                break
    shown = ", ".join(bad[:_SHOWN]) + (", and more" if len(bad) > _SHOWN else "")
    return f"{wanted}. Received: {shown}"


def _fits(value: pa.Scalar, target: pa.DataType) -> bool:
    try:
        value.cast(target)
    except pa.ArrowInvalid:
        return False
    return True


def _wrong_type(name: str, kind: pa.DataType, wanted: str) -> DataError:
    return DataError("the data does not fit the model", [Fault(name, f"{wanted}. Received: a column of {kind}")])


def gather_faults(title: str, work: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run every piece of work and return the results; all their faults are raised as one error."""
    results: list[Any] = []
    faults: list[Fault] = []
    for piece in work:
        try:
            results.append(piece())
        except DataError as error:
            faults.extend(error.faults or (Fault("", str(error)),))
    if faults:
        raise DataError(title, faults)
    return results
