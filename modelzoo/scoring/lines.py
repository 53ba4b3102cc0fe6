"""Take rows from JSON Lines as they come, once, in bounded memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
from modelzoo_registry import DataError

from ..data import json_lines
from ..data.memory import from_rows
from ..data.stream import Batch

_BYTES = 2**20
"""Bytes of lines after which a portion ends."""


class LineStream:
    """Hand out rows of JSON Lines in batches as they come; see ``Stream``, which hands out rows again and again.

    Each batch has the types its own values have. A column that no row of the first portion has is not there.

    Attributes:
        schema: the columns of the first portion.
        rows: None, since nobody knows how many there are.
    """

    rows: int | None = None

    def __init__(self, lines: Iterable[bytes], name: str, *, size: int) -> None:
        """Read the first portion.

        Args:
            lines: one JSON object each, or blank.
            name: what to call them in a message.
            size: most rows of a batch.

        Raises:
            DataError: naming the line, counted from 1, that is no JSON object; when there is none.
        """
        self._portions = _portions(lines, name, size)
        first = next(self._portions, None)
        if first is None:
            raise DataError(f"{name} is empty: one JSON object a line is expected")
        self._first = from_rows(first)
        self.schema = self._first.schema

    def batches(self, columns: Sequence[str], *, size: int = 0, dictionaries: Collection[str] = ()) -> Iterator[Batch]:  # noqa: ARG002
        """Yield the columns of the rows in order, with the number of the first of them, counted from 0.

        Raises:
            DataError: naming a line that is no JSON object, or the columns that cannot be read.
        """
        yield 0, self._first.select(columns)
        first_row = self._first.num_rows
        for portion in self._portions:
            table = from_rows(portion)
            yield first_row, _with_all(table, columns)
            first_row += table.num_rows


def _portions(lines: Iterable[bytes], name: str, size: int) -> Iterator[list[dict[str, Any]]]:
    """Yield rows, as many at a time as a portion holds."""
    counted = _Counted(lines)
    portion: list[dict[str, Any]] = []
    for row in json_lines.rows(counted, name):
        portion.append(row)
        if len(portion) >= size or counted.nbytes >= _BYTES:
            yield portion
            portion, counted.nbytes = [], 0
    if portion:
        yield portion


class _Counted:
    """Count the bytes of lines that are read."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = lines
        self.nbytes = 0

    def __iter__(self) -> Iterator[bytes]:
        for line in self._lines:
            self.nbytes += len(line)
            yield line


def _with_all(table: pa.Table, columns: Sequence[str]) -> pa.Table:
    """Return these columns, missing in each row where the table lacks one."""
    names = set(table.column_names)
    return pa.table({name: table[name] if name in names else pa.nulls(table.num_rows) for name in columns})
