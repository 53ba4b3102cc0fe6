"""Find the rows of a table whose values do not fit, and say why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from modelzoo_registry import DataError

from ..columns.raw import RawInput, WrongTypeError
from ..columns.wire import to_wire
from ..data.files import json_rows


@dataclass(frozen=True)
class SkippedRow:
    """Hold a row that was not scored."""

    row: int
    """Its number among all rows, from 1."""
    reason: str
    values: dict[str, Any]
    """What was read of it."""

    def to_json(self) -> str:
        """Return it as one line of JSON; what JSON has no word for is written as Python's ``str`` has it."""
        return json.dumps(
            {"row": self.row, "reason": self.reason, "values": self.values}, ensure_ascii=False, default=str
        )


def bad_rows(inputs: Sequence[RawInput], table: pa.Table, *, first_row: int) -> dict[int, str]:
    """Return why values do not fit, by the place of their row in the table, counted from 0; in order.

    Args:
        inputs: the columns that are read.
        table: has all of them.
        first_row: the number of the first row in messages.

    Raises:
        WrongTypeError: when a column is of a type in which no value fits.
    """
    reasons: dict[int, list[str]] = {}
    for raw in inputs:
        for place, reason in _misfits(raw, table.column(raw.name), first_row):
            reasons.setdefault(place, []).append(reason)
    return {place: "; ".join(reasons[place]) for place in sorted(reasons)}


def skipped_rows(table: pa.Table, reasons: Mapping[int, str], *, first_row: int) -> list[SkippedRow]:
    """Return the rows at these places."""
    values = json_rows(table.take(pa.array(list(reasons), pa.int64())))
    return [
        SkippedRow(first_row + place, reason, row) for (place, reason), row in zip(reasons.items(), values, strict=True)
    ]


def _misfits(raw: RawInput, column: pa.ChunkedArray, first_row: int) -> Iterator[tuple[int, str]]:
    """Yield place and reason of each value that does not fit: halve the rows until single ones are left."""
    try:
        to_wire(raw, column, first_row=first_row)
    except WrongTypeError:
        raise
    except DataError as error:
        if len(column) == 1:
            yield 0, "; ".join(map(str, error.faults))
            return
        half = len(column) // 2
        for start, part in ((0, column.slice(0, half)), (half, column.slice(half))):
            for place, reason in _misfits(raw, part, first_row + start):
                yield start + place, reason
