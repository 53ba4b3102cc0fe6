"""The encoder: a schema fitted to training rows, which turns raw columns into what a core takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
from modelzoo_registry import ColumnError, Fault
from modelzoo_registry.suggest import did_you_mean
from pydantic import Field

from .array import FittedArray
from .base import Plain
from .bucketized import BucketizedColumn, FittedBucketized
from .categorical import FittedCategorical
from .crossed import CrossedColumn, FittedCrossed
from .numeric import FittedNumeric
from .schema import Schema
from .wire import RawInput, gather_faults, to_wire

Fitted = Annotated[
    FittedNumeric | FittedCategorical | FittedBucketized | FittedCrossed | FittedArray, Field(discriminator="kind")
]
FittedId = FittedCategorical | FittedBucketized | FittedCrossed

Arrays = dict[str, np.ndarray]
"""Encoded rows: ``dense`` float32 (n, d), ``ids`` int32 (n, k), ``array_0`` float32 (n, *shape), ...

What would be empty is not there.
"""


@dataclass(frozen=True)
class IdLayout:
    """Say what one position of ``ids`` holds: its column, its number of ids and where it goes."""

    name: str
    size: int
    wide: bool
    deep: bool
    embedding: int
    one_hot: bool
    """Whether the ids are raw values, to be reconstructed; buckets and crosses repeat other columns."""


class Encoder(Plain):
    """Hold every fitted column, in schema order; plain data that goes through JSON and back unchanged."""

    columns: tuple[Fitted, ...]

    @classmethod
    def fit(cls, schema: Schema, table: pa.Table) -> Encoder:
        """Learn vocabularies, means and edges from the rows of a table.

        Raises:
            ColumnError: naming every column the table lacks.
            DataError: naming every value that does not fit its column.
        """
        schema.check()
        wire = read_wire(schema.raw, table)
        fitted: dict[str, Fitted] = {}
        ids: dict[str, np.ndarray] = {}
        for column in schema.columns:
            fitted[column.name] = _fit(column, wire, fitted, ids)
        return cls(columns=tuple(fitted.values()))

    @cached_property
    def source_schema(self) -> Schema:
        """The schema it was fitted from."""
        return Schema(columns=tuple(fitted.column for fitted in self.columns))

    @property
    def raw(self) -> tuple[RawInput, ...]:
        """The raw columns it reads."""
        return self.source_schema.raw

    @cached_property
    def dense_width(self) -> int:
        """Width of ``dense``: every numeric column, and an indicator where values were missing."""
        return sum(fitted.width for fitted in self.columns if isinstance(fitted, FittedNumeric))

    @cached_property
    def id_layout(self) -> tuple[IdLayout, ...]:
        """What each position of ``ids`` holds."""
        return tuple(_layout(fitted) for fitted in self.columns if isinstance(fitted, FittedId) and _is_used(fitted))

    @cached_property
    def array_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each encoded array, by its encoded name."""
        return {self.array_name(fitted.column.name): fitted.column.shape for fitted in self._arrays}

    def array_name(self, column: str) -> str:
        """Return the encoded name of an array column."""
        return f"array_{[fitted.column.name for fitted in self._arrays].index(column)}"

    @property
    def _arrays(self) -> list[FittedArray]:
        return [fitted for fitted in self.columns if isinstance(fitted, FittedArray)]

    def encode(self, table: pa.Table) -> Arrays:
        """Return the encoded rows of a table.

        Raises:
            ColumnError: naming every column the table lacks.
            DataError: naming every value that does not fit its column.
        """
        return self.encode_wire(read_wire(self.raw, table))

    def encode_wire(self, wire: Mapping[str, Any]) -> Arrays:
        """Return the encoded rows of columns in wire form."""
        parts = _Parts()
        for fitted in self.columns:
            parts.add(fitted, _encode(fitted, wire, parts.ids))
        return parts.pack(np.concatenate, np.stack)

    def tables(self, tf: Any) -> dict[str, Any]:
        """Return the lookup tables ``tensorflow`` needs, by column; whoever exports must keep them."""
        made = {
            fitted.column.name: fitted.table(tf) for fitted in self.columns if isinstance(fitted, FittedCategorical)
        }
        return {name: table for name, table in made.items() if table is not None}

    def tensorflow(self, tf: Any, wire: Mapping[str, Any], tables: Mapping[str, Any]) -> dict[str, Any]:
        """Do as ``encode_wire`` does, as TensorFlow operations on one (batch, ...) tensor a raw column."""
        parts = _Parts()
        for fitted in self.columns:
            parts.add(fitted, _tensorflow(tf, fitted, wire, parts.ids, tables))
        return parts.pack(tf.concat, tf.stack)


def read_wire(inputs: tuple[RawInput, ...], table: pa.Table) -> dict[str, Any]:
    """Return the raw columns of a table in wire form; further columns are passed over.

    Raises:
        ColumnError: naming every column the table lacks.
        DataError: naming every value that does not fit its column.
    """
    names = table.column_names
    missing = [raw.name for raw in inputs if raw.name not in names]
    if missing:
        faults = [Fault(name, f"is not there.{did_you_mean(name, names)}") for name in missing]
        raise ColumnError(f"the data lacks columns the model reads (it has: {', '.join(names)})", faults)
    work = [partial(to_wire, raw, table.column(raw.name)) for raw in inputs]
    return dict(zip([raw.name for raw in inputs], gather_faults("the data does not fit the model", work), strict=True))


class _Parts:
    """Collect encoded columns and pack them into few tensors."""

    def __init__(self) -> None:
        self.dense: list[Any] = []
        self.ids: dict[str, Any] = {}
        self.used: list[Any] = []
        self.arrays: list[Any] = []

    def add(self, fitted: Fitted, encoded: Any) -> None:
        if isinstance(fitted, FittedNumeric):
            self.dense.append(encoded)
        elif isinstance(fitted, FittedArray):
            self.arrays.append(encoded)
        else:
            self.ids[fitted.column.name] = encoded
            if _is_used(fitted):
                self.used.append(encoded)

    def pack(self, concat: Any, stack: Any) -> dict[str, Any]:
        packed: dict[str, Any] = {f"array_{place}": array for place, array in enumerate(self.arrays)}
        if self.dense:
            packed["dense"] = concat(self.dense, axis=1)
        if self.used:
            packed["ids"] = stack(self.used, axis=1)
        return packed


def _is_used(fitted: FittedId) -> bool:
    """Whether the core reads these ids; a column may be there only to be crossed."""
    return fitted.column.wide or fitted.column.deep


def _layout(fitted: FittedId) -> IdLayout:
    column = fitted.column
    return IdLayout(
        name=column.name,
        size=fitted.size,
        wide=column.wide,
        deep=column.deep,
        embedding=column.embedding_size(fitted.size),
        one_hot=isinstance(fitted, FittedCategorical),
    )


def _fit(column: Any, wire: Mapping[str, Any], fitted: Mapping[str, Fitted], ids: dict[str, np.ndarray]) -> Fitted:
    learnt: Fitted
    if isinstance(column, CrossedColumn):
        sizes = [fitted[source].size for source in column.sources]  # type: ignore[union-attr]  # check() saw to ids
        learnt = column.fit([ids[source] for source in column.sources], sizes)
    elif isinstance(column, BucketizedColumn):
        learnt = column.fit(wire[column.source])
    else:
        learnt = column.fit(wire[column.name])
    if isinstance(learnt, FittedId):
        ids[column.name] = _encode(learnt, wire, ids)
    return learnt


def _encode(fitted: Fitted, wire: Mapping[str, Any], ids: Mapping[str, np.ndarray]) -> np.ndarray:
    if isinstance(fitted, FittedCrossed):
        return fitted.encode([ids[source] for source in fitted.column.sources])
    return fitted.encode(_source(fitted, wire))


def _tensorflow(tf: Any, fitted: Fitted, wire: Mapping[str, Any], ids: Mapping[str, Any], tables: Any) -> Any:
    if isinstance(fitted, FittedCrossed):
        return fitted.tensorflow(tf, [ids[source] for source in fitted.column.sources])
    if isinstance(fitted, FittedCategorical):
        return fitted.tensorflow(tf, _source(fitted, wire), tables.get(fitted.column.name))
    return fitted.tensorflow(tf, _source(fitted, wire))


def _source(fitted: Any, wire: Mapping[str, Any]) -> Any:
    column = fitted.column
    return wire[column.source if isinstance(column, BucketizedColumn) else column.name]
