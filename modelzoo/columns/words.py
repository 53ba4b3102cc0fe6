"""Say in a few words what a schema's entries read and what an encoder makes of them."""

from __future__ import annotations

from .array import FittedArray
from .base import IdColumn
from .crossed import CrossedColumn
from .encoder import Encoder
from .fitted import Fitted, FittedDense
from .schema import Column, raw_input
from .wire import RawInput

_IDS = {
    "bucketized": ("bucket", "buckets"),
    "hashed": ("bucket", "buckets"),
    "crossed": ("combination", "combinations"),
}
_VALUES = ("value", "values")


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
    """Return what an entry encodes to, as ``number`` or ``12 buckets``; the id 0 of the missing is not counted."""
    if isinstance(fitted, FittedDense):
        numbers = fitted.width - fitted.indicator
        words = "number" if numbers == 1 else f"{numbers} numbers"
        return f"{words} + missing" if fitted.indicator else words
    if isinstance(fitted, FittedArray):
        return describe_shape(fitted.column.shape)
    one, many = _IDS.get(fitted.kind, _VALUES)
    return count(fitted.size - 1, one, many)


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
