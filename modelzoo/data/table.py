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
from .arrow import takeable, to_arrow

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
    _refuse_repeated_names(table.column_names)
    if table.num_rows == 0 or table.num_columns == 0:
        raise DataError(f"{describe(data)} holds no {'columns' if table.num_rows else 'rows'}")
    return table


def describe(data: Any) -> str:
    """Name the data for a message: its file, or its type."""
    return str(data) if isinstance(data, str | Path) else f"the {type(data).__name__}"


def _convert(data: Any, columns: Sequence[str] | None) -> pa.Table:
    if isinstance(data, str | Path):
        return _without_index(_takeable(files.read(Path(data), columns)))
    if isinstance(data, pa.Table):
        return _without_index(_takeable(data))
    if _is_frame(data):
        return _from_frame(data)
    if isinstance(data, Mapping):
        return _from_columns(data)
    if isinstance(data, np.ndarray):
        return _from_columns({ARRAY_COLUMN: data.reshape(-1, 1) if data.ndim < 2 else data})
    if isinstance(data, Sequence) and all(isinstance(row, Mapping) for row in data):
        return from_rows(data)
    raise DataError(f"cannot read rows from {type(data).__module__}.{type(data).__qualname__}: give {_ACCEPTED}")


def _is_frame(data: Any) -> bool:
    """Whether the data hands out columns by Arrow's interface; a single pandas or polars column does not."""
    if hasattr(data, "__arrow_c_stream__"):
        return hasattr(data, "columns") or isinstance(data, pa.RecordBatchReader)
    return isinstance(data, pa.RecordBatch)


def _from_frame(frame: Any) -> pa.Table:
    given = [name for name in getattr(frame, "columns", ()) if not isinstance(name, pa.Array)]
    names = [str(name) for name in given]
    _refuse_repeated_names(names)  # pandas allows them, and Arrow's own refusal would come first
    if names != given:  # of pandas names that mix types Arrow warns
        frame = frame.set_axis(names, axis="columns")
    try:
        table = pa.table(frame)
    except (pa.ArrowException, TypeError):  # pandas columns that mix types, or are sparse
        return _from_columns({name: frame[name] for name in frame.columns})
    return _takeable(table.drop_columns([name for name in table.column_names if name in _index_columns(table)]))


def _index_columns(table: pa.Table) -> set[str]:
    """Return the columns that were a pandas frame's index: an index is no feature."""
    described = (table.schema.pandas_metadata or {}).get("index_columns", [])
    named = {name for name in described if isinstance(name, str)}
    return named | {name for name in table.column_names if _PANDAS_INDEX.fullmatch(name)}


def _without_index(table: pa.Table) -> pa.Table:
    """Leave out what pandas wrote of an index without a name; one with a name can be seen and left out by hand."""
    return table.drop_columns([name for name in table.column_names if _PANDAS_INDEX.fullmatch(name)])


def _takeable(table: pa.Table) -> pa.Table:
    return pa.table([takeable(column) for column in table.columns], names=table.column_names)


def from_rows(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return a table of row dicts; a key that a row lacks is missing there."""
    names = dict.fromkeys(name for row in rows for name in row)
    return _from_columns({name: [row.get(name) for row in rows] for name in names})


def _from_columns(columns: Mapping[Any, Any]) -> pa.Table:
    names = [str(name) for name in columns]
    _refuse_repeated_names(names)
    arrays: list[pa.Array | pa.ChunkedArray] = []
    faults: list[Fault] = []
    for name, values in zip(names, columns.values(), strict=True):
        try:
            arrays.append(to_arrow(values))
        except DataError as error:
            faults.append(Fault(name, str(error)))
    if faults:
        raise DataError("columns cannot be read", faults)
    if len({len(array) for array in arrays}) > 1:
        lengths = [Fault(name, f"{len(array)} rows") for name, array in zip(names, arrays, strict=True)]
        raise DataError("the columns differ in length", lengths)
    return pa.table(arrays, names=names)


def _refuse_repeated_names(names: Sequence[str]) -> None:
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise DataError(
            "column names repeat", [Fault(name, "stands there more than once; rename or drop one") for name in repeated]
        )
