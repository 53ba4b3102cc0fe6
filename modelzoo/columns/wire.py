"""Bring raw columns into the few forms that training, serving and exports share.

On the wire, where tensors know no null: numbers and booleans are float64 with NaN for missing, strings are
text with ``""`` for missing, integers are int64 with the smallest value for missing, arrays are float32,
timestamps are int64 microseconds since the beginning of 1970, UTC, with the smallest value for missing. Values of
another type are coerced here, on the host, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import numpy as np
from modelzoo_registry import DataError, Fault

from ..lazy import pa, pc
from . import dates
from .base import MISSING_INTEGER
from .blocks import read_arrays
from .raw import SHOWN, Place, RawInput, is_number, is_text, some
from .required import require_values

_LEAST_DECIMAL = 128
"""Bits of the shortest decimals that Arrow casts to integers."""


def to_wire(raw: RawInput, column: pa.ChunkedArray, *, first_row: int = 1, dictionaries: bool = False) -> Any:
    """Return a raw column in its wire form, one entry a row.

    Numbers, integers, timestamps and arrays come as NumPy arrays; strings as an Arrow string array with null for
    missing.

    Args:
        raw: what the column is read as.
        column: its values, of any type that can become this.
        first_row: the number of the first row in messages.
        dictionaries: whether text that comes as a dictionary, shorter than the column, may stay one: a missing value
            is then a missing index, and none in the dictionary.

    Raises:
        WrongTypeError: when a column of this type can hold no value that fits.
        DataError: naming the column and the first rows whose value does not fit, or is missing where one is required.
    """
    at = Place(raw.name, first_row)
    if dictionaries and raw.type == "string" and not raw.dates and _is_short_dictionary(column):
        texts = _text_dictionary(at, _contiguous(column))
        if raw.required:
            require_values(at, raw, texts)
        return texts
    plain = _plain(at, column)
    if _lacks_all(plain):
        plain = pa.nulls(len(plain))
    wire = read_arrays(at, raw, plain) if raw.type == "array" else _READERS[raw.type](at, plain)
    if raw.required:
        require_values(at, raw, wire)
    return wire


def to_numpy(wire: Any) -> np.ndarray:
    """Return a wire column as the NumPy array a tensor is made of: strings as objects, ``""`` for missing."""
    if isinstance(wire, pa.Array | pa.ChunkedArray):
        return np.asarray(pc.fill_null(wire, "").to_pylist(), dtype=object)
    return np.asarray(wire)


def _plain(at: Place, column: pa.ChunkedArray) -> pa.Array:
    """Return one contiguous array without dictionary, run-end, large or view types; bytes as text."""
    array = _contiguous(column)
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


def _contiguous(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return one array: of one chunk this itself, which ``combine_chunks`` would copy."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    if column.num_chunks == 1:
        return column.chunk(0)
    if pa.types.is_dictionary(column.type):  # Arrow joins none in which a value is null
        column = column.cast(column.type.value_type)
    return column.combine_chunks()


def _is_short_dictionary(column: pa.ChunkedArray) -> bool:
    """Whether a column is text as one dictionary, in which there are fewer values than rows."""
    if not (pa.types.is_dictionary(column.type) and column.type.value_type == pa.string()):
        return False
    return column.num_chunks == 1 and len(column.chunk(0).dictionary) < len(column)


def _text_dictionary(at: Place, array: pa.DictionaryArray) -> pa.DictionaryArray:
    """Return text as a dictionary with missing values in its indices alone."""
    texts = _strings(at, array.dictionary)
    if not texts.null_count:
        return array
    missing = texts.is_null().take(array.indices)  # and null where the index is
    indices = pc.if_else(missing, pa.scalar(None, array.indices.type), array.indices)
    return pa.DictionaryArray.from_arrays(indices, pc.fill_null(texts, ""))


def _lacks_all(array: pa.Array) -> bool:
    """Whether no row has a value: then the type says nothing, such as pandas' floats for a column of None."""
    if pa.types.is_floating(array.type) and len(array) and array[0].as_py() != array[0].as_py():
        return bool(pc.all(pc.is_nan(array)).as_py())
    return bool(array.null_count == len(array))


def _numbers(at: Place, array: pa.Array) -> np.ndarray:
    if not (is_number(array.type) or _is_soft(array.type)):
        raise at.wrong_type(array.type, "numbers belong here")
    values = _cast(at, _trimmed(array), pa.float64(), "a number belongs here")
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)


def _integers(at: Place, array: pa.Array) -> np.ndarray:
    if not (is_number(array.type) or _is_soft(array.type)):
        raise at.wrong_type(array.type, "whole numbers belong here")
    values = _cast(at, _trimmed(_without_nan(array)), pa.int64(), "a whole number belongs here")
    return _filled(values)


def _timestamps(at: Place, array: pa.Array) -> np.ndarray:
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


def _dates(at: Place, texts: pa.Array) -> np.ndarray:
    instants = dates.parse(texts)
    bad = np.flatnonzero((instants == MISSING_INTEGER) & np.asarray(texts.is_valid()))
    if bad.size:
        rows = [at.row(place, repr(texts[place].as_py())) for place in bad[: SHOWN + 1].tolist()]
        raise at.wrong(f"a date in ISO 8601 belongs here, such as 2024-02-29 14:05. Received: {some(rows)}")
    return instants


def _filled(values: pa.Array) -> np.ndarray:
    """Return int64 (n,) with the smallest value for null."""
    return np.asarray(pc.fill_null(values, MISSING_INTEGER).to_numpy(zero_copy_only=False), dtype=np.int64)


def _strings(at: Place, array: pa.Array) -> pa.Array:
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


def _is_soft(kind: pa.DataType) -> bool:
    """Whether values of another type may still be read as numbers, one by one."""
    return bool(kind == pa.string() or pa.types.is_boolean(kind) or pa.types.is_null(kind))


def _trimmed(array: pa.Array) -> pa.Array:
    if array.type != pa.string():
        return array
    text = pc.utf8_trim_whitespace(array)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _cast(at: Place, array: pa.Array, target: pa.DataType, wanted: str) -> pa.Array:
    safe = not pa.types.is_floating(target)  # beyond 2**53 float64 loses digits, as it does in every export
    try:
        return array.cast(target, safe=safe)
    except pa.ArrowInvalid:
        raise at.wrong(f"{wanted}. Received: {some(_bad_rows(at, array, target))}") from None


def _bad_rows(at: Place, array: pa.Array, target: pa.DataType) -> list[str]:
    """Return the first rows that cannot be cast, one more than is shown."""
    bad = (at.row(place, _shown(value)) for place, value in enumerate(array) if not _fits(value, target))
    return list(islice(bad, SHOWN + 1))


def _shown(value: pa.Scalar) -> str:
    """Write a value as Python would; instants as Arrow does, since Python's end with the year 9999."""
    return str(value.cast(pa.string())) if pa.types.is_temporal(value.type) else repr(value.as_py())


def _fits(value: pa.Scalar, target: pa.DataType) -> bool:
    try:
        value.cast(target)
    except pa.ArrowInvalid:
        return False
    return True


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
