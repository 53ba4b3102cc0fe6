"""Say what becomes of odd values: the one table that the tests hold and the documentation shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

READINGS = ("number", "string", "integer", "timestamp", "array")
"""What a column may be read as: the wire types, in the order of the table's columns."""
WANTED = {
    "number": ("numbers belong here", "a number belongs here"),
    "string": ("text belongs here", ""),
    "integer": ("whole numbers belong here", "a whole number belongs here"),
    "timestamp": (
        "dates belong here, as timestamps or as text in ISO 8601",
        "a date in ISO 8601 belongs here, such as 2024-02-29 14:05",
    ),
    "array": ("arrays of shape (2,) belong here", "arrays of shape (2,) belong here"),
}
"""How a refusal begins, of a column for its type and of single values."""


class Missing:
    """Say that a value is missing, and follows the column's policy."""


@dataclass(frozen=True)
class Type:
    """Say that a column of this Arrow type is refused."""

    name: str


@dataclass(frozen=True)
class Bad:
    """Say that a value is refused, which the message writes like this."""

    written: str
    wanted: str = ""


MISSING = Missing()


@dataclass(frozen=True)
class Odd:
    """Hold one line of the table: what is given, and what it is read as."""

    what: str
    given: Any
    """The rows; the first is looked at."""
    number: Any
    string: Any
    integer: Any
    timestamp: Any
    array: Any


def _every(what: str, given: Any) -> Odd:
    return Odd(what, given, *[MISSING] * 5)


def _typed(what: str, given: Any, kind: str, **read: Any) -> Odd:
    """Return a line of a column that is refused by its type, but for the readings named."""
    return Odd(what, given, **{**dict.fromkeys(READINGS, Type(kind)), **read})


def _text(what: str, given: Any, text: str, **read: Any) -> Odd:
    """Return a line of text that is no number and no date, but for the readings named."""
    bad = Bad(repr(text))
    cells = {"number": bad, "string": text, "integer": bad, "timestamp": bad, "array": Type("string")}
    return Odd(what, given, **{**cells, **read})


_INTEGER, _FLOAT, _TEXT = "int64", "double", "string"
_EAST = timezone(timedelta(hours=2))
_AT = datetime(2024, 2, 29, 12, 5, tzinfo=UTC)
_DAY = datetime(2024, 2, 29, tzinfo=UTC)
_FAR = "<value out of range: 4611686018427387904>"

ODD_VALUES = [
    _every("null: `None`, in Arrow, JSON or an empty CSV field", [None]),
    _every("`NaN`", [float("nan")]),
    _every("`pandas.NaT`", [pd.NaT]),
    _every("`pandas.NA`", [pd.NA]),
    _every("a column without any value, of whatever type", pa.nulls(2, pa.date32())),
    Odd("empty string `''`", [""], *[MISSING] * 4, Type(_TEXT)),
    _text("blanks `'  '`", ["  "], "  ", number=MISSING, integer=MISSING, timestamp=MISSING),
    _text("text that is a number `'3'`", ["3"], "3", number=3.0, integer=3),
    _text("with blanks around it `' 3 '`", [" 3 "], " 3 ", number=3.0, integer=3, timestamp=Bad("'3'")),
    _text("text that is a fraction `'3.0'`", ["3.0"], "3.0", number=3.0),
    _text("text that is no number `'x'`", ["x"], "x"),
    _text("text `'nan'`", ["nan"], "nan", number=MISSING),
    _text("text `'inf'`", ["inf"], "inf", number=np.inf),
    _typed("boolean `True`", [True], "bool", number=1.0, string="true", integer=1),
    _typed("whole float `3.0`", [3.0], _FLOAT, number=3.0, string="3", integer=3),
    _typed("float `2.5`", [2.5], _FLOAT, number=2.5, string="2.5", integer=Bad("2.5")),
    _typed("float16 `1.5`", np.array([1.5], np.float16), _FLOAT, number=1.5, string="1.5", integer=Bad("1.5")),
    _typed(
        "integer beyond 2**53, `9007199254740993`", [2**53 + 1], _INTEGER,
        number=2.0**53, string="9007199254740993", integer=2**53 + 1,
    ),
    _typed(
        "unsigned integer beyond int64, `2**64 - 1`", pa.array([2**64 - 1], pa.uint64()), "uint64",
        number=2.0**64, string="18446744073709551615", integer=Bad("18446744073709551615"),
    ),
    _typed(
        "Python's integers beyond 64 bits, `2**70`", [2**70], _FLOAT,
        number=2.0**70, string="1.1805916207174113e+21", integer=Bad("1.1805916207174113e+21"),
    ),
    _typed(
        "smallest int64, `-2**63`", [-(2**63)], _INTEGER,
        number=-(2.0**63), string="-9223372036854775808", integer=MISSING,
    ),
    _typed("infinity", [float("inf")], _FLOAT, number=np.inf, string="inf", integer=Bad("inf")),
    _typed("subnormal `5e-324`", [5e-324], _FLOAT, number=5e-324, string="5e-324", integer=Bad("5e-324")),
    _text("non-ASCII `'é'`, composed", ["é"], "é"),
    _text("non-ASCII `'é'`, decomposed: another text", ["e\u0301"], "e\u0301"),
    _text("a NUL in text `'a\\0'`", ["a\0"], "a\0"),
    _text("bytes `b'3'`", [b"3"], "3", number=3.0, integer=3),
    _typed(
        "bytes that are no UTF-8, in Arrow", pa.array([b"\xff"]), "binary",
        **{kind: Bad(r"b'\xff'", "text in UTF-8 belongs here") for kind in READINGS},
    ),
    _typed("pandas `Int64`", pd.Series([3, None], dtype="Int64"), _INTEGER, number=3.0, string="3", integer=3),
    _typed("Arrow int8 with nulls", pa.array([3, None], pa.int8()), "int8", number=3.0, string="3", integer=3),
    _text("pandas category", pd.Series(["3"], dtype="category"), "3", number=3.0, integer=3),
    _text("Arrow dictionary of text", pa.array(["x"]).dictionary_encode(), "x"),
    _typed(
        "Arrow dictionary of integers", pa.array([3]).dictionary_encode(), _INTEGER,
        number=3.0, string="3", integer=3,
    ),
    _text("large_string", pa.array(["x"], pa.large_string()), "x"),
    _text("string_view", pa.array(["x"], pa.string_view()), "x"),
    _typed("decimal `3.00`", [Decimal("3.00")], "decimal128(3, 2)", number=3.0, string="3.00", integer=3),
    _typed(
        "decimal `1.50`", [Decimal("1.50")], "decimal128(3, 2)",
        number=1.5, string="1.50", integer=Bad("Decimal('1.50')"),
    ),
    _typed(
        "timestamp without a zone, `2024-02-29 12:05`: in UTC", [_AT.replace(tzinfo=None)], "timestamp[us]",
        string="2024-02-29 12:05:00.000000", timestamp=_AT,
    ),
    _typed(
        "timestamp with a zone, `2024-02-29 14:05+02:00`", pa.array([_AT], pa.timestamp("s", "Europe/Berlin")),
        "timestamp[s, tz=Europe/Berlin]", string="2024-02-29 12:05:00", timestamp=_AT,
    ),
    _typed(
        "nanoseconds: rounded down to microseconds", pa.array([-1], pa.timestamp("ns")), "timestamp[ns]",
        string="1969-12-31 23:59:59.999999999", timestamp=datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC),
    ),
    _typed(
        "milliseconds", pa.array([_AT], pa.timestamp("ms")), "timestamp[ms]",
        string="2024-02-29 12:05:00.000", timestamp=_AT,
    ),
    _typed(
        "timestamp beyond the microseconds of int64", pa.array([2**62], pa.timestamp("s")), "timestamp[s]",
        string=_FAR, timestamp=Bad(_FAR, "a date belongs here"),
    ),
    _typed("date32", [date(2024, 2, 29)], "date32[day]", string="2024-02-29", timestamp=_DAY),
    _typed("date64", pa.array([_DAY], pa.date64()), "date64[ms]", string="2024-02-29", timestamp=_DAY),
    _text("`'2024-02-29'`", ["2024-02-29"], "2024-02-29", timestamp=_DAY),
    _text(
        "`'2024-02-29T14:05+02:00'`", ["2024-02-29T14:05+02:00"], "2024-02-29T14:05+02:00",
        timestamp=datetime(2024, 2, 29, 14, 5, tzinfo=_EAST),
    ),
    _text("a day there is not, `'2024-02-30'`", ["2024-02-30"], "2024-02-30"),
    _typed("time of day", [time(1, 2)], "time64[us]", string="01:02:00.000000"),
    _typed("duration", [timedelta(seconds=1)], "duration[us]", string="1000000"),
    _typed("complex number", [1j], _TEXT, number=Bad("'1j'"), string="1j", integer=Bad("'1j'"), timestamp=Bad("'1j'")),
    Odd("array of the column's shape", [[1.0, 2.0]], *[Type("arrays of shape (2,)")] * 4, [1.0, 2.0]),
    Odd("array with a missing number", [[1.0, None]], *[Type("arrays of shape (2,)")] * 4, [1.0, MISSING]),
    Odd("array of another shape", [[1.0, 2.0, 3.0]], *[Type("arrays of shape (3,)")] * 4, Bad("(3,)")),
]  # fmt: skip


def table() -> str:
    """Return the table in Markdown."""
    head = ["value or type", "as a number", "as a text category", "as an integer category", "as a date", "as an array"]
    lines = [[odd.what, *(_cell(getattr(odd, reading)) for reading in READINGS)] for odd in ODD_VALUES]
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---"] * len(head), *lines])


def _cell(read: Any) -> str:
    if isinstance(read, Type | Bad):
        return "refused"
    if read is MISSING:
        return "missing"
    if isinstance(read, datetime):
        return f"`{read.astimezone(UTC).replace(tzinfo=None).isoformat(' ')}`"
    if isinstance(read, list):
        return ", ".join(map(_cell, read))
    return f"`{ascii(read) if isinstance(read, str) else read}`"
