"""Find stray text in columns of numbers: one bad value makes a file's reader take the whole column for text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
from modelzoo_registry import DataError, Fault

from ..lazy import pa, pc
from .raw import RawInput, is_number, is_text
from .target import MOST_CLASSES
from .wire import gather_faults, to_wire

_NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
_NEARLY_ALL = 0.9


def stray_text(name: str, column: pa.ChunkedArray, remedy: str) -> None:
    """Refuse a text column whose different values are many and nearly all numbers.

    Raises:
        DataError: naming the first row (counted from 1) that is no number, and what to do.
    """
    stray_texts({name: remedy}, lambda _: iter([(0, pa.table({name: column}))]))


def stray_texts(
    remedies: Mapping[str, str], portions: Callable[[Sequence[str]], Iterator[tuple[int, pa.Table]]]
) -> None:
    """Do as ``stray_text`` does, of columns that come in portions; the first one tells whether they hold numbers.

    Args:
        remedies: what to do, by column.
        portions: goes through columns, with the number of the first row of each portion, counted from 0.
    """
    _, head = next(portions(list(remedies)))
    doubtful = [name for name in remedies if _seems_numeric(name, head.column(name))]
    first: dict[str, str] = {}
    counts = dict.fromkeys(doubtful, 0)
    for first_row, table in portions(doubtful) if doubtful else ():
        for name in doubtful:
            texts = to_wire(RawInput(name, "string"), table.column(name))
            is_stray = pc.fill_null(pc.invert(pc.match_substring_regex(texts, _NUMBER)), fill_value=False)
            rows = np.flatnonzero(is_stray)
            if rows.size:
                first.setdefault(name, f"row {first_row + rows[0] + 1}: {texts[rows[0]].as_py()!r}")
                counts[name] += rows.size
    if first:
        raise DataError(
            "text stands among numbers",
            [Fault(name, _message(shown, counts[name] - 1, remedies[name])) for name, shown in first.items()],
        )


def _seems_numeric(name: str, column: pa.ChunkedArray) -> bool:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not is_text(kind):
        return False
    values = pc.drop_null(pc.unique(to_wire(RawInput(name, "string"), column)))
    numbers = pc.match_substring_regex(values, _NUMBER)
    return len(values) > MOST_CLASSES and bool(pc.sum(numbers).as_py() >= _NEARLY_ALL * len(values))


def _message(shown: str, others: int, remedy: str) -> str:
    more = f", and {others:,} more" if others else ""
    return f"a number belongs here. Received: {shown}{more}. {remedy}"


def misfits(inputs: Sequence[RawInput], table: pa.Table, *, first_row: int = 1) -> None:
    """Refuse values that cannot become what a schema reads them as; numbers can, except where they must be whole.

    Raises:
        DataError: naming the first rows (the first of all is ``first_row``) of every such column.
    """
    doubtful = [
        raw
        for raw in inputs
        if raw.name in table.column_names and (raw.type == "integer" or not is_number(table[raw.name].type))
    ]
    gather_faults(
        "the data does not fit the schema",
        [partial(to_wire, raw, table[raw.name], first_row=first_row) for raw in doubtful],
    )
