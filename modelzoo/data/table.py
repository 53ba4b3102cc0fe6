"""Turn whatever people hold rows in, or read them from, into one Arrow table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from modelzoo_registry import DataError

from ..lazy import pa
from .memory import from_memory, refuse_repeated_names, takeable_columns, without_index
from .sources import is_batches

_ACCEPTED = (
    "a pandas or polars frame, a pyarrow Table, a dict of arrays, a NumPy array or a tensor, a list of several, "
    "a list of row dicts or of lists of numbers, one row as a dict of single values, a tf.data.Dataset, PyDataset or "
    "generator of batches, or a path to CSV, Parquet or JSON Lines files: one, a folder or a pattern"
)


def to_table(
    data: Any, *, columns: Sequence[str] | None = None, steps: int | None = None, text: Iterable[str] = ()
) -> pa.Table:
    """Return the data as an Arrow table with unique column names and at least one row.

    - A pandas or polars frame, a pyarrow Table (anything with the Arrow PyCapsule interface), a dict of arrays,
      a list of row dicts and a structured NumPy array keep their columns; one row dict is a table of one row.
    - An array or tensor (n, ...) of any library with NumPy's ``__array__`` becomes one column ``x``: arrays of shape
      (...), of shape (1,) when it is (n,), or text when it is (n,) strings. A list of lists of numbers is one, too.
    - A list or tuple of several arrays, the inputs of a Keras model, becomes the columns ``x_0``, ``x_1``, ... as a
      dict of these names would; a list of one array is that array.
    - A path is read as CSV, Parquet or JSON Lines; of a folder or a pattern (``data/part-*.parquet``) all files are
      joined, their columns by name. Names of folders, as ``year=2020``, make no columns.
    - A tf.data.Dataset, a Keras PyDataset or an iterator of batches is read to its end, or for ``steps`` batches; see
      ``collect``. Targets and sample weights it hands out are left out, as by Keras' ``predict``.

    Args:
        data: one of these.
        columns: names for a CSV file that has no header line.
        steps: how many batches to read, from 1; None reads all. Only for data that comes in batches.
        text: columns of a CSV file to read as the text they are written as, whatever they look like.

    Raises:
        DataError: when it is none of these, cannot be read, repeats a name, holds no row, or does not end.
    """
    table = _read(data, columns, steps, text)
    refuse_repeated_names(table.column_names)
    if table.num_rows == 0 or table.num_columns == 0:
        raise DataError(f"{describe(data)} holds no {'columns' if table.num_rows else 'rows'}")
    return table


def describe(data: Any) -> str:
    """Name the data for a message: its file, or its type."""
    return str(data) if isinstance(data, str | Path) else f"the {type(data).__name__}"


def _read(data: Any, columns: Sequence[str] | None, steps: int | None, text: Iterable[str]) -> pa.Table:
    if is_batches(data):
        from .batches import collect

        return collect(data, steps, with_target=False).table
    if steps is not None:
        raise DataError(f"steps counts batches, and {describe(data)} does not come in batches: leave steps out")
    if isinstance(data, str | Path):
        from . import files

        return without_index(takeable_columns(files.read(Path(data), columns, text)))
    table = from_memory(data)
    if table is None:
        kind = type(data)
        remedy = "call .collect() on it first" if _is_lazy(data) else f"give {_ACCEPTED}"
        raise DataError(f"cannot read rows from {kind.__module__}.{kind.__qualname__}: {remedy}")
    return table


def _is_lazy(data: Any) -> bool:
    """Whether the data is a polars query that has not run."""
    return hasattr(data, "collect") and hasattr(data, "collect_schema")
