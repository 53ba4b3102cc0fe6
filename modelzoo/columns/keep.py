"""Keep some raw rows as they were read, and write wire columns back as Arrow columns."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
import pyarrow as pa

from .base import MISSING_INTEGER
from .raw import RawInput
from .table import read_wire

MOST_ROWS = 256
_MOST_BYTES = 2**20
_LEAST_ROWS = 8


def keep_rows(inputs: Sequence[RawInput], table: pa.Table) -> pa.Table:
    """Return some rows, spread evenly over a table, of the columns that are read."""
    width = sum(8 * prod(raw.shape) for raw in inputs)
    most = max(_LEAST_ROWS, min(MOST_ROWS, _MOST_BYTES // max(1, width)))
    places = np.unique(np.linspace(0, max(0, table.num_rows - 1), min(most, table.num_rows)).astype(np.int64))
    chosen = table.select([raw.name for raw in inputs]).take(pa.array(places))
    return from_wire(inputs, read_wire(inputs, chosen))


def from_wire(inputs: Sequence[RawInput], wire: dict[str, Any]) -> pa.Table:
    """Return columns in wire form as a table that ``read_wire`` reads as the same."""
    return pa.table({raw.name: _column(raw, wire[raw.name]) for raw in inputs})


def _column(raw: RawInput, values: Any) -> pa.Array:
    if raw.type == "string":
        return values if isinstance(values, pa.Array) else pa.array([text or None for text in values], pa.string())
    if raw.type == "number":
        return pa.array(values, pa.float64(), mask=np.isnan(values))
    if raw.type == "array":
        return pa.FixedShapeTensorArray.from_numpy_ndarray(np.ascontiguousarray(values, np.float32))
    numbers = pa.array(values, pa.int64(), mask=np.asarray(values) == MISSING_INTEGER)
    return numbers.cast(pa.timestamp("us")) if raw.type == "timestamp" else numbers
