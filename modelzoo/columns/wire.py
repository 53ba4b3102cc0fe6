"""Bring raw columns into the few forms that training, serving and exports share.

On the wire, where tensors know no null: numbers and booleans are float64 with NaN for missing, strings are
text with ``""`` for missing, integers are int64 with the smallest value for missing, arrays are float32,
timestamps are int64 microseconds since the beginning of 1970, UTC, with the smallest value for missing. Values of
another type are coerced here, on the host, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from modelzoo_registry import DataError, Fault

from . import dates
from .base import MISSING_INTEGER
from .calendar import SECOND

WireType = Literal["number", "string", "integer", "timestamp", "array"]

TENSOR_DTYPES: dict[WireType, str] = {
    "number": "float64",
    "string": "string",
    "integer": "int64",
    "timestamp": "int64",
    "array": "float32",
}
"""The dtype of each wire type as a tensor."""

_MISSING: dict[WireType, Any] = {
    "number": float("nan"),
    "string": "",
    "integer": MISSING_INTEGER,
    "timestamp": MISSING_INTEGER,
}
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  (what has no zone is in UTC)
_FAR = 2**1000
"""Whole numbers beyond may be no float64."""
_NUMPY_NUMBERS = {np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.float64}
"""Those whose plain value means the same whatever it is read as; shorter floats are written with other digits."""
_SHOWN = 3
_LEAST_DECIMAL = 128
"""Bits of the shortest decimals that Arrow casts to integers."""


@dataclass(frozen=True)
class RawInput:
    """Name one raw column a model reads, its wire type and the shape of one value."""

    name: str
    type: WireType
    shape: tuple[int, ...] = ()
    required: bool = False
    """Whether rows without a value are refused."""
    dates: bool = False
    """Whether text that is no date counts as missing."""


@dataclass(frozen=True)
class _Place:
    """Say which column is read, and the number of its first row, for messages."""

    name: str
    first_row: int

    def wrong(self, message: str) -> DataError:
        return DataError("the data does not fit the model", [Fault(self.name, message)])

    def wrong_type(self, kind: pa.DataType, wanted: str) -> DataError:
        return self.wrong(f"{wanted}. Received: {describe_type(kind)}")

    def row(self, place: int, value: str) -> str:
        return f"row {self.first_row + place}: {value}"


def to_wire(raw: RawInput, column: pa.ChunkedArray, *, first_row: int = 1) -> Any:
    """Return a raw column in its wire form, one entry a row.

    Numbers, integers, timestamps and arrays come as NumPy arrays; strings as an Arrow string array with null for
    missing.

    Args:
        raw: what the column is read as.
        column: its values, of any type that can become this.
        first_row: the number of the first row in messages.

    Raises:
        DataError: naming the column and the first rows whose value does not fit, or is missing where one is required.
    """
    at = _Place(raw.name, first_row)
    plain = _plain(at, column)
    if _lacks_all(plain):
        plain = pa.nulls(len(plain))
    wire = _arrays(at, raw, plain) if raw.type == "array" else _READERS[raw.type](at, plain)
    if raw.required:
        _require_values(at, raw, wire)
    return wire


def one_to_wire(raw: RawInput, value: Any) -> Any:
    """Return one plain value in wire form; None when it is something ``to_wire`` has to look at.

    That is a value of another type, an array, and a missing one where a value is required.
    """
    if type(value) in _NUMPY_NUMBERS:
        value = value.item()
    if value is None or (type(value) is float and value != value):
        return None if raw.required else _MISSING.get(raw.type)
    if raw.type == "number" and type(value) in (float, int, bool):
        return None if type(value) is int and abs(value) > _FAR else float(value)
    if raw.type == "string" and type(value) is str:
        return None if (raw.required and _lacks_one(raw, value)) or _has_surrogates(value) else value
    if raw.type == "integer" and type(value) in (int, bool):
        return int(value) if MISSING_INTEGER < value < -MISSING_INTEGER else None
    return _one_instant(value) if raw.type == "timestamp" else None


def _lacks_one(raw: RawInput, text: str) -> bool:
    return dates.parse_one(text) == MISSING_INTEGER if raw.dates else not text


def _one_instant(value: Any) -> int | None:
    """Return the instant of a plain datetime or text, or None."""
    if type(value) is datetime:
        since = value - (_EPOCH if value.tzinfo is None else _EPOCH.replace(tzinfo=UTC))
        return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds
    instant = dates.parse_one(value) if type(value) is str else MISSING_INTEGER
    return None if instant == MISSING_INTEGER else instant


def _has_surrogates(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)


def is_missing(raw: RawInput, wire: Any) -> np.ndarray:
    """Return for each row, bool (n,), whether its value, or a number of its array, is missing."""
    if raw.type == "string":
        return dates.parse(wire) == MISSING_INTEGER if raw.dates else np.asarray(wire.is_null())
    if raw.type in ("integer", "timestamp"):
        return np.asarray(wire == MISSING_INTEGER)
    lacking: np.ndarray = np.isnan(wire).any(axis=tuple(range(1, wire.ndim)))
    return lacking


def to_numpy(wire: Any) -> np.ndarray:
    """Return a wire column as the NumPy array a tensor is made of: strings as objects, ``""`` for missing."""
    if isinstance(wire, pa.Array | pa.ChunkedArray):
        return np.asarray(pc.fill_null(wire, "").to_pylist(), dtype=object)
    return np.asarray(wire)


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


def _require_values(at: _Place, raw: RawInput, wire: Any) -> None:
    lacking = np.flatnonzero(is_missing(raw, wire))
    if lacking.size:
        rows = [_lacking_row(at, place, wire) for place in lacking[: _SHOWN + 1].tolist()]
        raise at.wrong(f'a value belongs here, since the schema says missing = "reject". Received none: {_some(rows)}')


def _lacking_row(at: _Place, place: int, wire: Any) -> str:
    """Name a row, with the text there that is no date."""
    text = wire[place].as_py() if isinstance(wire, pa.Array) else None
    return f"row {at.first_row + place}" if text is None else at.row(place, repr(text))


def _plain(at: _Place, column: pa.ChunkedArray) -> pa.Array:
    """Return one contiguous array without dictionary, run-end, large or view types; bytes as text."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks == 1 else pa.concat_arrays(array.chunks)
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _plain(at, array.cast(kind.value_type))
    if pa.types.is_run_end_encoded(kind):
        return _plain(at, pc.run_end_decode(array))
    if is_text(kind):
        return array if kind == pa.string() else _cast(at, array, pa.string(), "text in UTF-8 belongs here")
    if pa.types.is_decimal(kind) and kind.bit_width < _LEAST_DECIMAL:
        return array.cast(pa.decimal128(kind.precision, kind.scale))
    return array.cast(pa.float64()) if pa.types.is_float16(kind) else array


def _lacks_all(array: pa.Array) -> bool:
    """Whether no row has a value: then the type says nothing, such as pandas' floats for a column of None."""
    if pa.types.is_floating(array.type) and len(array) and array[0].as_py() != array[0].as_py():
        return bool(pc.all(pc.is_nan(array)).as_py())
    return bool(array.null_count == len(array))


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


def _numbers(at: _Place, array: pa.Array) -> np.ndarray:
    if not (is_number(array.type) or _is_soft(array.type)):
        raise at.wrong_type(array.type, "numbers belong here")
    values = _cast(at, _trimmed(array), pa.float64(), "a number belongs here")
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)


def _integers(at: _Place, array: pa.Array) -> np.ndarray:
    if not (is_number(array.type) or _is_soft(array.type)):
        raise at.wrong_type(array.type, "whole numbers belong here")
    values = _cast(at, _trimmed(_without_nan(array)), pa.int64(), "a whole number belongs here")
    return _filled(values)


def _timestamps(at: _Place, array: pa.Array) -> np.ndarray:
    kind = array.type
    if kind == pa.string():
        return _dates(at, _trimmed(array))
    if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind) or pa.types.is_null(kind)):
        raise at.wrong_type(kind, "dates belong here, as timestamps or as text in ISO 8601")
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        since = _filled(array.cast(pa.int64()))  # in UTC
        return np.where(since == MISSING_INTEGER, since, since // 1000)
    instants = array.cast(pa.timestamp(kind.unit)) if pa.types.is_timestamp(kind) else array
    return _filled(_cast(at, instants, pa.timestamp("us"), "a date belongs here").cast(pa.int64()))


def _dates(at: _Place, texts: pa.Array) -> np.ndarray:
    instants = dates.parse(texts)
    bad = np.flatnonzero((instants == MISSING_INTEGER) & np.asarray(texts.is_valid()))
    if bad.size:
        rows = [at.row(place, repr(texts[place].as_py())) for place in bad[: _SHOWN + 1].tolist()]
        raise at.wrong(f"a date in ISO 8601 belongs here, such as 2024-02-29 14:05. Received: {_some(rows)}")
    return instants


def _filled(values: pa.Array) -> np.ndarray:
    """Return int64 (n,) with the smallest value for null."""
    return np.asarray(pc.fill_null(values, MISSING_INTEGER).to_numpy(zero_copy_only=False), dtype=np.int64)


def _strings(at: _Place, array: pa.Array) -> pa.Array:
    kind = array.type
    if not (is_number(kind) or _is_soft(kind) or pa.types.is_temporal(kind)):
        raise at.wrong_type(kind, "text belongs here")
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        array = array.cast(pa.timestamp(kind.unit))  # in UTC
    text = _without_nan(array).cast(pa.string())
    is_empty = pc.equal(text, "")
    return pc.if_else(is_empty, pa.scalar(None, pa.string()), text) if pc.any(is_empty).as_py() else text


def _without_nan(array: pa.Array) -> pa.Array:
    """Return floats with null for NaN, which is missing whatever the column is read as."""
    if not pa.types.is_floating(array.type):
        return array
    return pc.if_else(pc.is_nan(array), pa.scalar(None, array.type), array)


_READERS = {"number": _numbers, "integer": _integers, "timestamp": _timestamps, "string": _strings}


def _arrays(at: _Place, raw: RawInput, array: pa.Array) -> np.ndarray:
    with np.errstate(over="ignore"):  # beyond float32 is infinite, which encoding cuts off
        if isinstance(array, pa.FixedShapeTensorArray):
            return _tensors(at, raw, array)
        return _nested(at, raw, array)


def _tensors(at: _Place, raw: RawInput, array: pa.FixedShapeTensorArray) -> np.ndarray:
    if tuple(array.type.shape) != raw.shape:
        raise at.wrong(f"arrays of shape {raw.shape} belong here. Received: {tuple(array.type.shape)}")
    if not array.null_count:
        return np.asarray(array.to_numpy_ndarray(), dtype=np.float32)
    values = np.full((len(array), *raw.shape), np.nan, dtype=np.float32)
    present = np.asarray(array.is_valid())
    if present.any():
        values[present] = array.filter(pa.array(present)).to_numpy_ndarray()
    return values


def _nested(at: _Place, raw: RawInput, array: pa.Array) -> np.ndarray:
    if not (pa.types.is_nested(array.type) or pa.types.is_null(array.type)):
        raise at.wrong_type(array.type, f"arrays of shape {raw.shape} belong here")
    if pa.types.is_null(array.type):
        return np.full((len(array), *raw.shape), np.nan, dtype=np.float32)
    if not array.null_count and shape_of_lists(array) == raw.shape:
        return _flattened(array).reshape(-1, *raw.shape)
    missing = np.full(raw.shape, np.nan, dtype=np.float32)
    rows = [missing if row is None else _block(row) for row in array.to_pylist()]
    bad = [
        at.row(place, "no numbers of one shape" if row is None else str(row.shape))
        for place, row in enumerate(rows)
        if row is None or row.shape != raw.shape
    ]
    if bad:
        raise at.wrong(f"arrays of shape {raw.shape} belong here. Received: {_some(bad)}")
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


def _cast(at: _Place, array: pa.Array, target: pa.DataType, wanted: str) -> pa.Array:
    safe = not pa.types.is_floating(target)  # beyond 2**53 float64 loses digits, as it does in every export
    try:
        return array.cast(target, safe=safe)
    except pa.ArrowInvalid:
        raise at.wrong(f"{wanted}. Received: {_some(_bad_rows(at, array, target))}") from None


def _bad_rows(at: _Place, array: pa.Array, target: pa.DataType) -> list[str]:
    """Return the first rows that cannot be cast, one more than is shown."""
    bad = (at.row(place, _shown(value)) for place, value in enumerate(array) if not _fits(value, target))
    return list(islice(bad, _SHOWN + 1))


def _shown(value: pa.Scalar) -> str:
    """Write a value as Python would; instants as Arrow does, since Python's end with the year 9999."""
    return str(value.cast(pa.string())) if pa.types.is_temporal(value.type) else repr(value.as_py())


def _some(bad: Sequence[str]) -> str:
    return ", ".join(bad[:_SHOWN]) + (", and more" if len(bad) > _SHOWN else "")


def _fits(value: pa.Scalar, target: pa.DataType) -> bool:
    try:
        value.cast(target)
    except pa.ArrowInvalid:
        return False
    return True


def describe_type(kind: pa.DataType) -> str:
    """Name an Arrow type for a message."""
    if isinstance(kind, pa.FixedShapeTensorType):
        return f"arrays of shape {tuple(kind.shape)}"
    return f"a column of {kind}"


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
