"""Say in a few words what a schema's entries read and what an encoder makes of them."""

from __future__ import annotations

import json

from .array import FittedArray
from .base import IdColumn
from .crossed import CrossedColumn, FittedCrossed
from .datetime import FittedDatetime
from .encoder import Encoder
from .fitted import Fitted, FittedDense
from .raw import RawInput
from .schema import Column, raw_input

_IDS = {
    "bucketized": ("bucket", "buckets"),
    "hashed": ("hashed bucket", "hashed buckets"),
    "crossed": ("combination", "combinations"),
}
_VALUES = ("value", "values")
_SCALES = {"standard": "", "none": "not scaled", "log": "log scale", "quantile": "quantile scale"}
_POLICIES = {"reject": "required", "own": ""}
"""What is said of a policy for missing values, where that is not its name."""
_LONGEST_FILL = 24


def reads(column: Column) -> tuple[str, ...]:
    """Return the names of what an entry reads: the entries it crosses, or its raw column."""
    raw = raw_input(column)
    if raw is not None:
        return (raw.name,)
    return column.sources if isinstance(column, CrossedColumn) else ()


def describe_raw(raw: RawInput) -> str:
    """Return the type of a raw column, as ``number``, ``text`` or ``28 × 28 numbers``."""
    if raw.type == "array":
        return describe_shape(raw.shape)
    return "text" if raw.type == "string" else raw.type


def describe_entry(fitted: Fitted) -> str:
    """Return what an entry encodes to, then what is not as by default: ``number + missing, log scale``, ``12 buckets``.

    ``+ missing`` tells of a number, or an id, that says a value was missing. The id 0 is not counted.
    """
    return ", ".join(filter(None, (_encoded(fitted), _scale(fitted), _policy(fitted))))


def _encoded(fitted: Fitted) -> str:
    if isinstance(fitted, FittedDense):
        words = ", ".join(fitted.column.parts) if isinstance(fitted, FittedDatetime) else "number"
        return f"{words} + missing" if fitted.indicator else words
    if isinstance(fitted, FittedArray):
        return describe_shape(fitted.column.shape)
    one, many = _IDS.get(fitted.kind, _VALUES)
    if isinstance(fitted, FittedCrossed):
        return count(fitted.size - 1, one, many) + (" (hashed)" if fitted.hashed else "")
    has_own = fitted.kind == "categorical" and fitted.column.missing == "own"
    return count(fitted.size - 1 - has_own, one, many) + (" + missing" if has_own else "")


def _scale(fitted: Fitted) -> str:
    return _SCALES[getattr(fitted.column, "scale", "standard")]


def _policy(fitted: Fitted) -> str:
    """Return what becomes of missing values where it is not the default."""
    field = type(fitted.column).model_fields.get("missing")
    policy = getattr(fitted.column, "missing", None)
    if field is None or policy == field.default:
        return ""
    if policy == "constant":
        return f"{_fill(getattr(fitted.column, 'fill', None))} for missing"
    return _POLICIES.get(str(policy), f"{policy} for missing")


def _fill(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_FILL else f"{text[:_LONGEST_FILL]}…"


def describe_uses(encoder: Encoder) -> dict[str, str]:
    """Return for each entry with ids where these go, as `` (wide, embedding of 4)``."""
    uses = {fitted.column.name: " (crossed only)" for fitted in encoder.columns if isinstance(fitted.column, IdColumn)}
    for layout in encoder.id_layout:
        parts = ["wide"] if layout.wide else []
        parts += [f"embedding of {layout.embedding}"] if layout.deep else []
        uses[layout.name] = f" ({', '.join(parts)})"
    return uses


def describe_shape(shape: tuple[int | None, ...]) -> str:
    """Return the shape of one row's numbers, as ``28 × 28 numbers``; what varies is a question mark."""
    if len(shape) > 1:
        return " × ".join("?" if size is None else f"{size:,}" for size in shape) + " numbers"
    size = shape[0] if shape else 1
    return "? numbers" if size is None else count(size, "number", "numbers")


def count(number: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many}"
