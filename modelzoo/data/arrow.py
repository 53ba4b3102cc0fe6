"""Turn one column of whatever people hold into an Arrow column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np
from modelzoo_registry import DataError

from ..lazy import pa, pc

ONE_HOT_HINT = "one-hot labels become class numbers by argmax"
"""What to do about a target of vectors."""
_NUMERIC = "buif"
"""NumPy's kinds of numbers, booleans among them."""
_NO_SINGLE_VALUES = (list, tuple, dict, set, np.ndarray)
_REMEDIES = {
    "row_splits": "its rows differ in length; make them equal with .to_tensor()",
    "dense_shape": "it is sparse; make it dense with tf.sparse.to_dense(...)",
}
"""How TensorFlow's composite tensors, told by an attribute, become arrays."""


def mixed() -> tuple[type[Exception], ...]:
    """Return what Arrow raises of columns of pandas and polars that mix types, are sparse or hold what it has not."""
    return pa.ArrowException, OverflowError, TypeError, UnicodeEncodeError


@cache
def _without_views() -> dict[pa.DataType, pa.DataType]:
    return {pa.string_view(): pa.large_string(), pa.binary_view(): pa.large_binary()}


def to_arrow(values: Any) -> pa.Array | pa.ChunkedArray:
    """Return one column; arrays and tensors of more than one dimension become fixed-shape tensors.

    Bytes become text, and values of mixed types become text too: coercion to what a model reads comes later.
    Numbers may share their memory with the values.

    Raises:
        DataError: when it is no column, or holds what no column can.
    """
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return takeable(values)
    if not _is_column(values):
        raise DataError(f"one value a row belongs here, as a list or an array. Received: {type(values).__name__}")
    values = _without_tensors(values)
    tensor = _tensor_of(values)
    return takeable(_typed(values)) if tensor is None else _tensor_column(tensor)


def takeable(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Return a column without the types whose rows Arrow cannot take: views (polars' text) and run ends."""
    kind = column.type
    if pa.types.is_run_end_encoded(kind):
        return takeable(pc.run_end_decode(column))
    if pa.types.is_dictionary(kind) and kind.value_type in _without_views():
        if isinstance(column, pa.ChunkedArray):
            return pa.chunked_array([takeable(chunk) for chunk in column.chunks] or [pa.array([], pa.string())])
        return pa.DictionaryArray.from_arrays(column.indices, takeable(column.dictionary))
    return column.cast(_without_views()[kind]) if kind in _without_views() else column


def _is_column(values: Any) -> bool:
    if isinstance(values, str | bytes):
        return False
    if hasattr(values, "shape"):
        return len(values.shape) > 0
    return isinstance(values, Sequence) or hasattr(values, "__array__") or hasattr(values, "__arrow_c_array__")


def _without_tensors(values: Any) -> Any:
    """Return a list of another library's tensors as one of NumPy's arrays, or of plain values where they hold one."""
    if not (isinstance(values, list | tuple) and values and is_array(values[0])):
        return values
    arrays = [as_array(one) if is_array(one) else one for one in values]
    return [one.item() if isinstance(one, np.ndarray) and one.ndim == 0 else one for one in arrays]


def _tensor_of(values: Any) -> np.ndarray | None:
    """Return the values as an array of more than one dimension, or None when each row holds a single one."""
    if hasattr(values, "shape"):
        return as_array(values) if len(values.shape) > 1 else None
    if isinstance(values, Sequence) and values and isinstance(values[0], list | tuple | np.ndarray):
        with suppress(ValueError):  # rows of different shapes, or missing ones: a list column can hold them
            array = numbers_of(np.asarray(values))
            return array if array.dtype.kind in _NUMERIC and array.size else None  # lists of text, or of nothing
    return None


def numbers_of(array: np.ndarray) -> np.ndarray:
    """Return an array of objects that are all numbers or missing as float64, with NaN for missing."""
    if array.dtype == object and not any(isinstance(value, str | bytes) for value in array.flat):
        with suppress(TypeError, ValueError):
            return array.astype(np.float64)
    return array


def _tensor_column(array: np.ndarray) -> pa.Array:
    array = numbers_of(array)
    if array.dtype.kind not in _NUMERIC:
        raise DataError(
            "an array column holds numbers, of one shape in every row. "
            f"Received: dtype {array.dtype}, shape {array.shape}. "
            "Text is one value a row, (n,); columns of different types belong in a frame, or in a dict by name"
        )
    if array.size == 0:
        raise DataError(f"the array holds no {'rows' if array.shape[0] == 0 else 'numbers'}")
    if array.dtype in (np.bool_, np.float16):  # Arrow has no tensors of these
        array = array.astype(np.uint8 if array.dtype == np.bool_ else np.float32)
    # Flattened, too: NumPy calls an array with one row or one column contiguous whatever its strides, Arrow does not.
    return pa.FixedShapeTensorArray.from_numpy_ndarray(np.ascontiguousarray(array).ravel().reshape(array.shape))


def is_array(values: Any) -> bool:
    """Whether the values are an array or a tensor of any library; single values, data frames and columns are not."""
    if isinstance(values, np.ndarray):
        return True
    if isinstance(values, np.generic | type) or not hasattr(values, "shape") or _is_frame_or_column(values):
        return False
    return hasattr(values, "__array__") or any(hasattr(values, sign) for sign in _REMEDIES)


def _is_frame_or_column(values: Any) -> bool:
    return any(hasattr(values, sign) for sign in ("__arrow_c_stream__", "__arrow_c_array__", "iloc"))


def as_array(values: Any) -> np.ndarray:
    """Return a NumPy array in the form Arrow takes: native byte order, no type longer than float64, NaN for masked.

    Raises:
        DataError: when NumPy cannot hold the values, or each of them has several fields.
    """
    if isinstance(values, np.ma.MaskedArray):
        numeric = values.dtype.kind in _NUMERIC
        return np.ma.filled(values.astype(np.float64), np.nan) if numeric else np.asarray(values.tolist(), object)
    array = _read_array(values)
    if array.dtype.kind == "V":
        return _without_fields(array)
    if array.dtype == np.longdouble:
        return array.astype(np.float64)
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _read_array(values: Any) -> np.ndarray:
    if isinstance(values, np.ndarray):
        return np.asarray(values)
    for sign, remedy in _REMEDIES.items():
        if hasattr(values, sign):
            raise DataError(f"a {type(values).__name__} is no array: {remedy}")
    try:
        return np.asarray(values)
    except (RuntimeError, TypeError, ValueError) as error:  # placeholders, tensors elsewhere or with gradients
        raise DataError(f"a {type(values).__name__} cannot become a NumPy array: {error}") from error


def _without_fields(array: np.ndarray) -> np.ndarray:
    """Return the short floats of other libraries (bfloat16) as float32; NumPy takes them for raw bytes."""
    if array.dtype.names is None and np.can_cast(array.dtype, np.float32):
        return array.astype(np.float32)
    raise DataError(
        f"one value a row belongs here. Received: dtype {array.dtype}. Give each of its fields as a column of its own"
    )


def _typed(values: Any) -> pa.Array | pa.ChunkedArray:
    if hasattr(values, "__arrow_c_stream__"):
        with suppress(*mixed()):
            return _decoded(pa.chunked_array(values))
        values = list(values)
    plain = values if isinstance(values, list | tuple) or hasattr(values, "__arrow_c_array__") else as_array(values)
    try:
        return _decoded(pa.array(plain, from_pandas=True))
    except OverflowError:  # whole numbers beyond 64 bits
        return _floats(plain)
    except (pa.ArrowException, UnicodeEncodeError):
        return _without_common_type(plain)


def _floats(values: Any) -> pa.Array:
    """Return whole numbers beyond 64 bits as floats; as text when one is beyond these too, or not all are whole."""
    kinds = {type(value) for value in values if not _is_missing(value)}
    if all(issubclass(kind, int | np.integer) and kind is not bool for kind in kinds):
        with suppress(OverflowError):
            return pa.array(np.asarray(values, np.float64), from_pandas=True)
    return _without_common_type(values)


def _without_common_type(values: Any) -> pa.Array:
    """Return arrays of one shape and of more dimensions than Arrow's lists take as tensors, anything else as text."""
    if all(isinstance(value, np.ndarray) for value in values) and len({value.shape for value in values}) == 1:
        return _tensor_column(np.stack(list(values)))
    return as_text(values)


def as_text(values: Iterable[Any]) -> pa.Array:
    """Return single values of any types as text, with null for missing ones. Raises DataError for what is none."""
    return pa.array([_text(value) for value in values], type=pa.string())


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
