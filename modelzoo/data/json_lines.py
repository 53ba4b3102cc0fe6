"""Read JSON Lines, row by row or in blocks of bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from sys import float_info
from typing import Any

from modelzoo_registry import DataError, Fault

from ..lazy import pa
from .arrow import as_text, to_arrow
from .join import cast, common_type, unified
from .json_rows import rows as rows

_PORTION = 1 << 20
"""Bytes of lines that are held at a time."""
_EXACT = 2**53
"""Whole numbers up to here are float64 without loss; with fractions beside longer ones, a column is text."""


def blocks(path: Path) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a file, of the types they have in one table, in bounded memory: the file is read twice.

    Lists of numbers beside lists of truths, which a table counts as 0 and 1, are refused unless all are of one shape.

    Raises:
        DataError: as ``rows`` does, and naming the columns that cannot be read; before the first rows.
    """
    kinds = _kinds(path)
    for portion in _portions(path):
        columns = [_as_array([row.get(name) for row in portion], kind) for name, kind in kinds.items()]
        yield pa.RecordBatch.from_arrays(columns, names=list(kinds))


def _portions(path: Path) -> Iterator[list[dict[str, Any]]]:
    """Yield rows, as many at a time as a portion of the file holds."""
    with path.open("rb") as file:
        read = 0
        portion: list[dict[str, Any]] = []
        for row in rows(file, str(path)):
            portion.append(row)
            if file.tell() - read >= _PORTION:
                yield portion
                read, portion = file.tell(), []
        if portion:
            yield portion


def _kinds(path: Path) -> dict[str, pa.DataType]:
    """Return the type of every column, told by all its values."""
    columns: dict[str, _Column] = {}
    count = 0
    faults: dict[str, str] = {}
    for portion in _portions(path):
        count += len(portion)
        for name in dict.fromkeys(name for row in portion for name in row):
            with _gathering(faults, name):
                columns.setdefault(name, _Column()).add([row.get(name) for row in portion])
    if not count:
        raise DataError(f"{path} is empty: one JSON object a line is expected")
    kinds: dict[str, pa.DataType] = {}
    for name, column in columns.items():
        with _gathering(faults, name):
            kinds[name] = column.kind(count)
    if faults:
        raise DataError(f"{path}: columns cannot be read", [Fault(name, fault) for name, fault in faults.items()])
    return kinds


@contextmanager
def _gathering(faults: dict[str, str], name: str) -> Iterator[None]:
    """Keep the first fault of a column."""
    try:
        yield
    except DataError as error:
        faults.setdefault(name, str(error))


class _Column:
    """Gather what decides the type of one column."""

    def __init__(self) -> None:
        self._types: dict[type, None] = {}  # in the order they came
        self._count = self._low = self._high = 0
        self._nested: pa.DataType | None = pa.null()  # the type of lists or objects as such, None when they have no one
        self._array: pa.DataType | None = pa.null()  # that of arrays of one shape, None when they are not

    def add(self, values: Sequence[Any]) -> None:
        """Take in the next values. Raises DataError when they cannot stand in one column with the others."""
        held = [value for value in values if value is not None and value == value]
        self._count += len(held)
        self._types.update(dict.fromkeys(map(type, held)))
        numbers = [value for value in held if type(value) is int]
        self._low, self._high = min([self._low, *numbers]), max([self._high, *numbers])
        as_text([value for value in held if isinstance(value, str)])  # refuses what is no text in UTF-8
        if held and self._types.keys() & {list, dict}:
            self._add_nested(held)

    def _add_nested(self, held: Sequence[Any]) -> None:
        if len(self._types) > 1:
            raise DataError("one value a row belongs here. Received: lists or objects among single values")
        array = to_arrow(held).type
        is_array = self._array is not None and isinstance(array, pa.FixedShapeTensorType)
        self._array = common_type(self._array, array) if is_array else None
        if self._nested is not None:
            self._nested = _unified(self._nested, held)

    def kind(self, count: int) -> pa.DataType:
        """Return the type of the column, which has so many rows. Raises DataError when it has none."""
        kinds = set(self._types)
        if kinds & {list, dict}:
            kind = self._array if self._array is not None and self._count == count else self._nested
            if kind is None:
                raise DataError("lists or objects of one type belong here. Received: several")
            return kind
        if kinds == {int}:
            is_long = self._low < -(2**63) or self._high >= 2**63
            return self._float(float_info.max) if is_long else pa.int64()
        if float in kinds and (kinds <= {int, float} or self._has_truths_after_fractions()):
            return self._float(_EXACT)
        single = {frozenset[type](): pa.null(), frozenset({bool}): pa.bool_()}
        return single.get(frozenset(kinds), pa.string())

    def _has_truths_after_fractions(self) -> bool:
        """Whether there are numbers and truths alone, a fraction before any truth: Arrow then counts truths as 1."""
        kinds = list(self._types)
        return set(kinds) <= {int, float, bool} and kinds.index(float) < kinds.index(bool)

    def _float(self, largest: float) -> pa.DataType:
        return pa.float64() if max(-self._low, self._high) <= largest else pa.string()


def _unified(kind: pa.DataType, held: Sequence[Any]) -> pa.DataType | None:
    """Return the type of lists or objects so far and these ones, None when there is none."""
    try:
        return unified(kind, pa.array(held, from_pandas=True).type)
    except pa.ArrowException:
        return None


def _as_array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_string(kind):
        return as_text(values)
    if pa.types.is_float64(kind):
        return pa.array([None if value is None else float(value) for value in values], kind, from_pandas=True)
    if isinstance(kind, pa.FixedShapeTensorType):
        return cast(to_arrow(values), kind)
    return pa.array(values, kind, from_pandas=True)
