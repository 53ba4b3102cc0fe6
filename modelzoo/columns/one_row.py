"""Encode one row, given as a dict of plain values, without Arrow and without arrays on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np

from . import dates
from .base import MISSING_INTEGER
from .calendar import SECOND
from .crossed import FittedCrossed
from .fitted import Fitted, FittedDense, FittedId, is_used
from .raw import RawInput, WireType
from .schema import raw_input

Read = Callable[[Any], Any]
"""Return one plain value in wire form; None for something that ``to_wire`` has to look at: a value of another type, an
array, and a missing one where a value is required."""

_NAN = float("nan")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  (what has no zone is in UTC)
_FAR = 2**1000
"""Whole numbers beyond may be no float64."""
_NUMPY_NUMBERS = {np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.float64}
"""Those whose plain value means the same whatever it is read as; shorter floats are written with other digits."""
_ABSENT = object()


class RowEncoder:
    """Encode rows one at a time; all that takes no row to know is looked up once."""

    def __init__(self, raw: Sequence[RawInput], columns: Sequence[Fitted]) -> None:
        places = {one.name: place for place, one in enumerate(raw)}
        ids = [fitted for fitted in columns if isinstance(fitted, FittedId)]
        id_places = {fitted.column.name: place for place, fitted in enumerate(ids)}
        self._readers = [(one.name, reader(one)) for one in raw]
        self._dense: list[tuple[int, Callable[[Any], Any]]] = [
            (places[fitted.column.name], fitted.encode_one) for fitted in columns if isinstance(fitted, FittedDense)
        ]
        self._ids: list[tuple[Any, Callable[[Any], Any]]] = [
            (_source(fitted, places, id_places), fitted.encode_one) for fitted in ids
        ]
        self._used = [place for place, fitted in enumerate(ids) if is_used(fitted)]

    def __call__(self, row: Mapping[str, Any]) -> dict[str, np.ndarray] | None:
        """Return the row as ``Encoder.encode`` of a table of this row does; None when only a table can tell."""
        wire = [read(row.get(name, _ABSENT)) for name, read in self._readers]
        if None in wire:
            return None
        encoded = {}
        if self._dense:
            numbers: list[float] = []
            for place, encode in self._dense:
                numbers += encode(wire[place])
            encoded["dense"] = np.array([numbers], np.float32)
        if self._used:
            ids: list[int] = []
            for source, encode in self._ids:
                ids.append(encode(wire[source] if type(source) is int else [ids[place] for place in source]))
            encoded["ids"] = np.array([[ids[place] for place in self._used]], np.int32)
        return encoded


def _source(fitted: Any, places: Mapping[str, int], id_places: Mapping[str, int]) -> Any:
    """Return the place of the raw column that ids are made of, or of a cross those of its sources among the ids."""
    if isinstance(fitted, FittedCrossed):
        return tuple(id_places[source] for source in fitted.column.sources)
    raw = raw_input(fitted.column)
    return None if raw is None else places[raw.name]


def reader(raw: RawInput) -> Read:
    """Return what brings plain values of a column into wire form."""
    read = _READERS[raw.type]
    return partial(_read_required, read, raw.dates) if raw.required else read


def _read_required(read: Read, is_date: bool, value: Any) -> Any:  # noqa: FBT001
    wire = read(value)
    if wire in ("", MISSING_INTEGER, None) or wire != wire:
        return None
    return None if is_date and dates.parse_one(wire) == MISSING_INTEGER else wire


def _number(value: Any) -> float | None:
    kind = type(value)
    if kind is float:
        return value  # type: ignore[no-any-return]
    if value is None:
        return _NAN
    if kind is int:
        return float(value) if -_FAR <= value <= _FAR else None
    if kind is bool:
        return float(value)
    return _number(value.item()) if kind in _NUMPY_NUMBERS else None


def _string(value: Any) -> str | None:
    if type(value) is str:
        return value if value.isascii() or not _has_surrogates(value) else None
    return "" if _is_missing(value) else None


def _integer(value: Any) -> int | None:
    kind = type(value)
    if kind is int:
        return value if MISSING_INTEGER < value < -MISSING_INTEGER else None
    if kind is bool:
        return int(value)
    if _is_missing(value):
        return MISSING_INTEGER
    return _integer(value.item()) if kind in _NUMPY_NUMBERS else None


def _instant(value: Any) -> int | None:
    if type(value) is datetime:
        since = value - (_EPOCH if value.tzinfo is None else _EPOCH.replace(tzinfo=UTC))
        return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds
    if type(value) is str:
        instant = dates.parse_one(value)
        return None if instant == MISSING_INTEGER else instant
    return MISSING_INTEGER if _is_missing(value) else None


def _array(_: Any) -> None:
    return None


_READERS: dict[WireType, Read] = {
    "number": _number,
    "string": _string,
    "integer": _integer,
    "timestamp": _instant,
    "array": _array,
}


def _is_missing(value: Any) -> bool:
    return value is None or (type(value) in (float, np.float64) and value != value)


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
