"""Join the tables of batches, whose types may differ a little from batch to batch."""

from __future__ import annotations

from math import prod

import numpy as np
from modelzoo_registry import DataError, Fault

from ..lazy import pa


class Tables:
    """Gather tables of the same columns, in any order, and join them; the work and the memory grow with the rows."""

    def __init__(self) -> None:
        self._columns: dict[str, _Pieces] | None = None

    def add(self, table: pa.Table) -> list[Fault]:
        """Take over a copy of the next rows, and return what of them does not fit the tables before."""
        names = table.column_names
        if self._columns is None:
            self._columns = {name: _Pieces() for name in names}
        missing = [name for name in self._columns if name not in names]
        faults = [Fault(name, "is not there, but in the batches before") for name in missing]
        for name in names:
            try:
                self._pieces(name).add(table.column(name))
            except DataError as error:
                faults.append(Fault(name, str(error)))
        return faults

    def join(self) -> pa.Table:
        """Return all rows, and let go of the pieces. Raises DataError naming columns that have no type for them all."""
        joined: dict[str, pa.ChunkedArray] = {}
        faults: list[Fault] = []
        for name, pieces in (self._columns or {}).items():
            try:
                joined[name] = pieces.join()
            except pa.ArrowException as error:
                faults.append(Fault(name, str(error)))
        if faults:
            raise DataError("the batches cannot be joined", faults)
        return pa.table(joined)

    def _pieces(self, name: str) -> _Pieces:
        if self._columns is None or name not in self._columns:
            raise DataError("is not in the batches before")
        return self._columns[name]


class _Pieces:
    """Gather one column, in memory of its own: a generator may fill the same array again for the next batch."""

    def __init__(self) -> None:
        self._kind = pa.null()
        self._chunks: list[pa.Array] = []

    def add(self, column: pa.ChunkedArray) -> None:
        """Take over a copy of the next rows. Raises DataError when they cannot stand in one column with the others."""
        for chunk in column.chunks:
            plain = pa.concat_arrays([_decoded(chunk)])
            common = common_type(self._kind, plain.type)
            if common is None:
                raise DataError(f"the batches before hold {words(self._kind)}. Received: {words(plain.type)}")
            self._kind = common
            self._chunks.append(plain)

    def join(self) -> pa.ChunkedArray:
        """Return all rows, and let go of the pieces."""
        chunks, self._chunks = self._chunks, []
        for place, chunk in enumerate(chunks):
            chunks[place] = cast(chunk, self._kind)
        table = pa.table([pa.chunked_array(chunks, self._kind)], names=[""])
        return table.combine_chunks().column(0)  # a column would refuse text beyond 2 GiB, a table keeps it in pieces


def common_type(one: pa.DataType, other: pa.DataType) -> pa.DataType | None:
    """Return a type for the values of both, or None: numbers widen as NumPy's do, missing values fit everything."""
    if one == other or pa.types.is_null(other):
        return one
    if pa.types.is_null(one):
        return other
    if isinstance(one, pa.FixedShapeTensorType) and isinstance(other, pa.FixedShapeTensorType):
        value = common_type(one.value_type, other.value_type)
        return (
            pa.fixed_shape_tensor(value, one.shape, permutation=one.permutation)
            if _layout(one) == _layout(other)
            else None
        )
    if _is_number(one) and _is_number(other):
        return pa.from_numpy_dtype(np.result_type(_dtype(one), _dtype(other)))
    return None if pa.types.is_struct(one) else unified(one, other)


def unified(one: pa.DataType, other: pa.DataType) -> pa.DataType | None:
    """Return Arrow's own common type of text of any length, lists, and times of other units."""
    schemas = [pa.schema([("", kind)]) for kind in (one, other)]
    try:
        return pa.unify_schemas(schemas, promote_options="permissive").field(0).type
    except pa.ArrowException:
        return None


def _decoded(chunk: pa.Array) -> pa.Array:
    """Return values instead of places in a dictionary, which every batch has another of."""
    return chunk.dictionary_decode() if isinstance(chunk, pa.DictionaryArray) else chunk


def cast(chunk: pa.Array, kind: pa.DataType) -> pa.Array:
    """Return the values in a type that ``common_type`` gave."""
    if chunk.type == kind:
        return chunk
    if pa.types.is_null(chunk.type):
        return pa.nulls(len(chunk), kind)
    if isinstance(kind, pa.FixedShapeTensorType):
        flat = pa.list_(kind.value_type, prod(kind.shape))
        return pa.ExtensionArray.from_storage(kind, chunk.storage.cast(flat, safe=False))
    return chunk.cast(kind, safe=pa.types.is_temporal(kind))  # beyond 2**53 a float loses digits, as everywhere


def _layout(kind: pa.FixedShapeTensorType) -> tuple[list[int], list[int]]:
    return list(kind.shape), list(kind.permutation or range(len(kind.shape)))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _dtype(kind: pa.DataType) -> np.dtype:
    return np.dtype(np.float64 if pa.types.is_decimal(kind) else kind.to_pandas_dtype())


def words(kind: pa.DataType) -> str:
    """Say what a column of a type holds, for a message."""
    if isinstance(kind, pa.FixedShapeTensorType):
        return f"arrays of shape {tuple(kind.shape)}"
    if _is_number(kind):
        return "numbers"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "text"
    return "booleans" if pa.types.is_boolean(kind) else f"a column of {kind}"
