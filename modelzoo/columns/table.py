"""Read the raw columns of a table in wire form: all at once, or each when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from math import prod
from typing import Any

import numpy as np
from modelzoo_registry import ColumnError, DataError, Fault
from modelzoo_registry.suggest import did_you_mean

from ..lazy import pa
from .raw import RawInput
from .wire import gather_faults, to_wire

BLOCK_BYTES = 2**20
"""Bytes of arrays that are worked on at a time."""


class LazyWire(Mapping[str, Any]):
    """Bring each raw column into wire form when it is asked for, and hold none but the last."""

    def __init__(
        self, inputs: Sequence[RawInput], table: pa.Table, *, first_row: int = 1, dictionaries: bool = False
    ) -> None:
        self._inputs = {raw.name: raw for raw in inputs}
        self._table = table
        self._to_wire = partial(to_wire, first_row=first_row, dictionaries=dictionaries)
        self._last: tuple[str | None, Any] = (None, None)

    def __getitem__(self, name: str) -> Any:
        """Return a column as ``to_wire`` does."""
        if self._last[0] != name:
            self._last = (None, None)
            wire = self._to_wire(self._inputs[name], self._table.column(name))
            self._last = (name, wire)
        return self._last[1]

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(self._inputs)

    def __len__(self) -> int:
        """Return how many columns there are."""
        return len(self._inputs)


def in_blocks(
    inputs: Sequence[RawInput], table: pa.Table, *, first_row: int = 1, dictionaries: bool = False
) -> Iterator[tuple[slice, Mapping[str, Any]]]:
    """Yield places of rows, and these rows in wire form: some at a time if there are arrays, all otherwise.

    Arrays may be as large as all other columns together; these need no blocks, since one is read at a time. See
    ``to_wire`` for ``dictionaries``.
    """
    row_bytes = sum(prod(raw.shape) for raw in inputs if raw.type == "array") * np.dtype(np.float32).itemsize
    step = max(1, BLOCK_BYTES // row_bytes if row_bytes else table.num_rows)
    for start in range(0, max(1, table.num_rows), step):
        rows = table.slice(start, step)
        wire = LazyWire(inputs, rows, first_row=first_row + start, dictionaries=dictionaries)
        yield slice(start, start + step), wire


@contextmanager
def telling_all_faults(inputs: Sequence[RawInput], table: pa.Table, *, first_row: int = 1) -> Iterator[None]:
    """Raise the faults of all columns and rows where those of one column in some rows would be raised."""
    try:
        yield
    except DataError:
        read_wire(inputs, table, first_row=first_row)
        raise


def read_wire(inputs: Sequence[RawInput], table: pa.Table, *, first_row: int = 1) -> dict[str, Any]:
    """Return the raw columns of a table in wire form; further columns are passed over.

    Raises:
        ColumnError: naming every column the table lacks.
        DataError: naming every value that does not fit its column.
    """
    require_columns(inputs, table)
    work = [partial(to_wire, raw, table.column(raw.name), first_row=first_row) for raw in inputs]
    return dict(zip([raw.name for raw in inputs], gather_faults("the data does not fit the model", work), strict=True))


def require_columns(inputs: Sequence[RawInput], table: pa.Table) -> None:
    """Raise ColumnError naming every raw column that a table lacks."""
    names = set(table.column_names)
    missing = [raw.name for raw in inputs if raw.name not in names]
    if missing:
        faults = [Fault(name, f"is not there.{did_you_mean(name, table.column_names)}") for name in missing]
        raise ColumnError(f"the data lacks columns the model reads (it has: {', '.join(table.column_names)})", faults)
