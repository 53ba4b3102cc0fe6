"""Say what each column is: the part of a model that people may write by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Self

from modelzoo_registry import Fault, SchemaError
from modelzoo_registry.specs import collect
from modelzoo_registry.suggest import did_you_mean
from pydantic import Field

from .array import ArrayColumn
from .base import IdColumn, Plain
from .bucketized import BucketizedColumn
from .categorical import CategoricalColumn
from .crossed import CrossedColumn
from .datetime import DatetimeColumn
from .hashed import HashedColumn
from .numeric import NumericColumn
from .wire import RawInput

Column = Annotated[
    NumericColumn | CategoricalColumn | HashedColumn | BucketizedColumn | CrossedColumn | DatetimeColumn | ArrayColumn,
    Field(discriminator="kind"),
]


class Schema(Plain):
    """List the columns a model sees; an entry may use those above it.

    ``bucketized`` entries name the raw column they read as their source, ``crossed`` ones name other entries; all
    others carry the name of a raw column.
    """

    columns: tuple[Column, ...] = Field(min_length=1)

    def check(self) -> Self:
        """Return the schema itself when its entries fit together.

        Raises:
            SchemaError: with every repeated name, missing or unfit source and clash of types.
        """
        faults = [*self._repeated(), *self._crosses(), *self._clashes()]
        if faults:
            raise SchemaError("the schema does not fit together", faults)
        return self

    @property
    def raw(self) -> tuple[RawInput, ...]:
        """The raw columns that are read, each once, in the order of the entries."""
        inputs: dict[str, RawInput] = {}
        for raw in filter(None, map(raw_input, self.columns)):
            before = inputs.get(raw.name, raw)
            inputs[raw.name] = replace(raw, required=raw.required or before.required)
        return tuple(inputs.values())

    @property
    def ordered(self) -> tuple[Column, ...]:
        """The entries, each behind those it is made of."""
        return self.columns

    def _repeated(self) -> list[Fault]:
        counts = Counter(column.name for column in self.columns)
        return [Fault(name, f"{count} entries have this name") for name, count in counts.items() if count > 1]

    def _crosses(self) -> list[Fault]:
        above: dict[str, Column] = {}
        faults = []
        for column in self.columns:
            if isinstance(column, CrossedColumn):
                faults.extend(_source_faults(column, above))
            above[column.name] = column
        return faults

    def _clashes(self) -> list[Fault]:
        types: dict[str, set[str]] = {}
        for column in self.columns:
            raw = raw_input(column)
            if raw:
                types.setdefault(raw.name, set()).add(raw.type)
        return [
            Fault(name, f"is read as {' and as '.join(sorted(kinds))}; one column is one of them")
            for name, kinds in types.items()
            if len(kinds) > 1
        ]


def make_schema(given: Schema | Mapping[str, Any]) -> Schema:
    """Return a checked schema, made from plain data such as ``{"columns": [{"kind": "numeric", "name": "x"}]}``.

    Raises:
        SchemaError: with every fault.
    """
    if isinstance(given, Schema):
        return given.check()
    if not isinstance(given, Mapping):
        form = 'a Schema, or a dict such as {"columns": [{"kind": "numeric", "name": "x"}]}'
        raise SchemaError("the schema cannot be read", [Fault("", f"{form}, is expected. Received: {given!r}")])
    faults, schema = collect(Schema, given)
    if schema is None:
        raise SchemaError("the schema cannot be read", faults)
    return schema.check()


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
    return RawInput(column.name, column.dtype, required=required)


def _source_faults(column: CrossedColumn, above: dict[str, Column]) -> list[Fault]:
    faults = []
    for source in column.sources:
        if source not in above:
            faults.append(
                Fault(
                    column.name,
                    f"crosses {source!r}, which no entry above it has the name of.{did_you_mean(source, above)}",
                )
            )
        elif not isinstance(above[source], IdColumn):
            faults.append(Fault(column.name, f"crosses {source!r}, which has no ids: bucketize it first"))
    return faults
