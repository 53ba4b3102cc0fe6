"""Turn frames, dicts, arrays and rows that are held in memory into one Arrow table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from modelzoo_registry import DataError, Fault

from ..lazy import pa
from .arrow import as_array, is_array, mixed, takeable, to_arrow

ARRAY_COLUMN = "x"
"""Name of the one column a bare array or tensor makes; several inputs make ``x_0``, ``x_1``, ..."""

_SINGLE = (str, bytes, int, float, bool, np.generic, type(None))
_PANDAS_INDEX = re.compile(r"__index_level_\d+__")


def from_memory(data: Any) -> pa.Table | None:
    """Return the table of what ``to_table`` takes, but for files and batches; None for anything else.

    Raises:
        DataError: when a column cannot be read, names repeat, or the columns differ in length.
    """
    if isinstance(data, pa.Table):
        return without_index(takeable_columns(data))
    if _is_frame(data):
        return _from_frame(data)
    if is_row(data):
        return from_rows([data])
    if isinstance(data, Mapping):
        return _from_columns({name: _single(values) for name, values in data.items()})
    if is_array(data):
        return _from_array(data)
    if isinstance(data, Sequence) and all(isinstance(row, Mapping) for row in data):
        return from_rows(data)
    return _from_nested(data) if isinstance(data, list | tuple) else None


def is_row(data: Any) -> bool:
    """Whether the data is one row, a dict of single values; arrays in it would be columns."""
    return isinstance(data, Mapping) and len(data) > 0 and not any(map(_is_column, data.values()))


def _is_column(value: Any) -> bool:
    return not isinstance(value, _SINGLE) and (hasattr(value, "__len__") or hasattr(value, "__array__"))


def _single(values: Any) -> Any:
    """Return a named (n, 1) array as (n,): Keras hands single values around like this."""
    is_column = is_array(values) and len(values.shape) == 2 and values.shape[1] == 1
    return as_array(values).reshape(-1) if is_column else values


def _from_nested(data: Sequence[Any]) -> pa.Table | None:
    """Return the table of several inputs, or of rows that are lists of numbers."""
    if all(is_array(one) for one in data):
        return _from_inputs(data)
    if all(isinstance(row, list | tuple) for row in data):
        return _from_array(_as_block(data))
    return None


def _from_inputs(inputs: Sequence[Any]) -> pa.Table:
    """Return a column for each input, as of a dict; an input alone is the array itself, as Keras has it."""
    if len(inputs) == 1:
        return _from_array(inputs[0])
    return _from_columns({f"{ARRAY_COLUMN}_{place}": one for place, one in enumerate(inputs)})


def _as_block(rows: Sequence[Any]) -> np.ndarray:
    try:
        return np.asarray(rows)
    except ValueError:
        raise DataError("the lists differ in length: every row has as many numbers as the others") from None


def _from_array(data: Any) -> pa.Table:
    """Return the fields of a structured array, or one column: of arrays, even when they hold one number, or of text."""
    array = data if isinstance(data, np.ndarray) else as_array(data)
    if array.ndim == 0:
        raise DataError(f"one value is no rows: an array of rows has the shape (n, ...). Received: {array.dtype}")
    if array.dtype.names is not None and array.ndim == 1:
        return _from_columns({name: array[name] for name in array.dtype.names})
    is_number = array.dtype.kind in "buif"
    return _from_columns({ARRAY_COLUMN: array[:, None] if is_number and array.ndim == 1 else array})


def _is_frame(data: Any) -> bool:
    """Whether the data hands out columns by Arrow's interface; a single pandas or polars column does not."""
    if hasattr(data, "__arrow_c_stream__"):
        return hasattr(data, "columns") or isinstance(data, pa.RecordBatchReader)
    return isinstance(data, pa.RecordBatch)


def _from_frame(frame: Any) -> pa.Table:
    given = [name for name in getattr(frame, "columns", ()) if not isinstance(name, pa.Array)]
    names = [str(name) for name in given]
    refuse_repeated_names(names)  # pandas allows them, and Arrow's own refusal would come first
    if names != given:  # of pandas names that mix types Arrow warns
        frame = frame.set_axis(names, axis="columns")
    try:
        table = pa.table(frame)
    except mixed():
        return _from_columns({name: frame[name] for name in frame.columns})
    return takeable_columns(table.drop_columns([name for name in table.column_names if name in _index_columns(table)]))


def _index_columns(table: pa.Table) -> set[str]:
    """Return the columns that were a pandas frame's index: an index is no feature."""
    described = (table.schema.pandas_metadata or {}).get("index_columns", [])
    named = {name for name in described if isinstance(name, str)}
    return named | {name for name in table.column_names if _PANDAS_INDEX.fullmatch(name)}


def without_index(table: pa.Table) -> pa.Table:
    """Leave out what pandas wrote of an index without a name; one with a name can be seen and left out by hand."""
    return table.drop_columns([name for name in table.column_names if _PANDAS_INDEX.fullmatch(name)])


def takeable_columns(table: pa.Table) -> pa.Table:
    """Return a table of columns whose rows Arrow can take, without the schema's metadata."""
    return pa.table([takeable(column) for column in table.columns], names=table.column_names)


def from_rows(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return a table of row dicts; a key that a row lacks is missing there."""
    names = dict.fromkeys(name for row in rows for name in row)
    return _from_columns({name: [row.get(name) for row in rows] for name in names})


def _from_columns(columns: Mapping[Any, Any]) -> pa.Table:
    names = [str(name) for name in columns]
    refuse_repeated_names(names)
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


def refuse_repeated_names(names: Sequence[str]) -> None:
    """Raise DataError naming every column that stands there more than once."""
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise DataError(
            "column names repeat", [Fault(name, "stands there more than once; rename or drop one") for name in repeated]
        )
