"""Read the entries of a schema one by one, so that one's faults do not hide another's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modelzoo_registry import Fault
from modelzoo_registry.suggest import did_you_mean

from .base import ColumnBase

_INSTEAD = {"embedded": "write deep = true, embedding = 8 on the entry that has the ids"}
"""What takes the place of words for columns that are no kinds of their own."""
_LONGEST = 60


@dataclass(frozen=True)
class Entry:
    """Hold one entry of a schema as far as it could be read."""

    place: int
    name: str | None
    column: Any
    """The column; without the fields that could not be read, and None when nothing is left of it."""
    whole: bool = True
    """Whether all of it could be read."""

    @property
    def path(self) -> str:
        """Where it is, as ``columns.2 (area_x_town)``."""
        return f"columns.{self.place}" + (f" ({_shorten(self.name)})" if self.name else "")

    def fault(self, field: str, message: str) -> Fault:
        """Return a fault of one of its fields, or of the whole entry."""
        return Fault(f"{self.path}.{field}" if field else self.path, message)


def read_entry(place: int, given: Any, kinds: Mapping[str, type[ColumnBase]]) -> tuple[Entry, list[tuple[str, str]]]:
    """Return an entry read from plain data, and all its faults: the field, or nothing for all of it, and a message."""
    from modelzoo_registry.specs import collect

    if isinstance(given, ColumnBase):
        return Entry(place, given.name, given), []
    if not isinstance(given, Mapping):
        form = '{name = "x", kind = "numeric"}'
        entry = Entry(place, None, None, whole=False)
        return entry, [("", f"an entry such as {form} is expected. Received: {given!r}")]
    name = given.get("name")
    entry = Entry(place, name if isinstance(name, str) else None, None, whole=False)
    if not isinstance(given.get("kind"), str) or given["kind"] not in kinds:
        return entry, [("kind", _no_kind(given.get("kind"), kinds))]
    kind = kinds[given["kind"]]
    faults, column = collect(kind, given)
    if column is not None:
        return Entry(place, entry.name, column), []
    spoilt = {fault.path.partition(".")[0] for fault in faults}
    _, rest = collect(kind, {field: value for field, value in given.items() if field not in spoilt})
    return Entry(place, entry.name, rest, whole=False), [(fault.path, fault.message) for fault in faults]


def _no_kind(given: Any, kinds: Mapping[str, type[ColumnBase]]) -> str:
    there_are = f"Kinds: {', '.join(kinds)}"
    if given is None:
        return f"is required. {there_are}"
    if not isinstance(given, str):
        return f"text is expected. Received: {given!r}. {there_are}"
    if given in _INSTEAD:
        return f"{given!r} is no kind of its own: {_INSTEAD[given]}"
    return f"no kind is called {given!r}.{did_you_mean(given, kinds)} {there_are}"


def _shorten(name: str) -> str:
    from ..toml import escaped

    plain = escaped(name)
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}…"
