"""Find stray text in columns of numbers: one bad value makes a file's reader take the whole column for text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from modelzoo_registry import DataError, Fault

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
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not is_text(kind):
        return
    texts = to_wire(RawInput(name, "string"), column)
    values = pc.drop_null(pc.unique(texts))
    numbers = pc.match_substring_regex(values, _NUMBER)
    if len(values) <= MOST_CLASSES or pc.sum(numbers).as_py() < _NEARLY_ALL * len(values):
        return
    rows = np.flatnonzero(pc.fill_null(pc.invert(pc.match_substring_regex(texts, _NUMBER)), fill_value=False))
    if rows.size == 0:
        return
    row = int(rows[0])
    more = f", and {rows.size - 1:,} more" if rows.size > 1 else ""
    raise DataError(
        "text stands among numbers",
        [Fault(name, f"a number belongs here. Received: row {row + 1}: {texts[row].as_py()!r}{more}. {remedy}")],
    )


def misfits(inputs: Sequence[RawInput], table: pa.Table) -> None:
    """Refuse values that cannot become what a schema reads them as; numbers can, except where they must be whole.

    Raises:
        DataError: naming the first rows (counted from 1) of every such column.
    """
    doubtful = [
        raw
        for raw in inputs
        if raw.name in table.column_names and (raw.type == "integer" or not is_number(table[raw.name].type))
    ]
    gather_faults("the data does not fit the schema", [partial(to_wire, raw, table[raw.name]) for raw in doubtful])
