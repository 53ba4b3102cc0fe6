"""Read more rows than memory holds, again and again."""

from __future__ import annotations

import shutil
import weakref
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

import numpy as np
from modelzoo_registry import ColumnError, DataError, Fault
from modelzoo_registry.suggest import did_you_mean

from ..lazy import pa
from .estimate import row_bytes
from .parts import GROUP, Part
from .unify import common_schema, conform

Batch: TypeAlias = "tuple[int, pa.Table]"
"""The number of its first row among all rows, from 0, and rows that follow one another."""


class Stream:
    """Hand out the rows of files, or of a table, in batches, as often as they are asked for.

    A batch holds rows that follow one another, and comes with the number of the first of them, which is the same every
    time. Columns have one type in all batches; dictionaries are handed out as their values. Only a few batches are in
    memory at a time. Temporary files are removed at ``close``, at the end of a ``with``, or when the stream is
    forgotten.

    Attributes:
        name: what to call the rows in a message.
        schema: the columns.
        rows: how many there are.
        nbytes: roughly the bytes of all rows when they are encoded.
    """

    def __init__(self, parts: Sequence[Part], name: str, folder: Path | None = None) -> None:
        """Take over the parts, in order, and the folder of temporary files among them.

        Raises:
            DataError: when the parts do not fit together, or hold no row.
        """
        self._remove = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True) if folder else None
        self._parts = tuple(part for part in parts if part.groups) or tuple(parts)
        title = f"the files of {name} do not fit together"
        self.name = name
        self.schema = common_schema(title, [(part.name, part.schema) for part in parts])
        self.rows = sum(sum(part.groups) for part in parts)
        self.nbytes = self.rows * row_bytes(self.schema)
        if self.rows == 0 or not self.schema.names:
            raise DataError(f"{name} holds no {'columns' if self.rows else 'rows'}")

    def batches(
        self, columns: Sequence[str] | None = None, *, size: int = GROUP, dictionaries: Collection[str] = ()
    ) -> Iterator[Batch]:
        """Yield all rows in order, at most ``size`` at a time.

        Args:
            columns: the columns to read, in this order; None reads all.
            size: the rows of a batch, from 1.
            dictionaries: text columns that may come as dictionaries, where that is cheaper.

        Raises:
            ColumnError: when a column is not there.
            DataError: when a file is damaged or has changed, or the stream is closed.
            ValueError: when no column is named, or ``size`` is less than 1.
        """
        schema = self._chosen(columns, size)
        first = 0
        for part in self._parts:
            yield from self._numbered(first, part, range(len(part.groups)), schema, size, dictionaries)
            first += sum(part.groups)

    def shuffled_batches(
        self, columns: Sequence[str] | None = None, *, seed: int, size: int = GROUP
    ) -> Iterator[Batch]:
        """Yield all rows once, at most ``size`` at a time, the row groups in an order drawn from a seed.

        Within a row group rows stay in order: shuffle them in a window of several batches. Equal seeds draw equal
        orders. Arguments and errors are those of ``batches``.
        """
        schema = self._chosen(columns, size)
        groups = list(self._groups())
        for place in np.random.default_rng(seed).permutation(len(groups)):
            first, part, group = groups[place]
            yield from self._numbered(first, part, [group], schema, size)

    def close(self) -> None:
        """Remove the temporary files; nothing can be read any more."""
        self._parts = ()
        if self._remove is not None:
            self._remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Stream({self.name!r}, {self.rows:,} rows, {len(self.schema.names)} columns)"

    def _groups(self) -> Iterator[tuple[int, Part, int]]:
        """Yield every group: the number of its first row, its part, and its number there."""
        first = 0
        for part in self._parts:
            starts = accumulate(part.groups, initial=first)
            yield from ((start, part, group) for start, group in zip(starts, range(len(part.groups)), strict=False))
            first += sum(part.groups)

    def _numbered(
        self,
        first: int,
        part: Part,
        groups: Sequence[int],
        schema: pa.Schema,
        size: int,
        dictionaries: Collection[str] = (),
    ) -> Iterator[Batch]:
        """Yield the rows of groups that follow one another, with their numbers."""
        for table in part.read(groups, schema.names, size, dictionaries):
            yield first, conform(table, schema, dictionaries)
            first += table.num_rows

    def _chosen(self, columns: Sequence[str] | None, size: int) -> pa.Schema:
        """Return the chosen columns. Raises what ``batches`` raises."""
        if size < 1:
            raise ValueError(f"`size` must be at least 1. Received: size={size}")
        if not self._parts:
            raise DataError(f"the rows of {self.name} are closed: open them again")
        names = self.schema.names
        chosen = names if columns is None else list(columns)
        faults = [Fault(name, f"is not there.{did_you_mean(name, names)}") for name in chosen if name not in names]
        if not chosen:
            raise ValueError("`columns` must name at least one, or be None. Received: columns=[]")
        if faults:
            raise ColumnError(f"{self.name} lacks columns (it has: {', '.join(names)})", faults)
        return pa.schema([self.schema.field(name) for name in chosen])
