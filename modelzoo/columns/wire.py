"""Bring raw columns into the few forms that training, serving and exports share.

On the wire, where tensors know no null: numbers and booleans are float64 with NaN for missing, strings are
text with ``""`` for missing, integers are int64 with the smallest value for missing, arrays are float32.
Values of another type are coerced here, on the host, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
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
_LEAST_DECIMAL = 128
"""Bits of the shortest decimals that Arrow casts to integers."""


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
    plain = _plain(raw.name, column)
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


def _plain(name: str, column: pa.ChunkedArray) -> pa.Array:
    """Return one contiguous array without dictionary, run-end, large or view types; bytes as text."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks == 1 else pa.concat_arrays(array.chunks)
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _plain(name, array.cast(kind.value_type))
    if pa.types.is_run_end_encoded(kind):
        return _plain(name, pc.run_end_decode(array))
    if is_text(kind):
        return _cast(name, array, pa.string(), "text in UTF-8 belongs here")
    if pa.types.is_decimal(kind) and kind.bit_width < _LEAST_DECIMAL:
        return array.cast(pa.decimal128(kind.precision, kind.scale))
    return array.cast(pa.float64()) if pa.types.is_float16(kind) else array


def is_text(kind: pa.DataType) -> bool:
    """Whether an Arrow type holds text."""
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_binary_view(kind)
    )


def is_number(kind: pa.DataType) -> bool:
    """Whether an Arrow type holds integers, floats or decimals (booleans are told apart)."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def is_list(kind: pa.DataType) -> bool:
    """Whether an Arrow type holds lists, of fixed or varying length."""
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def shape_of_lists(column: pa.Array | pa.ChunkedArray) -> tuple[int, ...]:
    """Return the shape the lists of all rows have, nested ones too; () when they differ or hold no numbers.

    Booleans count as numbers.
    """
    shape: list[int] = []
    values = pc.drop_null(column)
    while len(values) and is_list(values.type):
        lengths = pc.min_max(pc.list_value_length(values))
        if values.null_count or lengths["min"] != lengths["max"]:
            return ()
        shape.append(lengths["min"].as_py())
        values = pc.list_flatten(values)
    is_numeric = is_number(values.type) or pa.types.is_boolean(values.type)
    return tuple(shape) if len(values) and is_numeric else ()


def _numbers(name: str, array: pa.Array) -> np.ndarray:
    if not (is_number(array.type) or _is_soft(array.type)):
        raise _wrong_type(name, array.type, "numbers belong here")
    values = _cast(name, _trimmed(array), pa.float64(), "a number belongs here")
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)


def _integers(name: str, array: pa.Array) -> np.ndarray:
    if not (is_number(array.type) or _is_soft(array.type)):
        raise _wrong_type(name, array.type, "whole numbers belong here")
    values = _cast(name, _trimmed(_without_nan(array)), pa.int64(), "a whole number belongs here")
    filled = pc.fill_null(values, MISSING_INTEGER)
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.int64)


def _strings(name: str, array: pa.Array) -> pa.Array:
    if not (is_number(array.type) or _is_soft(array.type) or pa.types.is_temporal(array.type)):
        raise _wrong_type(name, array.type, "text belongs here")
    text = _without_nan(array).cast(pa.string())
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _without_nan(array: pa.Array) -> pa.Array:
    """Return floats with null for NaN, which is missing whatever the column is read as."""
    if not pa.types.is_floating(array.type):
        return array
    return pc.if_else(pc.is_nan(array), pa.scalar(None, array.type), array)


def _arrays(raw: RawInput, array: pa.Array) -> np.ndarray:
    with np.errstate(over="ignore"):  # beyond float32 is infinite, which encoding cuts off
        if isinstance(array, pa.FixedShapeTensorArray):
            return _tensors(raw, array)
        return _nested(raw, array)


def _tensors(raw: RawInput, array: pa.FixedShapeTensorArray) -> np.ndarray:
    if tuple(array.type.shape) != raw.shape:
        raise _wrong_value(raw.name, f"arrays of shape {raw.shape} belong here. Received: {tuple(array.type.shape)}")
    if not array.null_count:
        return np.asarray(array.to_numpy_ndarray(), dtype=np.float32)
    values = np.full((len(array), *raw.shape), np.nan, dtype=np.float32)
    present = np.asarray(array.is_valid())
    if present.any():
        values[present] = array.filter(pa.array(present)).to_numpy_ndarray()
    return values


def _nested(raw: RawInput, array: pa.Array) -> np.ndarray:
    if not (pa.types.is_nested(array.type) or pa.types.is_null(array.type)):
        raise _wrong_type(raw.name, array.type, f"arrays of shape {raw.shape} belong here")
    if not array.null_count and shape_of_lists(array) == raw.shape:
        return _flattened(array).reshape(-1, *raw.shape)
    missing = np.full(raw.shape, np.nan, dtype=np.float32)
    rows = [missing if row is None else _block(row) for row in array.to_pylist()]
    bad = [
        f"row {number}: {'no numbers of one shape' if row is None else row.shape}"
        for number, row in enumerate(rows, start=1)
        if row is None or row.shape != raw.shape
    ]
    if bad:
        raise _wrong_value(raw.name, f"arrays of shape {raw.shape} belong here. Received: {_some(bad)}")
    return np.stack([row for row in rows if row is not None])


def _flattened(array: pa.Array) -> np.ndarray:
    """Return the numbers of nested lists one after the other: going through Python takes minutes for many images."""
    while is_list(array.type):
        array = pc.list_flatten(array)
    numbers = array.cast(pa.float32(), safe=False)
    return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float32)


def _block(row: Any) -> np.ndarray | None:
    try:
        return np.asarray(row, dtype=np.float32)
    except (TypeError, ValueError):
        return None


def _is_soft(kind: pa.DataType) -> bool:
    """Whether values of another type may still be read as numbers, one by one."""
    return bool(kind == pa.string() or pa.types.is_boolean(kind) or pa.types.is_null(kind))


def _trimmed(array: pa.Array) -> pa.Array:
    if array.type != pa.string():
        return array
    text = pc.utf8_trim_whitespace(array)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _cast(name: str, array: pa.Array, target: pa.DataType, wanted: str) -> pa.Array:
    safe = not pa.types.is_floating(target)  # beyond 2**53 float64 loses digits, as it does in every export
    try:
        return array.cast(target, safe=safe)
    except pa.ArrowInvalid:
        raise _wrong_value(name, f"{wanted}. Received: {_some(_bad_rows(array, target))}") from None


def _bad_rows(array: pa.Array, target: pa.DataType) -> list[str]:
    """Return the first rows that cannot be cast, one more than is shown."""
    bad = (f"row {row}: {value.as_py()!r}" for row, value in enumerate(array, start=1) if not _fits(value, target))
    return list(islice(bad, _SHOWN + 1))


def _some(bad: Sequence[str]) -> str:
    return ", ".join(bad[:_SHOWN]) + (", and more" if len(bad) > _SHOWN else "")


def _fits(value: pa.Scalar, target: pa.DataType) -> bool:
    try:
        value.cast(target)
    except pa.ArrowInvalid:
        return False
    return True


def _wrong_type(name: str, kind: pa.DataType, wanted: str) -> DataError:
    return _wrong_value(name, f"{wanted}. Received: {describe_type(kind)}")


def describe_type(kind: pa.DataType) -> str:
    """Name an Arrow type for a message."""
    if isinstance(kind, pa.FixedShapeTensorType):
        return f"arrays of shape {tuple(kind.shape)}"
    return f"a column of {kind}"


def _wrong_value(name: str, message: str) -> DataError:
    return DataError("the data does not fit the model", [Fault(name, message)])


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
