"""Turn one column of whatever people hold into an Arrow column."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from modelzoo_registry import DataError

_WITHOUT_VIEWS = {pa.string_view(): pa.large_string(), pa.binary_view(): pa.large_binary()}
_NO_SINGLE_VALUES = (list, tuple, dict, set, np.ndarray)


def to_arrow(values: Any) -> pa.Array | pa.ChunkedArray:
    """Return one column; arrays of more than one dimension become fixed-shape tensors.

    Bytes become text, and values of mixed types become text too: coercion to what a model reads comes later.

    Raises:
        DataError: when it is no column, or holds what no column can.
    """
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return takeable(values)
    if not _is_column(values):
        raise DataError(f"one value a row belongs here, as a list or an array. Received: {type(values).__name__}")
    tensor = _tensor_of(values)
    return takeable(_typed(values)) if tensor is None else _tensor_column(tensor)


def takeable(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Return a column without the types whose rows Arrow cannot take: views (polars' text) and run ends."""
    kind = column.type
    if pa.types.is_run_end_encoded(kind):
        return takeable(pc.run_end_decode(column))
    if pa.types.is_dictionary(kind) and kind.value_type in _WITHOUT_VIEWS:
        if isinstance(column, pa.ChunkedArray):
            return pa.chunked_array([takeable(chunk) for chunk in column.chunks] or [pa.array([], pa.string())])
        return pa.DictionaryArray.from_arrays(column.indices, takeable(column.dictionary))
    return column.cast(_WITHOUT_VIEWS[kind]) if kind in _WITHOUT_VIEWS else column


def _is_column(values: Any) -> bool:
    if isinstance(values, str | bytes):
        return False
    if hasattr(values, "shape"):
        return len(values.shape) > 0
    return isinstance(values, Sequence) or hasattr(values, "__array__") or hasattr(values, "__arrow_c_array__")


def _tensor_of(values: Any) -> np.ndarray | None:
    """Return the values as an array of more than one dimension, or None when each row holds a single one."""
    if hasattr(values, "shape"):
        return _as_array(values) if len(values.shape) > 1 else None
    if isinstance(values, Sequence) and values and isinstance(values[0], list | tuple | np.ndarray):
        with suppress(ValueError):  # rows of different shapes, or missing ones: a list column can hold them
            return np.asarray(values)
    return None


def _tensor_column(array: np.ndarray) -> pa.Array:
    if array.dtype.kind not in "buif":
        raise DataError(
            f"an array column holds numbers, of one shape in every row. Received: dtype {array.dtype}. "
            "Columns of different types belong in a frame, or in a dict by name"
        )
    if array.size == 0:
        raise DataError(f"the array holds no {'rows' if array.shape[0] == 0 else 'numbers'}")
    if array.dtype in (np.bool_, np.float16):  # Arrow has no tensors of these
        array = array.astype(np.uint8 if array.dtype == np.bool_ else np.float32)
    # Flattened, too: NumPy calls an array with one row or one column contiguous whatever its strides, Arrow does not.
    return pa.FixedShapeTensorArray.from_numpy_ndarray(np.ascontiguousarray(array).ravel().reshape(array.shape))


def _as_array(values: Any) -> np.ndarray:
    """Return a NumPy array in the form Arrow takes: native byte order, no type longer than float64, NaN for masked."""
    if isinstance(values, np.ma.MaskedArray):
        numeric = values.dtype.kind in "buif"
        return np.ma.filled(values.astype(np.float64), np.nan) if numeric else np.asarray(values.tolist(), object)
    array = np.asarray(values)
    if array.dtype == np.longdouble:
        return array.astype(np.float64)
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _typed(values: Any) -> pa.Array | pa.ChunkedArray:
    if hasattr(values, "__arrow_c_stream__"):
        with suppress(pa.ArrowException, TypeError):  # pandas columns that mix types, or are sparse
            return _decoded(pa.chunked_array(values))
    plain = values if isinstance(values, list | tuple) or hasattr(values, "__arrow_c_array__") else _as_array(values)
    try:
        return _decoded(pa.array(plain, from_pandas=True))
    except OverflowError:  # whole numbers beyond 64 bits
        return pa.array(np.asarray(plain, np.float64), from_pandas=True)
    except (pa.ArrowException, UnicodeEncodeError):
        return pa.array([_text(value) for value in plain], type=pa.string())


def _decoded(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Return bytes as the text they hold: TensorFlow and NumPy hand strings out like this."""
    if not (pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)):
        return column
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        raise DataError("bytes must be text in UTF-8") from None


def _text(value: Any) -> str | None:
    if isinstance(value, _NO_SINGLE_VALUES):
        raise DataError(f"one value a row belongs here. Received: {type(value).__name__} among single values")
    if _is_missing(value):
        return None
    try:
        return value.decode() if isinstance(value, bytes) else str(value).encode().decode()
    except UnicodeError:
        raise DataError(f"text must be UTF-8. Received: {value!r}") from None


def _is_missing(value: Any) -> bool:
    try:
        return value is None or bool(value != value)
    except TypeError:  # pandas.NA refuses to say whether it equals itself
        return True
