"""Turn frames, dicts, arrays, rows and files into one Arrow table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from modelzoo_registry import DataError, Fault

from . import files

ARRAY_COLUMN = "x"
"""Name of the one column a bare NumPy array makes."""

_ACCEPTED = (
    "a pandas or polars frame, a pyarrow Table, a dict of arrays, a NumPy array, a list of row dicts, "
    "or a path to a CSV, Parquet or JSON Lines file"
)
_PANDAS_INDEX = re.compile(r"__index_level_\d+__")


def to_table(data: Any, *, columns: Sequence[str] | None = None) -> pa.Table:
    """Return the data as an Arrow table with unique column names and at least one row.

    Args:
        data: a pandas or polars frame, a pyarrow Table (anything with the Arrow PyCapsule interface), a dict
            of arrays, a NumPy array (n, ...), a list of row dicts, or a path to CSV, Parquet or JSON Lines.
        columns: names for a CSV file that has no header line.

    Raises:
        DataError: when it is none of these, cannot be read, repeats a name or holds no row.
    """
    table = _convert(data, columns)
    _refuse_repeated_names(table)
    if table.num_rows == 0:
        raise DataError(f"{describe(data)} holds no rows")
    return table


def describe(data: Any) -> str:
    """Name the data for a message: its file, or its type."""
    return str(data) if isinstance(data, str | Path) else f"the {type(data).__name__}"


def _convert(data: Any, columns: Sequence[str] | None) -> pa.Table:
    if isinstance(data, str | Path):
        return files.read(Path(data), columns)
    if isinstance(data, pa.Table):
        return data
    if hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__"):
        return _from_frame(data)
    if isinstance(data, Mapping):
        return _from_columns({str(name): values for name, values in data.items()})
    if isinstance(data, np.ndarray):
        return _from_columns({ARRAY_COLUMN: data.reshape(-1, 1) if data.ndim < 2 else data})
    if isinstance(data, Sequence) and all(isinstance(row, Mapping) for row in data):
        return from_rows(data)
    raise DataError(f"cannot read rows from {type(data).__module__}.{type(data).__qualname__}: give {_ACCEPTED}")


def _from_frame(frame: Any) -> pa.Table:
    try:
        table = pa.table(frame)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # a pandas object column of mixed types
        return _from_columns({str(name): frame[name] for name in frame.columns})
    return table.drop_columns([name for name in table.column_names if name in _index_columns(table)])


def _index_columns(table: pa.Table) -> set[str]:
    """Return the columns that were a pandas index: an index is no feature."""
    described = (table.schema.pandas_metadata or {}).get("index_columns", [])
    named = {name for name in described if isinstance(name, str)}
    return named | {name for name in table.column_names if _PANDAS_INDEX.fullmatch(name)}


def from_rows(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return a table of row dicts; a key that a row lacks is missing there."""
    names = dict.fromkeys(name for row in rows for name in row)
    return _from_columns({str(name): [row.get(name) for row in rows] for name in names})


def _from_columns(columns: Mapping[str, Any]) -> pa.Table:
    arrays = {name: to_arrow(values) for name, values in columns.items()}
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise DataError("the columns differ in length", [Fault(name, f"{n} rows") for name, n in lengths.items()])
    return pa.table(arrays)


def to_arrow(values: Any) -> pa.Array | pa.ChunkedArray:
    """Return one column; arrays of more than one dimension become fixed-shape tensors."""
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    if _is_nested(values):
        return _tensor_column(np.asarray(values))
    try:
        if hasattr(values, "__arrow_c_stream__"):
            return pa.chunked_array(values)
        return pa.array(values if hasattr(values, "__arrow_c_array__") else _plain(values), from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # mixed types: text can hold them all, coercion comes later
        return pa.array([_text(value) for value in values], type=pa.string())


def _is_nested(values: Any) -> bool:
    if hasattr(values, "shape"):
        return len(values.shape) > 1
    return bool(isinstance(values, Sequence) and values and isinstance(values[0], list | tuple | np.ndarray))


def _plain(values: Any) -> Any:
    """Return a NumPy array or a list; TensorFlow hands strings out as bytes."""
    array = values if isinstance(values, list | tuple) else np.asarray(values)
    if isinstance(array, np.ndarray) and array.dtype.kind in "SO":
        return [value.decode() if isinstance(value, bytes) else value for value in array.tolist()]
    return array


def _tensor_column(array: np.ndarray) -> pa.Array:
    if array.dtype == bool:
        array = array.astype(np.uint8)
    if array.dtype.kind not in "uif":
        raise DataError(f"an array column holds numbers, of one shape in every row. Received: dtype {array.dtype}")
    if array.dtype == np.float16:
        array = array.astype(np.float32)
    if array.shape[0] == 0:
        raise DataError("the array holds no rows")
    return pa.FixedShapeTensorArray.from_numpy_ndarray(np.ascontiguousarray(array))


def _text(value: Any) -> str | None:
    if value is None or value != value:
        return None
    return value.decode() if isinstance(value, bytes) else str(value)


def _refuse_repeated_names(table: pa.Table) -> None:
    repeated = [name for name, count in Counter(table.column_names).items() if count > 1]
    if repeated:
        raise DataError(
            "column names repeat", [Fault(name, "stands there more than once; rename or drop one") for name in repeated]
        )
