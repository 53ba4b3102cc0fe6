"""Estimate what rows would take in memory, from what is cheap to know of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from math import prod
from pathlib import Path
from typing import Any

from ..lazy import pa
from .csv import first_line, is_csv

VALUE = 8
"""Bytes of a plain column in a row: a number and its indicator or bucket, or an id."""
ELEMENT = 4
"""Bytes of a number in an array."""
_LOOK = 65_536
"""Bytes at the beginning of a text file that tell how long its lines are."""


def row_bytes(schema: pa.Schema) -> int:
    """Return the bytes of one encoded row: 8 a plain column, 4 a number of an array."""
    return int(sum(_value_bytes(kind) for kind in schema.types))


def table_bytes(table: pa.Table) -> int:
    """Return the bytes of a table's encoded rows; lists that differ in length count as they are."""
    fixed = row_bytes(table.schema) * int(table.num_rows)
    return fixed + int(sum(column.nbytes for column in table.columns if _is_list(column.type)))


def text_bytes(files: Sequence[Path]) -> int:
    """Return the bytes of the rows of CSV or JSON Lines files: as they lie there, or encoded if that is more."""
    return sum(_file_bytes(file) for file in files)


def _file_bytes(file: Path) -> int:
    size = file.stat().st_size
    with file.open("rb") as content:
        start = content.read(_LOOK)
    lines = start.count(b"\n") or 1
    rows = size * lines / min(size, _LOOK)
    return max(size, int(rows * _line_bytes(file, start)))


def _line_bytes(file: Path, start: bytes) -> int:
    if is_csv(file):
        return VALUE * len(first_line(file))
    with suppress(ValueError, RecursionError):  # what cannot be read is told by whoever reads it
        row = json.loads(start.lstrip().partition(b"\n")[0])
        return sum(_json_bytes(value) for value in row.values()) if isinstance(row, dict) else 0
    return 0


def _json_bytes(value: Any) -> int:
    return ELEMENT * _count(value) if isinstance(value, list) else VALUE


def _count(value: Any) -> int:
    return sum(map(_count, value)) if isinstance(value, list) else 1


def _value_bytes(kind: pa.DataType) -> int:
    if isinstance(kind, pa.FixedShapeTensorType):
        return ELEMENT * int(prod(kind.shape))
    if not pa.types.is_fixed_size_list(kind):
        return VALUE
    inner = kind.value_type
    return int(kind.list_size) * (_value_bytes(inner) if pa.types.is_nested(inner) else ELEMENT)


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))
