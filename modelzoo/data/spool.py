"""Write rows that can be read only once, or only slowly, to temporary Parquet files."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from modelzoo_registry import DataError

from ..lazy import pa
from .parts import GROUP, ParquetPart
from .unify import common_schema, conform, copied, plain

_BYTES = 32_000_000
"""Bytes after which rows are written although they make no whole group: those of wide rows, as images."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def spool(named: Iterable[tuple[str, pa.Table | pa.RecordBatch]], folder: Path, title: str) -> list[ParquetPart]:
    """Write batches to as few Parquet files in a folder as their types allow, and return them in order.

    A file has one schema. Where a batch needs a wider one (a float after integers), the next file begins.

    Args:
        named: the batches, each with what to call it in a message.
        folder: where to write; other files may be there.
        title: the title of the message when batches do not fit together.

    Raises:
        DataError: when a batch does not fit those before, when Parquet cannot hold it, and when the disk is full.
    """
    return [ParquetPart.open(path) for path in list(_written(named, folder, title))]


def _written(named: Iterable[tuple[str, Any]], folder: Path, title: str) -> Iterator[Path]:
    writer: _Writer | None = None
    schema: pa.Schema | None = None
    first = ""
    try:
        for name, batch in named:
            table = plain(pa.table(batch))
            if schema is None:
                schema, first = table.schema, name
            common = common_schema(title, [(first, schema), (name, table.schema)])
            if writer is None or not common.equals(schema):
                if writer is not None:
                    writer.close()
                writer, schema = _Writer(_unused(folder), common), common
                yield writer.path
            writer.add(conform(table, schema))
        if writer is not None:
            writer.close()
    finally:
        if writer is not None:
            writer.abandon()


class _Writer:
    """Gather rows, and write them in groups, none of them tiny."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        from pyarrow import parquet

        self.path = path
        self._waiting: list[pa.Table] = []
        self._rows = self._nbytes = 0
        with _room(path):
            self._file = parquet.ParquetWriter(path, schema, write_statistics=False)

    def add(self, table: pa.Table) -> None:
        """Take over a copy of the next rows: whoever hands them out may fill the same memory again."""
        if table.num_rows < GROUP:
            table = copied(table)
        self._waiting.append(table)
        self._rows += table.num_rows
        self._nbytes += table.nbytes
        if self._rows >= GROUP or self._nbytes >= _BYTES:
            self._flush()

    def close(self) -> None:
        """Write what waits, and finish the file."""
        self._flush()
        with _room(self.path):
            self._file.close()

    def abandon(self) -> None:
        """Let go of the file when writing has failed; does nothing when it is finished."""
        if self._file.is_open:
            with suppress(pa.ArrowException, OSError):
                self._file.close()

    def _flush(self) -> None:
        if self._rows:
            group = min(GROUP, max(1, self._rows * _BYTES // max(1, self._nbytes)))
            with _room(self.path):
                self._file.write_table(pa.concat_tables(self._waiting), row_group_size=group)
        self._waiting = []
        self._rows = self._nbytes = 0


@contextmanager
def _room(path: Path) -> Iterator[None]:
    """Say what to do where a file cannot be written."""
    try:
        yield
    except pa.ArrowNotImplementedError as error:
        raise DataError(f"rows of these types cannot be kept on disk: {error}") from error
    except OSError as error:
        what = "there is no room left for the rows" if error.errno in _FULL else "the rows cannot be written"
        raise DataError(
            f"{what} in {path.parent}, where those that do not fit into memory are kept: {error}. "
            "Make room, or choose another folder with the environment variable TMPDIR"
        ) from error


def _unused(folder: Path) -> Path:
    paths = (folder / f"{number:06}.parquet" for number in count())
    return next(path for path in paths if not path.exists())
