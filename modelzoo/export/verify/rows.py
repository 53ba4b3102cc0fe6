"""Make the rows an export is tried on: some that were kept of its training, and hostile ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import pyarrow as pa

from ...columns.base import MISSING_INTEGER
from ...columns.keep import from_wire
from ...columns.raw import RawInput, WireType
from ...columns.table import read_wire
from ...columns.wire import to_numpy

_MOST_CELLS = 1_000_000
_LATE, _EARLY = 200_000_000_000_000_000, -60_000_000_000_000_000
"""Microseconds from 1970: the years 8307 and 68."""
_HOSTILE: dict[WireType, tuple[Any, ...]] = {
    "number": (np.nan, 1e300, -1e300, np.inf, -np.inf, 0.0, 5e-324, 0.1),
    "string": ("", "never seen before 🏠", " ", "Ü" * 500, "0", "nan", "\t\"'\\"),
    "integer": (MISSING_INTEGER, -MISSING_INTEGER - 1, MISSING_INTEGER + 1, 0, -1),
    "timestamp": (MISSING_INTEGER, _LATE, _EARLY, 0, -1),
    "array": (np.nan, 3e38, -3e38, np.inf, 0.0),
}
"""Missing, unseen, empty and extreme values; the first is the missing one."""
_DATES = ("", "no date", "2023-02-29", "0001-01-01", "9999-12-31T23:59:59.999999-14:00", " 2024-02-29 12:30+0530 ")
_TYPICAL: dict[WireType, Any] = {"number": 0.0, "string": "a", "integer": 0, "timestamp": 0, "array": 0.0}


@dataclass(frozen=True)
class Trial:
    """Hold rows to be replayed, and where each comes from."""

    table: pa.Table
    columns: tuple[str | None, ...]
    """For each row the column whose value is hostile, or None for a row of the training."""
    kept: int

    def describe(self, row: int) -> str:
        """Name a row, counted from 0, for a message."""
        column = self.columns[row]
        if column is None:
            return f"row {row + 1} of those kept of the training data"
        value = self.table.column(column)[row].as_py()
        return (
            f"row {row + 1}, made up with {column} = {str(value)[:60]!r}"
            if value is not None
            else (f"row {row + 1}, made up without {column}")
        )


def make_trial(inputs: Sequence[RawInput], kept: pa.Table | None) -> Trial:
    """Return kept rows, of these columns, followed by hostile ones: a typical row with one value exchanged.

    Args:
        inputs: the raw columns the export reads.
        kept: rows of the training, or None of a run from before they were kept.
    """
    known = 0 if kept is None else kept.num_rows
    hostile = [(raw.name, value) for raw in inputs for value in _hostile(raw)[: _most_values(inputs, known)]]
    wire = {raw.name: _values(raw, kept, hostile) for raw in inputs}
    return Trial(from_wire(inputs, wire), (*[None] * known, *[name for name, _ in hostile]), known)


def exchange(inputs: Sequence[RawInput], table: pa.Table, into: int, other: int) -> pa.Table:
    """Return for each column a row of its own: one row with this column's value taken from another one."""
    places = np.full((len(inputs), len(inputs)), into)
    np.fill_diagonal(places, other)
    chosen = zip(inputs, places, strict=True)
    return pa.table({raw.name: table.column(raw.name).take(pa.array(rows)) for raw, rows in chosen})


def lacking(inputs: Sequence[RawInput], table: pa.Table, column: str) -> pa.Table:
    """Return the first row, without a value in one column."""
    first = {raw.name: to_numpy(read_wire([raw], table.slice(0, 1))[raw.name]) for raw in inputs}
    (lacked,) = (raw for raw in inputs if raw.name == column)
    first[column] = np.full((1, *lacked.shape), _HOSTILE[lacked.type][0], first[column].dtype)
    return from_wire(inputs, first)


def _most_values(inputs: Sequence[RawInput], known: int) -> int:
    """Return how many hostile values a column may have, so that all rows together stay small."""
    width = sum(prod(raw.shape) for raw in inputs)
    return max(1, (_MOST_CELLS // max(1, width) - known) // max(1, len(inputs)))


def _hostile(raw: RawInput) -> tuple[Any, ...]:
    if raw.dates:
        return _DATES[3:] if raw.required else _DATES
    return _HOSTILE[raw.type][raw.required :]


def _values(raw: RawInput, kept: pa.Table | None, hostile: Sequence[tuple[str, Any]]) -> np.ndarray:
    """Return a column in wire form: its kept values, then the typical one where another column is hostile."""
    known = np.empty((0, *raw.shape)) if kept is None else to_numpy(read_wire([raw], kept)[raw.name])
    typical = known[0] if len(known) else np.full(raw.shape, _typical(raw))[()]
    made = [np.full(raw.shape, value)[()] if name == raw.name else typical for name, value in hostile]
    dtype = {"number": np.float64, "string": object, "array": np.float32}.get(raw.type, np.int64)
    return np.concatenate([known.astype(dtype), np.array(made, dtype).reshape(-1, *raw.shape)])


def _typical(raw: RawInput) -> Any:
    return _DATES[3] if raw.dates else _TYPICAL[raw.type]
