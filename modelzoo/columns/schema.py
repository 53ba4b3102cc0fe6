"""Say what each column is: the part of a model that people may write by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, Self, get_args

from modelzoo_registry import Fault, SchemaError
from modelzoo_registry.suggest import did_you_mean
from pydantic import Field

from .array import ArrayColumn
from .base import ColumnBase, IdColumn, Plain
from .bucketized import BucketizedColumn
from .categorical import CategoricalColumn
from .crossed import CrossedColumn
from .datetime import DatetimeColumn
from .entry import Entry, read_entry
from .hashed import HashedColumn
from .numeric import NumericColumn
from .order import arrange
from .raw import RawInput

Column = Annotated[
    NumericColumn | CategoricalColumn | HashedColumn | BucketizedColumn | CrossedColumn | DatetimeColumn | ArrayColumn,
    Field(discriminator="kind"),
]

KINDS: dict[str, type[ColumnBase]] = {kind.model_fields["kind"].default: kind for kind in get_args(get_args(Column)[0])}
"""The class of each kind's entries."""

_HELP = (
    "One entry a line: change, add or take out entries, in any order; what is left out of one has its default.",
    "`zoo schema --kinds` explains every kind of entry and its settings.",
)
"""What a schema file tells who edits it."""

_Finding = tuple[Entry, str, str]
"""An entry, its field (or nothing for all of it) and what is wrong there."""


class Schema(Plain):
    """List the columns a model sees, in any order.

    ``bucketized`` entries name the raw column they read as their source, ``crossed`` ones name other entries; all
    others carry the name of a raw column.
    """

    columns: tuple[Column, ...] = Field(min_length=1, description="the entries, in any order")

    @classmethod
    def from_toml(cls, path: str | PathLike[str]) -> Schema:
        """Return the checked schema of a file.

        Raises:
            DataError: when the file is not there or not TOML, with the line.
            SchemaError: with every fault.
        """
        from ..toml import read_toml

        return _from_data(read_toml(Path(path)), f"the schema of {path}")

    def to_toml(self, about: Iterable[str] = ("What each column is.",)) -> str:
        """Return the schema as ``from_toml`` reads it: one entry a line, with what differs from the defaults.

        Args:
            about: comments to begin with, one a line.
        """
        from ..toml import comment, write_columns

        return comment([*about, *_HELP]) + write_columns(map(_written, self.columns))

    def check(self) -> Self:
        """Return the schema itself when its entries fit together.

        Raises:
            SchemaError: with every repeated name, missing or unfit source, cycle and clash of types.
        """
        _refuse("the schema", [], list(_misfits(self.entries)))
        return self

    @property
    def entries(self) -> list[Entry]:
        """The columns with their places, as faults name them."""
        return [Entry(place, column.name, column) for place, column in enumerate(self.columns)]

    @cached_property
    def ordered(self) -> tuple[Column, ...]:
        """The columns, each behind those it is made of and else as they stand."""
        by_name = {column.name: column for column in self.columns}
        names, _ = arrange({name: _sources(column) for name, column in by_name.items()})
        return tuple(by_name[name] for name in names)

    @property
    def raw(self) -> tuple[RawInput, ...]:
        """The raw columns that are read, each once, in the order of the entries."""
        return raw_inputs(self.columns)


def make_schema(given: Schema | Mapping[str, Any] | str | PathLike[str]) -> Schema:
    """Return a checked schema, made from plain data such as ``{"columns": [{"kind": "numeric", "name": "x"}]}``.

    Args:
        given: a schema, its plain data, or the path of a TOML file that holds it.

    Raises:
        DataError: when a file is not there or not TOML.
        SchemaError: with every fault.
    """
    if isinstance(given, Schema):
        return given.check()
    if isinstance(given, str | PathLike) and str(given).endswith(".toml"):
        return Schema.from_toml(given)
    return _from_data(given, "the schema")


def raw_input(column: Column) -> RawInput | None:
    """Return the raw column an entry reads, or None for one made of other entries."""
    if isinstance(column, CrossedColumn):
        return None
    required = column.missing == "reject"
    if isinstance(column, NumericColumn):
        return RawInput(column.name, "number", required=required)
    if isinstance(column, BucketizedColumn):
        return RawInput(column.source, "number", required=required)
    if isinstance(column, ArrayColumn):
        return RawInput(column.name, "array", column.shape, required)
    is_date = isinstance(column, DatetimeColumn) and column.dtype == "string"
    return RawInput(column.name, column.dtype, required=required, dates=is_date)


def raw_inputs(columns: Iterable[Column]) -> tuple[RawInput, ...]:
    """Return the raw columns that entries read, each once, in the order of the entries."""
    inputs: dict[str, RawInput] = {}
    for raw in filter(None, map(raw_input, columns)):
        before = inputs.get(raw.name, raw)
        inputs[raw.name] = replace(raw, required=raw.required or before.required)
    return tuple(inputs.values())


def _from_data(given: Any, owner: str) -> Schema:
    """Return the checked schema of plain data; what could be read is checked even where another part could not."""
    if not isinstance(given, Mapping):
        form = 'a Schema, the path of a .toml file, or a dict such as {"columns": [{"kind": "numeric", "name": "x"}]}'
        raise SchemaError(f"{owner} cannot be used", [Fault("", f"{form}, is expected. Received: {given!r}")])
    columns = given.get("columns", ())
    unknown = [str(field) for field in given if field != "columns"]
    faults = [
        Fault(field, f"unknown setting.{did_you_mean(field, ['columns'])} Settings: columns") for field in unknown
    ]
    if not isinstance(columns, Sequence) or isinstance(columns, str) or not columns:
        said = "is required." if "columns" not in given else f"a list of entries is expected. Received: {columns!r}"
        _refuse(owner, [*faults, Fault("columns", said)], [])
    read = [read_entry(place, entry, KINDS) for place, entry in enumerate(columns)]
    entries = [entry for entry, _ in read]
    found = [(entry, field, message) for entry, own in read for field, message in own]
    _refuse(owner, faults, [*found, *_misfits(entries)])
    return Schema(columns=tuple(entry.column for entry in entries))


def _refuse(owner: str, faults: Sequence[Fault], found: Sequence[_Finding]) -> None:
    """Raise SchemaError with all faults, those of entries in the order these stand; do nothing when there is none."""
    by_place = sorted(found, key=lambda one: one[0].place)
    faults = [*faults, *(entry.fault(field, message) for entry, field, message in by_place)]
    if faults:
        raise SchemaError(f"{owner} cannot be used", faults)


def _misfits(entries: Sequence[Entry]) -> Iterator[_Finding]:
    """Yield all that keeps entries from standing together; of those that could not be read whole, what is sure."""
    by_name: dict[str, Entry] = {}
    for entry in entries:
        if entry.name in by_name:
            yield entry, "name", f"is the name of {by_name[entry.name].path} too: each entry needs its own"
        elif entry.name is not None:
            by_name[entry.name] = entry
    for entry in entries:
        for place, source in enumerate(_sources(entry.column)):
            if message := _unfit(source, by_name):
                yield entry, f"sources.{place}", message
        if _is_made(entry, by_name):
            message = f"{entry.column.source!r} is an entry of its own: name the raw column that is to be cut"
            yield entry, "source", message
    for cycle in arrange({name: _sources(entry.column) for name, entry in by_name.items()})[1]:
        yield by_name[cycle[0]], "sources", f"go in a circle: {' -> '.join(cycle)}"
    yield from _clashes(entries)


def _is_made(entry: Entry, by_name: Mapping[str, Entry]) -> bool:
    """Whether buckets are to be made of what is no raw column, but buckets or a cross itself."""
    if not isinstance(entry.column, BucketizedColumn) or entry.column.source not in by_name:
        return False
    source = by_name[entry.column.source].column
    return isinstance(source, CrossedColumn) or (
        isinstance(source, BucketizedColumn) and source.source != entry.column.source
    )


def _sources(column: Any) -> tuple[str, ...]:
    """Return the names of the entries an entry is made of."""
    return column.sources if isinstance(column, CrossedColumn) else ()


def _unfit(source: str, by_name: Mapping[str, Entry]) -> str:
    """Say why an entry cannot be crossed, or nothing."""
    if source not in by_name:
        return f"no entry is called {source!r}.{did_you_mean(source, by_name)}"
    column = by_name[source].column
    if column is None or isinstance(column, IdColumn):
        return ""
    if not isinstance(column, NumericColumn):
        kinds = ", ".join(name for name, kind in KINDS.items() if issubclass(kind, IdColumn))
        return f"{source!r} has no ids; what can be crossed is {kinds}"
    others = [entry.column for entry in by_name.values() if isinstance(entry.column, BucketizedColumn)]
    buckets = next((other.name for other in others if other.source == source), None)
    return f"{source!r} has no ids: " + (f"cross {buckets!r} instead" if buckets else "bucketize it first")


def _clashes(entries: Iterable[Entry]) -> Iterator[_Finding]:
    """Yield entries that read a raw column as something else than one before them does."""
    first: dict[str, tuple[RawInput, Entry]] = {}
    for entry in entries:
        raw = raw_input(entry.column) if entry.whole else None
        if raw is None:
            continue
        before, reader = first.setdefault(raw.name, (raw, entry))
        if raw.type != before.type:
            yield entry, "", f"reads {raw.name!r} as {raw.type}, and {reader.path} reads it as {before.type}"


def _written(column: ColumnBase) -> dict[str, Any]:
    """Return what a file says of an entry: the settings of its kind before those it shares with others."""
    fields = column.model_dump(mode="json", exclude_defaults=True)
    begin = {"name": column.name, "kind": type(column).model_fields["kind"].default}
    return begin | dict(sorted(fields.items(), key=lambda field: field[0] in IdColumn.model_fields))
