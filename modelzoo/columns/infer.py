"""Infer a schema: what each raw column probably is, and which combinations are worth a cross."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from modelzoo_registry import SchemaError

from ..lazy import pa, pc
from . import dates
from .array import MOST_DIMENSIONS, ArrayColumn
from .base import MISSING_INTEGER, IdColumn
from .bucketized import BucketizedColumn
from .categorical import CategoricalColumn
from .crossed import CrossedColumn
from .datetime import DatetimeColumn
from .information import most_informative, synergy, tells
from .numeric import NumericColumn
from .raw import RawInput, is_list, is_number, is_text, shape_of_lists
from .schema import Column, Schema, raw_input
from .wire import to_wire

SAMPLE_ROWS = 20_000
"""Rows that decide which columns to cross; fewer, where there are very many columns."""
_LEAST_SAMPLE_ROWS = 2_000
_SAMPLE_CELLS = 10_000_000
MOST_CROSSED_COLUMNS = 12
"""Columns considered for crosses: those that say most about the target."""
MOST_CROSSES = 8
LEAST_SYNERGY = 0.01
"""Nats of information about the target that a cross must add to what its columns say one by one."""
_FEW_VALUES = 8
_FIRST_ROWS = 1_000
_NAMES_OF_IDENTIFIERS = {"id", "ids", "idx", "index", "key", "no", "nr", "row", "rowid", "uid", "unnamed"}
_ENOUGH_ROWS_TO_JUDGE = 50
_ROWS_FOR_A_VALUE = 10
"""Text with fewer rows for a value, on average, has rare values enough to learn single rows by heart."""
_ROWS_FOR_A_BUCKET = 50
"""Fewer, and chance passes for information about a target of ten values."""
_LEAST_COUNT = 5
"""How often a value of such text must occur to get an id of its own."""
_NEARLY_ALL = 0.95
"""The part of the texts of a column that are dates, from which on it is one of dates."""


def infer_schema(table: pa.Table, labels: np.ndarray | None, *, rows: int | None = None) -> tuple[Schema, list[str]]:
    """Return a schema for the columns of a table, and one line for each column left out.

    Numbers become numeric and bucketized columns, text categorical ones, timestamps and text in ISO 8601 datetime
    ones, fixed-shape blocks arrays. Pairs of id columns that say more about the target together than one by one are
    crossed.

    Args:
        table: feature columns only.
        labels: (n,) the target, as numbers or class ids; decides which columns are crossed. None when the
            inputs themselves are to be reconstructed: buckets and crosses would only repeat them.
        rows: how many rows there are, when the table is a sample of them.

    Raises:
        SchemaError: when no column is usable.
    """
    columns: list[Column] = []
    notes: list[str] = []
    taken = set(table.column_names)
    for name in table.column_names:
        found, note = _describe(name, table.column(name), taken)
        if not note and _is_identifier(name, table.column(name), labels, rows or table.num_rows):
            found, note = [], "row numbers: whole numbers, all different, one after the other"
        columns.extend(column for column in found if labels is not None or not isinstance(column, BucketizedColumn))
        if note:
            notes.append(f"left out {name!r}: {note}")
    if not columns:
        raise SchemaError("no column can be used: " + ("; ".join(notes) or "the table has only the target"))
    if labels is not None:
        columns.extend(_crosses(columns, table, labels, taken))
    return Schema(columns=tuple(columns)), notes


def _describe(name: str, column: pa.ChunkedArray, taken: set[str]) -> tuple[list[Column], str]:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not name:
        return [], "it has no name, as the row numbers that pandas writes to CSV files"
    if pa.types.is_null(kind):
        return [], "it is empty"
    if pa.types.is_boolean(kind) or is_number(kind):
        return _describe_numbers(name, column, taken)
    if is_text(kind):
        return _describe_text(name, column)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _describe_dates(name, column)
    if isinstance(kind, pa.FixedShapeTensorType):
        return _describe_array(name, tuple(kind.shape), column)
    if is_list(kind):
        return _describe_array(name, shape_of_lists(column), column)
    return [], f"columns of {kind} are not understood yet"


def _describe_numbers(name: str, column: pa.ChunkedArray, taken: set[str]) -> tuple[list[Column], str]:
    numbers = to_wire(RawInput(name, "number"), column)
    distinct = _count_distinct(numbers[:: max(1, numbers.size // SAMPLE_ROWS)])
    if distinct <= _FEW_VALUES:  # more do not become fewer where all rows are looked at
        distinct = _count_distinct(numbers)
    if note := _useless(distinct, missing=bool(np.isnan(numbers).any())):
        return [], note
    columns: list[Column] = [NumericColumn(name=name)]
    if distinct > _FEW_VALUES:
        columns.append(BucketizedColumn(name=_fresh(f"{name}_buckets", taken), source=name))
    return columns, ""


def _describe_array(name: str, shape: tuple[int, ...], column: pa.ChunkedArray) -> tuple[list[Column], str]:
    if not shape:
        return [], "its lists hold no numbers of one shape"
    if len(shape) > MOST_DIMENSIONS:
        return [], f"arrays of {len(shape)} dimensions are too many: at most {MOST_DIMENSIONS}"
    raw = RawInput(name, "array", shape)
    if not any(np.isfinite(to_wire(raw, rows)).any() for rows in (column[:_FIRST_ROWS], column)):
        return [], "it is empty"
    return [ArrayColumn(name=name, shape=shape)], ""


def _describe_text(name: str, column: pa.ChunkedArray) -> tuple[list[Column], str]:
    texts = to_wire(RawInput(name, "string"), column)
    distinct, rows = int(pc.count_distinct(texts).as_py()), len(column)
    if note := _useless(distinct, missing=texts.null_count > 0):
        return [], note
    if dates.matches(texts[:_FIRST_ROWS]) and dates.matches(texts) >= _NEARLY_ALL * (rows - texts.null_count):
        return [DatetimeColumn(name=name, dtype="string")], ""
    if rows >= _ENOUGH_ROWS_TO_JUDGE and distinct > rows / 2:
        return [], f"an identifier or free text: {distinct:,} different values in {rows:,} rows"
    many_rare = rows >= _ENOUGH_ROWS_TO_JUDGE and distinct * _ROWS_FOR_A_VALUE > rows
    if many_rare and pc.max(pc.value_counts(pc.drop_null(texts)).field("counts")).as_py() < _LEAST_COUNT:
        return [], f"none of its {distinct:,} different values is in {_LEAST_COUNT} rows or more"
    return [CategoricalColumn(name=name, min_count=_LEAST_COUNT if many_rare else 1)], ""


def _describe_dates(name: str, column: pa.ChunkedArray) -> tuple[list[Column], str]:
    instants = to_wire(RawInput(name, "timestamp"), column)
    known = instants[instants != MISSING_INTEGER]
    if note := _useless(np.unique(known).size, missing=known.size < instants.size):
        return [], note
    return [DatetimeColumn(name=name)], ""


def _is_identifier(name: str, column: pa.ChunkedArray, labels: np.ndarray | None, rows: int) -> bool:
    """Whether a column numbers the rows: by its values, and by its name or since it tells nothing of the target."""
    if not pa.types.is_integer(column.type) or column.null_count or len(column) < _ENOUGH_ROWS_TO_JUDGE:
        return False
    numbers = column.to_numpy()
    span = int(numbers.max()) - int(numbers.min())
    if span >= rows + rows // _ROWS_FOR_A_VALUE or np.unique(numbers).size < numbers.size:
        return False
    if labels is None or set(re.split(r"[^a-z]+", name.lower())) & _NAMES_OF_IDENTIFIERS:
        return True
    every = max(1, numbers.size // SAMPLE_ROWS)
    wire = numbers[::every].astype(np.float64)
    buckets = max(2, min(16, wire.size // _ROWS_FOR_A_BUCKET))
    column_of_buckets = BucketizedColumn(name=name, source=name, buckets=buckets)
    return not tells(column_of_buckets.fit(wire).encode(wire), labels[::every])


def _count_distinct(numbers: np.ndarray) -> int:
    """Return how many different numbers there are; NaN is none."""
    return int(pc.count_distinct(pa.array(numbers, from_pandas=True)).as_py())


def _useless(distinct: int, *, missing: bool) -> str:
    """Say why a column tells no rows apart, or nothing; whether a value is there at all may tell some."""
    if distinct == 0:
        return "it is empty"
    return "it is constant" if distinct == 1 and not missing else ""


def _fresh(name: str, taken: set[str]) -> str:
    """Return the name, with underscores until it is free; takes it."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _crosses(columns: Sequence[Column], table: pa.Table, labels: np.ndarray, taken: set[str]) -> list[Column]:
    """Return the pairs with the highest synergy, best first."""
    rows = min(SAMPLE_ROWS, max(_LEAST_SAMPLE_ROWS, _SAMPLE_CELLS // len(columns)))
    every = max(1, len(labels) // rows)
    sample, target = np.arange(0, len(labels), every), labels[::every]
    likely = most_informative(_sample_ids(columns, table, sample), target, MOST_CROSSED_COLUMNS)
    pairs = synergy(likely, target, least=LEAST_SYNERGY)[:MOST_CROSSES]
    return [CrossedColumn(name=_fresh(f"{a}_x_{b}", taken), sources=(a, b)) for a, b in pairs]


def _sample_ids(columns: Sequence[Column], table: pa.Table, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Return the ids that these rows have in each column that might be crossed."""
    ids: dict[str, np.ndarray] = {}
    for column in columns:
        raw = raw_input(column)
        if isinstance(column, IdColumn) and raw is not None:
            wire = to_wire(raw, table.column(raw.name).take(pa.array(rows)))
            ids[column.name] = column.fit(wire).encode(wire)
    return ids
