"""Bring the plain values of one row, given as a dict, into wire form without Arrow."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np

from . import dates
from .base import MISSING_INTEGER
from .calendar import SECOND
from .raw import RawInput, WireType

_MISSING: dict[WireType, Any] = {
    "number": float("nan"),
    "string": "",
    "integer": MISSING_INTEGER,
    "timestamp": MISSING_INTEGER,
}


_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  (what has no zone is in UTC)


_FAR = 2**1000
"""Whole numbers beyond may be no float64."""


_NUMPY_NUMBERS = {np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.float64}
"""Those whose plain value means the same whatever it is read as; shorter floats are written with other digits."""


def one_to_wire(raw: RawInput, value: Any) -> Any:
    """Return one plain value in wire form; None when it is something ``to_wire`` has to look at.

    That is a value of another type, an array, and a missing one where a value is required.
    """
    if type(value) in _NUMPY_NUMBERS:
        value = value.item()
    if value is None or (type(value) is float and value != value):
        return None if raw.required else _MISSING.get(raw.type)
    if raw.type == "number" and type(value) in (float, int, bool):
        return None if type(value) is int and abs(value) > _FAR else float(value)
    if raw.type == "string" and type(value) is str:
        return None if (raw.required and _lacks_one(raw, value)) or _has_surrogates(value) else value
    if raw.type == "integer" and type(value) in (int, bool):
        return int(value) if MISSING_INTEGER < value < -MISSING_INTEGER else None
    return _one_instant(value) if raw.type == "timestamp" else None


def _lacks_one(raw: RawInput, text: str) -> bool:
    return dates.parse_one(text) == MISSING_INTEGER if raw.dates else not text


def _one_instant(value: Any) -> int | None:
    """Return the instant of a plain datetime or text, or None."""
    if type(value) is datetime:
        since = value - (_EPOCH if value.tzinfo is None else _EPOCH.replace(tzinfo=UTC))
        return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds
    instant = dates.parse_one(value) if type(value) is str else MISSING_INTEGER
    return None if instant == MISSING_INTEGER else instant


def _has_surrogates(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)
