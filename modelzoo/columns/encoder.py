"""The encoder: a schema fitted to training rows, which turns raw columns into what a core takes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from ..lazy import pa
from .array import FittedArray
from .base import Plain
from .categorical import FittedCategorical
from .fitted import Fitted, FittedDense, FittedId, encode_column, is_used, source_of
from .learn import learn
from .one_row import RowEncoder
from .raw import RawInput
from .required import refuse_missing, refuse_missing_onnx
from .schema import Schema, raw_input, raw_inputs
from .table import in_blocks, read_wire, require_columns, telling_all_faults

Arrays = dict[str, np.ndarray]
"""Encoded rows: ``dense`` float32 (n, d), ``ids`` int32 (n, k), ``array_0`` float32 (n, *shape), ...

What would be empty is not there.
"""


Portion: TypeAlias = "tuple[int, pa.Table, np.ndarray]"
"""The number of the first row, counted from 0, a table, and bool (n,) which of its rows are learnt from."""


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
    """Hold every fitted column, sources first; plain data that goes through JSON and back unchanged."""

    columns: tuple[Fitted, ...]

    @classmethod
    def fit(cls, schema: Schema, table: pa.Table) -> Encoder:
        """Learn vocabularies, means and edges from the rows of a table.

        Raises:
            ColumnError: naming every column the table lacks.
            DataError: naming every value that does not fit its column.
            SchemaError: when a cross has too many possible combinations.
        """
        raw = schema.check().raw
        require_columns(raw, table)

        def wires(names: Collection[str]) -> Iterator[Mapping[str, Any]]:
            return (wire for _, wire in in_blocks([each for each in raw if each.name in names], table))

        with telling_all_faults(raw, table):
            return cls(columns=learn(schema.ordered, wires))

    @classmethod
    def fit_portions(cls, schema: Schema, portions: Callable[[Sequence[str]], Iterable[Portion]]) -> Encoder:
        """Do as ``fit`` does, of rows that come in portions; ``portions`` goes through all of them, these columns."""
        raw = schema.check().raw

        def wires(names: Collection[str]) -> Iterator[dict[str, Any]]:
            read = tuple(each for each in raw if each.name in names)
            for first_row, table, kept in portions([each.name for each in read]):
                wire = read_wire(read, table, first_row=first_row + 1)
                yield wire if kept.all() else {name: _filtered(values, kept) for name, values in wire.items()}

        return cls(columns=learn(schema.ordered, wires))

    @cached_property
    def source_schema(self) -> Schema:
        """The schema it was fitted from."""
        return Schema(columns=tuple(fitted.column for fitted in self.columns))

    @cached_property
    def raw(self) -> tuple[RawInput, ...]:
        """The raw columns it reads."""
        return raw_inputs(fitted.column for fitted in self.columns)

    @cached_property
    def dense_width(self) -> int:
        """Width of ``dense``: the numbers of every numeric and datetime column, with their indicators."""
        return sum(fitted.width for fitted in self.columns if isinstance(fitted, FittedDense))

    @cached_property
    def id_layout(self) -> tuple[IdLayout, ...]:
        """What each position of ``ids`` holds."""
        return tuple(_layout(fitted) for fitted in self.columns if isinstance(fitted, FittedId) and is_used(fitted))

    @cached_property
    def array_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each encoded array, by its encoded name."""
        return {self.array_name(fitted.column.name): fitted.column.shape for fitted in self._arrays}

    @cached_property
    def cells(self) -> dict[str, tuple[int, ...]]:
        """The number of the raw column that each position of ``dense`` and ``ids`` comes from; a cross has its own."""
        dense: list[int] = []
        ids: list[int] = []
        numbers: dict[tuple[bool, str], int] = {}
        for fitted in self.columns:
            raw = raw_input(fitted.column)
            source = (False, fitted.column.name) if raw is None else (True, raw.name)
            number = numbers.setdefault(source, len(numbers))
            if isinstance(fitted, FittedDense):
                dense.extend([number] * fitted.width)
            elif isinstance(fitted, FittedId) and is_used(fitted):
                ids.append(number)
        return {"dense": tuple(dense), "ids": tuple(ids)}

    def array_name(self, column: str) -> str:
        """Return the encoded name of an array column."""
        return f"array_{[fitted.column.name for fitted in self._arrays].index(column)}"

    @property
    def _arrays(self) -> list[FittedArray]:
        return [fitted for fitted in self.columns if isinstance(fitted, FittedArray)]

    def encode(self, table: pa.Table, *, first_row: int = 1) -> Arrays:
        """Return the encoded rows of a table.

        Args:
            table: the raw columns; further ones are passed over.
            first_row: the number of its first row in messages.

        Raises:
            ColumnError: naming every column the table lacks.
            DataError: naming every value that does not fit its column.
        """
        require_columns(self.raw, table)
        encoded = self._room(table.num_rows)
        with telling_all_faults(self.raw, table, first_row=first_row):
            for rows, wire in in_blocks(self.raw, table, first_row=first_row, dictionaries=True):
                self._encode_block(wire, {name: array[rows] for name, array in encoded.items()})
        return encoded

    def _room(self, rows: int) -> Arrays:
        """Return arrays that so many encoded rows have yet to be written to."""
        arrays = [np.empty((rows, *shape), np.float32) for shape in self.array_shapes.values()]
        dense = np.empty((rows, self.dense_width), np.float32)
        return _packed(dense, np.empty((rows, len(self.id_layout)), np.int32), arrays)

    def _encode_block(self, wire: Mapping[str, Any], room: Arrays) -> None:
        """Write the encoded rows of columns in wire form to arrays with room for them."""
        ids: dict[str, np.ndarray] = {}
        numbers, places, arrays = 0, 0, 0
        for fitted in self.columns:
            encoded = encode_column(fitted, wire, ids)
            if isinstance(fitted, FittedDense):
                room["dense"][:, numbers : numbers + fitted.width] = encoded
                numbers += fitted.width
            elif isinstance(fitted, FittedArray):
                room[f"array_{arrays}"][:] = encoded
                arrays += 1
            else:
                ids[fitted.column.name] = encoded
                if is_used(fitted):
                    room["ids"][:, places] = encoded
                    places += 1

    def encode_row(self, row: Mapping[str, Any]) -> Arrays:
        """Return one row, given as a dict, encoded: as ``encode`` of a table of this row, but some 100 times faster.

        Raises:
            ColumnError: naming every column the row lacks.
            DataError: naming every value that does not fit its column.
        """
        return self.encode_rows([row])

    def encode_rows(self, rows: Sequence[Mapping[str, Any]]) -> Arrays:
        """Return rows, given as dicts, encoded: as ``encode`` of a table of them, without Arrow where they are plain.

        Raises:
            ColumnError: naming every column the rows lack.
            DataError: naming every value that does not fit its column.
        """
        encoded = []
        for row in rows:
            one = self._encode_one(row)
            if one is None:  # an error to be told, or a value to be coerced
                from ..data.memory import from_rows

                return self.encode(from_rows(rows))
            encoded.append(one)
        return encoded[0] if len(encoded) == 1 else _stacked(encoded)

    @cached_property
    def _encode_one(self) -> RowEncoder:
        return RowEncoder(self.raw, self.columns)

    def tables(self, tf: Any) -> dict[str, Any]:
        """Return the lookup tables ``tensorflow`` needs, by column; whoever exports must keep them."""
        made = {
            fitted.column.name: fitted.table(tf) for fitted in self.columns if isinstance(fitted, FittedCategorical)
        }
        return {name: table for name, table in made.items() if table is not None}

    def tensorflow(self, tf: Any, wire: Mapping[str, Any], tables: Mapping[str, Any]) -> dict[str, Any]:
        """Do as ``encode`` does, as TensorFlow operations on one (batch, ...) wire tensor a raw column.

        A missing value where one is required raises InvalidArgumentError, with column and row in its message.
        """
        refuse_missing(tf, self.raw, wire)
        dense: list[Any] = []
        ids: dict[str, Any] = {}
        arrays: list[Any] = []
        for fitted in self.columns:
            source = source_of(fitted.column, wire, ids)
            if isinstance(fitted, FittedCategorical):
                ids[fitted.column.name] = fitted.tensorflow(tf, source, tables.get(fitted.column.name))
            elif isinstance(fitted, FittedId):
                ids[fitted.column.name] = fitted.tensorflow(tf, source)
            else:
                (arrays if isinstance(fitted, FittedArray) else dense).append(fitted.tensorflow(tf, source))
        packed = {f"array_{place}": array for place, array in enumerate(arrays)}
        if dense:
            packed["dense"] = tf.concat(dense, axis=1)
        if self.id_layout:
            packed["ids"] = tf.stack([ids[layout.name] for layout in self.id_layout], axis=1)
        return packed

    def onnx(self, graph: Any, wire: Mapping[str, Any]) -> dict[str, Any]:
        """Do as ``encode`` does, as ONNX nodes on one (batch, ...) wire tensor a raw column; none may be hashed.

        A missing value where one is required lets the graph fail, with the column and the row in the message.
        """
        ids: dict[str, Any] = {}
        dense: list[Any] = []
        packed: dict[str, Any] = {}
        for fitted in self.columns:
            made = fitted.onnx(graph, source_of(fitted.column, wire, ids))  # type: ignore[union-attr]
            if isinstance(fitted, FittedDense):
                dense.append(made)
            elif isinstance(fitted, FittedArray):
                packed[self.array_name(fitted.column.name)] = made
            else:
                ids[fitted.column.name] = made
        if dense:
            packed["dense"] = graph.concat(dense)
        if self.id_layout:
            packed["ids"] = graph.stack([ids[layout.name] for layout in self.id_layout]).cast("int32")
        return self._guarded(graph, wire, packed)

    def _guarded(self, graph: Any, wire: Mapping[str, Any], packed: dict[str, Any]) -> dict[str, Any]:
        """Return the same tensors, none of which is to be had from rows that lack a required value."""
        if not any(raw.required for raw in self.raw):
            return packed
        zero = refuse_missing_onnx(graph, self.raw, wire)
        shapes = {"dense": (self.dense_width,), "ids": (len(self.id_layout),), **self.array_shapes}
        return {
            name: graph.op("Reshape", tensor, graph.constant(np.array([-1, *shapes[name]])) + zero)
            for name, tensor in packed.items()
        }


def _stacked(rows: Sequence[Arrays]) -> Arrays:
    return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}


def _filtered(values: Any, kept: np.ndarray) -> Any:
    return values.filter(pa.array(kept)) if isinstance(values, pa.Array) else values[kept]


def _packed(dense: np.ndarray, ids: np.ndarray, arrays: list[np.ndarray]) -> Arrays:
    packed = {f"array_{place}": array for place, array in enumerate(arrays)}
    return packed | {name: array for name, array in (("dense", dense), ("ids", ids)) if array.shape[1]}


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
