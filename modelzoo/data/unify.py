"""Give tables of the same columns, whose types may differ a little, one schema."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeAlias

from modelzoo_registry import DataError, Fault

from ..lazy import pa
from .join import cast, common_type, words
from .memory import refuse_repeated_names, takeable_columns, without_index

_SHOWN = 20
"""How many faults are told of many files."""

Named: TypeAlias = "tuple[str, pa.Schema]"
"""A part of the rows, named for messages, and its columns."""


def plain(table: pa.Table, dictionaries: Collection[str] = ()) -> pa.Table:
    """Return a table without pandas' index, and with values for whatever Arrow keeps them as: views, dictionaries.

    The columns named in ``dictionaries`` may stay such.
    """
    refuse_repeated_names(table.column_names)
    table = without_index(takeable_columns(table))
    columns = [
        column if name in dictionaries else _decoded(column)
        for name, column in zip(table.column_names, table.columns, strict=True)
    ]
    return pa.table(columns, names=table.column_names)


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """Return the columns ``plain`` makes of a table's. Raises DataError when their names repeat."""
    refuse_repeated_names(schema.names)
    return plain(pa.Table.from_batches([], schema)).schema  # empty_table would import pandas


def common_schema(title: str, parts: Sequence[Named]) -> pa.Schema:
    """Return the columns of all parts, in the order of the first, each of a type for the values of all.

    Args:
        title: what cannot be done when they do not fit, for the message.
        parts: at least one; their columns may stand in any order.

    Raises:
        DataError: naming every part and column that does not fit the parts before.
    """
    (first, schema), *others = parts
    kinds = dict(zip(schema.names, schema.types, strict=True))
    faults: list[Fault] = []
    for name, other in others:
        faults += [
            Fault(name, f"lacks the column {column!r} of {first}") for column in kinds if column not in other.names
        ]
        for column in other.names:
            if column not in kinds:
                faults.append(Fault(name, f"has the column {column!r}, which {first} lacks"))
                continue
            received = other.field(column).type
            common = common_type(kinds[column], received)
            if common is None:
                held = f"holds {words(received)} in the column {column!r}; before it stand {words(kinds[column])}"
                faults.append(Fault(name, held))
            kinds[column] = common or kinds[column]
    if faults:
        raise DataError(title, _first_of(faults))
    return pa.schema(kinds.items())


def mixed_columns(schemas: Sequence[pa.Schema]) -> list[str]:
    """Return the columns without a type for all of their values."""
    kinds: dict[str, pa.DataType | None] = {}
    for schema in schemas:
        for name, kind in zip(schema.names, schema.types, strict=True):
            known = kinds.get(name, pa.null())
            kinds[name] = None if known is None else common_type(known, kind)
    return [name for name, kind in kinds.items() if kind is None]


def conform(table: pa.Table, schema: pa.Schema, dictionaries: Collection[str] = ()) -> pa.Table:
    """Return the columns of a schema, of its types; the table may have them in another order, and more of them.

    The columns named in ``dictionaries`` may stay dictionaries of values of the type.

    Raises:
        DataError: naming a column whose values do not fit.
    """
    if table.schema.equals(schema):
        return table
    columns = []
    for name, kind in zip(schema.names, schema.types, strict=True):
        column = table.column(name)
        if name in dictionaries and getattr(column.type, "value_type", None) == kind:
            columns.append(column)
            continue
        try:
            columns.append(pa.chunked_array([cast(chunk, kind) for chunk in column.chunks], kind))
        except pa.ArrowException as error:
            raise DataError("the rows cannot be joined", [Fault(name, str(error))]) from error
    return pa.table(columns, names=schema.names)


def copied(table: pa.Table) -> pa.Table:
    """Return a table in memory of its own: a generator may fill the same array again for the next batch."""
    columns = [[pa.concat_arrays([chunk]) for chunk in column.chunks] for column in table.columns]
    kinds = table.schema.types
    arrays = [pa.chunked_array(chunks, kind) for chunks, kind in zip(columns, kinds, strict=True)]
    return pa.table(arrays, schema=table.schema)


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_dictionary(column.type):
        return column
    return pa.chunked_array([chunk.dictionary_decode() for chunk in column.chunks], column.type.value_type)


def _first_of(faults: list[Fault]) -> list[Fault]:
    rest = len(faults) - _SHOWN
    return [*faults[:_SHOWN], Fault("", f"and {rest:,} more")] if rest > 0 else faults
