"""Write a table piece by piece, as CSV, Parquet or JSON Lines: the whole file or none of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
from modelzoo_registry import ColumnError, DataError, Fault

from ..artifacts.atomic import staged_file
from .files import require_writable, write_json_lines
from .unify import conform

_GROUP_ROWS = 2**18
"""Rows after which a row group of a Parquet file is written."""
_GROUP_BYTES = 32 * 2**20


class TableWriter(Protocol):
    """Take a table piece by piece."""

    def write(self, table: pa.Table) -> None:
        """Take the next rows."""


class _Writer(TableWriter, Protocol):
    """Be one that writes a file."""

    def close(self) -> None:
        """Write what waits, and end the file."""


@contextmanager
def table_writer(path: Path, schema: pa.Schema) -> Iterator[TableWriter]:
    """Yield a writer by the path's suffix; what it wrote replaces the file when the block ends well.

    Raises:
        ColumnError: when names repeat as CSV writes them.
        DataError: for another suffix, a folder that is not there or stands in the way, and columns the format cannot
            hold; when the disk is full.
    """
    require_writable(path)
    with staged_file(path) as stage:
        telling = _Telling(path, lambda: _WRITERS[path.suffix.lower()](stage, schema))
        try:
            yield telling
            telling.close()
        except BaseException:
            telling.abandon()
            raise


class _Telling:
    """Say of which file it is that something cannot be written to it."""

    def __init__(self, path: Path, make: Callable[[], _Writer]) -> None:
        self._path = path
        with self._told():
            self._writer = make()

    def write(self, table: pa.Table) -> None:
        """Take the next rows."""
        with self._told():
            self._writer.write(table)

    def close(self) -> None:
        """End the file."""
        with self._told():
            self._writer.close()

    def abandon(self) -> None:
        """Let go of a file that is not to be."""
        with suppress(pa.ArrowException, OSError):
            self._writer.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise DataError(f"{self._path} cannot be written: {error}") from error
        except (pa.ArrowException, TypeError) as error:
            raise DataError(f"{self._path}: {self._path.suffix} cannot hold this table: {error}") from error


class _Parquet:
    """Gather rows, and write them in row groups, none of them tiny, whose pages carry checksums."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        from pyarrow import parquet

        self._schema = schema
        self._waiting: list[pa.Table] = []
        self._rows = self._nbytes = 0
        # Numbers seldom repeat so often that a dictionary of them is worth the search.
        texts = [field.name for field in schema if pa.types.is_string(field.type)]
        self._file = parquet.ParquetWriter(path, schema, use_dictionary=texts, write_page_checksum=True)

    def write(self, table: pa.Table) -> None:
        self._waiting.append(conform(table, self._schema))
        self._rows += table.num_rows
        self._nbytes += table.nbytes
        if self._rows >= _GROUP_ROWS or self._nbytes >= _GROUP_BYTES:
            self._flush()

    def close(self) -> None:
        try:
            self._flush()
        finally:
            self._file.close()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if self._rows:
            self._file.write_table(pa.concat_tables(waiting))
        self._rows = self._nbytes = 0


class _Csv:
    """Write a header line and rows; CSV has no structs: their fields become name.field."""

    def __init__(self, path: Path, schema: pa.Schema, delimiter: str = ",") -> None:
        from pyarrow import csv

        flat = pa.Table.from_batches([], schema).flatten().schema
        _refuse_repeated(flat.names)
        self._schema = schema
        self._file = csv.CSVWriter(path, flat, write_options=csv.WriteOptions(delimiter=delimiter))

    def write(self, table: pa.Table) -> None:
        self._file.write_table(conform(table, self._schema).flatten())

    def close(self) -> None:
        self._file.close()


def _refuse_repeated(names: list[str]) -> None:
    faults = [Fault(name, "is the name of two columns of a CSV file") for name in {*names} if names.count(name) > 1]
    if faults:
        raise ColumnError("the columns cannot be written", sorted(faults, key=str))


class _JsonLines:
    """Write one JSON object a row."""

    def __init__(self, path: Path, _: pa.Schema) -> None:
        self._file = path.open("wb")

    def write(self, table: pa.Table) -> None:
        write_json_lines(table, self._file)

    def close(self) -> None:
        self._file.close()


def _tsv(path: Path, schema: pa.Schema) -> _Csv:
    return _Csv(path, schema, "\t")


_WRITERS: dict[str, Any] = {
    ".csv": _Csv,
    ".tsv": _tsv,
    ".parquet": _Parquet,
    ".jsonl": _JsonLines,
    ".ndjson": _JsonLines,
}
