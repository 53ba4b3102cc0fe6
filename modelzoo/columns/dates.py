"""Read dates written as text, in one pattern shared by all executions.

``2024-02-29``, or with a time behind a space or a T: ``14:05``, ``14:05:09``, ``14:05:09.25``; then a zone, if any:
``Z``, ``UTC``, ``GMT``, ``+02:00``, ``+0200``, ``+02``. Without one it is UTC. Text that does not match, or names
a day there is not, is no date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..lazy import pa, pc
from .base import MISSING_INTEGER
from .calendar import DAY, MINUTE, SECOND, day_and_month, days_from_date

_FIELDS = {
    "year": "[0-9]{4}",
    "month": "0[1-9]|1[0-2]",
    "day": "0[1-9]|[12][0-9]|3[01]",
    "hour": "[01][0-9]|2[0-3]",
    "minute": "[0-5][0-9]",
    "second": "[0-5][0-9]",
    "fraction": "[0-9]{1,12}",
    "sign": "[+-]",
    "zone_hour": "[01][0-9]|2[0-3]",
    "zone_minute": "[0-5][0-9]",
}
_FORM = (
    " *{year}-{month}-{day}(?:[T ]{hour}:{minute}(?::{second}(?:[.,]{fraction})?)?"
    " *(?:Z|UTC|GMT|{sign}{zone_hour}(?::?{zone_minute})?)?)? *"
)
_NAMED = _FORM.format_map({name: f"(?P<{name}>{field})" for name, field in _FIELDS.items()})
_ARROW = f"^{_NAMED}$"
_TENSORFLOW = _FORM.format_map({name: f"({field})" for name, field in _FIELDS.items()})
_PYTHON = re.compile(_NAMED)
_STAND_IN = "1970-01-01"
_TIME = " *[0-9]...-..-..[T ]..:"
"""What stands before the minutes of a text that is known to match."""
_ZONE = f"{_TIME}..[^+-]*[+-]"
_DIGITS = {
    "year": (" *", "9999"),
    "month": (" *[0-9]...-", "19"),
    "day": (" *[0-9]...-..-", "39"),
    "hour": (" *[0-9]...-..-..[T ]", "29"),
    "minute": (_TIME, "59"),
    "second": (f"{_TIME}..:", "59"),
    "fraction": (f"{_TIME}..:..[.,]", "999999"),
    "zone_hour": (_ZONE, "29"),
    "zone_minute": (f"{_ZONE}..:?", "59"),
}
"""What stands before the digits of each field, and the greatest digit in each place; microseconds have six."""
_WEST = f"{_TIME}..[^+-]*-.*"


def parse(texts: pa.Array) -> np.ndarray:
    """Return instants, int64 (n,), of an Arrow string array; the smallest value for null and for what is no date."""
    fields = pc.extract_regex(texts, pattern=_ARROW)

    def number(name: str) -> np.ndarray:
        digits = pc.fill_null(pc.struct_field(fields, name), "")
        if name == "fraction":
            digits = pc.utf8_slice_codeunits(pc.binary_join_element_wise(digits, "000000", ""), 0, 6)
        whole = pc.binary_join_element_wise("0", digits, "").cast(pa.int64())
        return np.asarray(whole.to_numpy(zero_copy_only=False))

    west = np.asarray(pc.fill_null(pc.equal(pc.struct_field(fields, "sign"), "-"), fill_value=False))
    instants, exists = _instant(number, 1 - 2 * west.astype(np.int64))
    matched = fields.is_valid().to_numpy(zero_copy_only=False)
    return np.where(matched & exists, instants, MISSING_INTEGER)


def parse_one(text: str) -> int:
    """Return the instant of one text, or the smallest int64 when it is no date."""
    found = _PYTHON.fullmatch(text)
    if found is None:
        return MISSING_INTEGER

    def number(name: str) -> int:
        digits = found[name] or ""
        return int((digits + "000000")[:6] if name == "fraction" else f"0{digits}")

    instant, exists = _instant(number, -1 if found["sign"] == "-" else 1)
    return int(instant) if exists else MISSING_INTEGER


def parse_tensors(tf: Any, texts: Any) -> Any:
    """Do as ``parse`` does, as TensorFlow operations on strings (batch,)."""
    matched = tf.strings.regex_full_match(texts, _TENSORFLOW)
    dates = tf.where(matched, texts, tf.constant(_STAND_IN))

    def field(name: str) -> Any:
        return tf.strings.regex_replace(dates, _one_group(name), r"\1")  # RE2 knows groups by one digit alone

    def number(name: str) -> Any:
        digits = field(name)
        if name == "fraction":
            digits = tf.strings.substr(tf.strings.join([digits, "000000"]), 0, 6)
        return tf.strings.to_number(tf.strings.join(["0", digits]), tf.int64)

    west = tf.cast(tf.equal(field("sign"), "-"), tf.int64)
    instants, exists = _instant(number, 1 - 2 * west)
    return tf.where(tf.logical_and(matched, exists), instants, MISSING_INTEGER)


def parse_onnx(graph: Any, texts: Any) -> Any:
    """Do as ``parse`` does, as ONNX nodes on strings (batch,).

    ONNX can tell whether a text matches, but not what a group of a pattern holds: every bit of every digit is asked
    for. A text that lacks a digit has none of its bits.
    """
    column = texts.as_column()

    def has(pattern: str) -> Any:
        return graph.op("RegexFullMatch", column, dtype="bool", pattern=pattern)

    asked = list(_bits())
    bits = graph.concat([has(pattern) for pattern, _, _ in asked]).cast("float64")
    weights = np.array([[weight * (field == name) for name in _DIGITS] for _, field, weight in asked], np.float64)
    numbers = graph.op("MatMul", bits, weights).cast("int64")

    def number(name: str) -> Any:
        return graph.gather(numbers, np.array(list(_DIGITS).index(name)), axis=1)

    first = np.array([-1])
    east = 1 - 2 * graph.op("Reshape", has(_WEST), first).cast("int64")
    instants, exists = _instant(number, east)
    is_date = graph.op("Reshape", has(_TENSORFLOW), first) & exists
    return graph.where(is_date, instants, graph.constant(np.array(MISSING_INTEGER)))


def _bits() -> Iterator[tuple[str, str, int]]:
    """Yield for each bit of each digit the pattern of texts that have it, its field, and what it adds to that."""
    for field, (before, greatest) in _DIGITS.items():
        for place, most in enumerate(greatest):
            for bit in (1, 2, 4, 8):
                digits = "".join(str(digit) for digit in range(int(most) + 1) if digit & bit)
                if digits:
                    pattern = f"{before}{'[0-9]' * place}[{digits}].*"
                    yield pattern, field, bit * 10 ** (len(greatest) - 1 - place)


def matches(texts: pa.Array) -> int:
    """Return how many texts are dates."""
    return int(np.count_nonzero(parse(texts) != MISSING_INTEGER))


def _one_group(captured_name: str) -> str:
    """Return the pattern with only this field captured."""
    captured = {name: f"({field})" if name == captured_name else f"(?:{field})" for name, field in _FIELDS.items()}
    return f"^{_FORM.format_map(captured)}$"


def _instant(number: Callable[[str], Any], east: Any) -> tuple[Any, Any]:
    """Return the instant that fields make, and whether there is such a day."""
    month, day = number("month"), number("day")
    days = days_from_date(number("year"), month, day)
    found_day, found_month = day_and_month(days)
    zone = east * (number("zone_hour") * 60 + number("zone_minute"))
    minutes = number("hour") * 60 + number("minute") - zone
    instant = days * DAY + minutes * MINUTE + number("second") * SECOND + number("fraction")
    return instant, (found_day == day) & (found_month == month)
