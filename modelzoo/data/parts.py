"""Read parts of the rows again and again: row groups of a Parquet file, or slices of a table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from modelzoo_registry import DataError

from ..lazy import pa
from .parquet import refuse_damaged
from .unify import plain, plain_schema

GROUP = 65_536
"""Rows of a group where we choose."""
_BUFFER = 1 << 20
"""Bytes read of a column at a time; Arrow would hold the whole row group."""
_REPEATING = 2
"""Bytes a value, decompressed, up to which text lies in a dictionary: written out, each takes four for its length."""


class Part(Protocol):
    """Hold some of the rows, in groups that can be read by themselves."""

    @property
    def name(self) -> str:
        """What to call it in a message."""

    @property
    def schema(self) -> pa.Schema:
        """Its columns, as ``read`` hands them out."""

    @property
    def groups(self) -> Sequence[int]:
        """How many rows each group has."""

    def read(
        self, groups: Sequence[int], columns: Sequence[str], size: int, dictionaries: Collection[str] = ()
    ) -> Iterator[pa.Table]:
        """Yield the rows of these groups, one after the other, at most ``size`` at a time.

        Text columns named in ``dictionaries`` may come as dictionaries, where that is cheaper.
        """


@dataclass(frozen=True)
class TablePart:
    """Hand out rows that are in memory already, without copying them."""

    table: pa.Table
    name: str

    @property
    def schema(self) -> pa.Schema:
        """Its columns, as ``read`` hands them out."""
        return plain_schema(self.table.schema)

    @property
    def groups(self) -> Sequence[int]:
        """How many rows each slice has."""
        rows = self.table.num_rows
        return [min(GROUP, rows - start) for start in range(0, rows, GROUP)]

    def read(
        self, groups: Sequence[int], columns: Sequence[str], size: int, dictionaries: Collection[str] = ()
    ) -> Iterator[pa.Table]:
        """Yield the rows of these slices, at most ``size`` at a time."""
        table = self.table.select(columns)
        for group in groups:
            piece = table.slice(group * GROUP, GROUP)
            for start in range(0, piece.num_rows, size):
                yield plain(piece.slice(start, size), dictionaries)


@dataclass(frozen=True)
class ParquetPart:
    """Read row groups of a Parquet file, page by page, where it lies.

    Memory is bounded by the pages of the columns, not by row groups: Arrow's dataset scanner, which reads a whole one
    ahead, takes four times as much for row groups of a million rows, and a second to import.
    """

    path: Path
    schema: pa.Schema
    groups: Sequence[int]
    nbytes: int
    """Bytes of its pages, decompressed."""
    _footer: Any
    _stamp: tuple[int, int]

    @classmethod
    def open(cls, path: Path) -> ParquetPart:
        """Read the footer of a file. Raises DataError when it is cut short, or repeats a name."""
        from pyarrow import parquet

        try:
            stamp = _stamp(path)
            with parquet.ParquetFile(path) as file:
                footer, schema = file.metadata, file.schema_arrow
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            refuse_damaged(path, error)
        groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
        nbytes = sum(group.total_byte_size for group in groups)
        return cls(path, plain_schema(schema), [group.num_rows for group in groups], nbytes, footer, stamp)

    @property
    def name(self) -> str:
        """The path of the file."""
        return str(self.path)

    def read(
        self, groups: Sequence[int], columns: Sequence[str], size: int, dictionaries: Collection[str] = ()
    ) -> Iterator[pa.Table]:
        """Yield the rows of these row groups, at most ``size`` at a time; see ``Part``.

        Raises:
            DataError: when the file is damaged, or another one than it was.
        """
        from pyarrow import parquet

        try:
            if _stamp(self.path) != self._stamp:
                raise DataError(f"{self.path} has changed while it was read: start again")
            repeating = self._repeating(dictionaries)
            with parquet.ParquetFile(
                self.path,
                metadata=self._footer,
                read_dictionary=repeating,
                buffer_size=_BUFFER,
                pre_buffer=False,
                page_checksum_verification=True,
            ) as file:
                for run in self._runs(groups, size):
                    for batch in file.iter_batches(size, row_groups=run, columns=list(columns)):
                        yield plain(pa.Table.from_batches([batch]), repeating).select(columns)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            refuse_damaged(self.path, error)

    def _repeating(self, columns: Collection[str]) -> list[str]:
        """Return those of the text columns that hold little more than places in a dictionary.

        Of other text Arrow would make a dictionary itself, as large as the row group, which costs more than it saves.
        """
        places = {self._footer.schema.column(place).path: place for place in range(len(self._footer.schema))}
        texts = [name for name in columns if name in places and self.schema.field(name).type == pa.string()]
        return [name for name in texts if self._bytes_a_value(places[name]) <= _REPEATING]

    def _bytes_a_value(self, column: int) -> float:
        groups = [self._footer.row_group(number).column(column) for number in range(len(self.groups))]
        nbytes: int = sum(group.total_uncompressed_size for group in groups)
        return nbytes / max(1, sum(self.groups))

    def _runs(self, groups: Sequence[int], size: int) -> Iterator[list[int]]:
        """Yield as many groups at a time as make one batch: tiny row groups cost more to read than they hold."""
        run: list[int] = []
        rows = 0
        for group in groups:
            if run and rows + self.groups[group] > size:
                yield run
                run, rows = [], 0
            run.append(group)
            rows += self.groups[group]
        if run:
            yield run


def _stamp(path: Path) -> tuple[int, int]:
    """Return what tells a file from another of the same name."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns
