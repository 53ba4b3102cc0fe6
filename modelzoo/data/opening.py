"""Decide whether rows are read once into memory, or again and again from where they are."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from inspect import getattr_static
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeAlias

from modelzoo_registry import DataError

from ..lazy import pa
from . import csv, files, paths
from .estimate import row_bytes, table_bytes, text_bytes
from .memory import from_memory
from .parts import ParquetPart, TablePart
from .sources import is_batches, name_of
from .spool import spool
from .stream import Stream
from .table import describe
from .unify import common_schema, conform, copied, mixed_columns, plain

Blocks: TypeAlias = "Iterator[tuple[str, pa.Table | pa.RecordBatch]]"
"""Rows, a block at a time, with what to call it in a message."""


def open_rows(data: Any, *, columns: Sequence[str] | None = None, text: Sequence[str] = (), memory: int) -> Any:
    """Return a ``Stream`` of rows that would take more than ``memory`` bytes, else what ``to_table`` can read of them.

    Counted are 8 bytes for each column of a row and 4 for each number of an array, as they would be encoded; of files
    also what lies there (of Parquet decompressed), if that is more. Little of the files is read to tell.

    - Parquet files are streamed from where they lie, a table from memory.
    - CSV and JSON Lines files are written to temporary Parquet files once, so are the record batches of an iterator, a
      pyarrow RecordBatchReader, Dataset or Scanner. The folder of temporary files is chosen by ``TMPDIR``.
    - What hands out other batches is returned for ``to_table`` to collect in memory.

    Args:
        data: what ``to_table`` reads, and pyarrow's Dataset and Scanner. An iterator is used up: go on with what is
            returned.
        columns: names for CSV files that have no header line.
        text: columns of CSV files to read as the text they are written as.
        memory: the most bytes to read into memory at once.

    Raises:
        DataError: when files are missing, damaged or do not fit together, and when the disk is full.
    """
    if isinstance(data, str | Path):
        return _open_files(data, columns, text, memory)
    if isinstance(data, pa.RecordBatchReader) or _is_scannable(data):
        return _open_batches(_scanned(data), describe(data), memory)
    if is_batches(data):
        return _open_iterator(data, memory)
    table = from_memory(data)
    if table is None or table.num_rows == 0 or table.num_columns == 0:
        return data  # to_table says what is wrong with it
    return Stream([TablePart(table, describe(data))], describe(data)) if table_bytes(table) > memory else table


def _open_files(data: str | Path, columns: Sequence[str] | None, text: Sequence[str], memory: int) -> Any:
    found = paths.expand(Path(data))
    suffix = found[0].suffix.lower()
    if suffix == ".parquet":
        return _open_parquet(data, found, memory)
    if suffix not in paths.READABLE or text_bytes(found) <= memory:
        return data
    return _spooled(str(data), lambda folder: _convert(Path(data), found, columns, text, folder))


def _open_parquet(data: str | Path, found: Sequence[Path], memory: int) -> Any:
    parts = [ParquetPart.open(path) for path in found]
    encoded = sum(sum(part.groups) * row_bytes(part.schema) for part in parts)
    raw = sum(part.nbytes for part in parts)
    return Stream(parts, str(data)) if max(encoded, raw) > memory else data


def _convert(
    path: Path, found: Sequence[Path], columns: Sequence[str] | None, text: Sequence[str], folder: Path
) -> list[ParquetPart]:
    """Write CSV or JSON Lines files as Parquet; those of CSV again whose columns are text in other files."""
    title = files.misfit(path)

    def written(file: Path, text: Sequence[str]) -> list[ParquetPart]:
        return spool(((str(file), block) for block in _blocks(file, columns, text)), folder, title)

    by_file = {file: written(file, text) for file in found}
    mixed = mixed_columns([part.schema for parts in by_file.values() for part in parts])
    if mixed and csv.is_csv(found[0]):
        for parts in by_file.values():
            for part in parts:
                part.path.unlink()
        by_file = {file: written(file, [*text, *mixed]) for file in found}
    return [part for parts in by_file.values() for part in parts]


def _blocks(path: Path, columns: Sequence[str] | None, text: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a CSV or JSON Lines file, a block at a time."""
    yield from csv.blocks(path, columns, text) if csv.is_csv(path) else files.json_blocks(path)


def _open_iterator(data: Any, memory: int) -> Any:
    """Open an iterator of record batches or tables; one of something else is handed back whole."""
    if getattr_static(data, "__next__", None) is None:
        return data  # a tf.data.Dataset, or a Keras PyDataset
    first = list(islice(data, 1))
    if not first:
        return data  # has nothing left, as to_table says
    whole = chain(first, data)
    return _open_batches(whole, name_of(data), memory) if isinstance(first[0], pa.Table | pa.RecordBatch) else whole


def _open_batches(batches: Iterator[Any], name: str, memory: int) -> Any:
    """Pull batches until they end or are too many; then write them, and all that follow, to disk."""
    blocks = _named(batches)
    pulled: list[tuple[str, pa.Table]] = []
    held = 0
    while held <= memory:
        label, batch = next(blocks, ("", None))
        if batch is None:
            return _joined(pulled, name)
        table = copied(plain(pa.table(batch)))
        pulled.append((label, table))
        held += max(table_bytes(table), table.nbytes)
    return _spooled(name, lambda folder: spool(chain(_drained(pulled), blocks), folder, _misfit(name)))


def _drained(pulled: list[tuple[str, pa.Table]]) -> Iterator[tuple[str, pa.Table]]:
    """Yield the batches, and let go of each."""
    pulled.reverse()
    while pulled:
        yield pulled.pop()


def _joined(pulled: Sequence[tuple[str, pa.Table]], name: str) -> pa.Table:
    if not pulled:
        raise DataError(f"{name} holds no rows")
    schema = common_schema(_misfit(name), [(label, table.schema) for label, table in pulled])
    return pa.concat_tables([conform(table, schema) for _, table in pulled])


def _named(batches: Iterator[Any]) -> Blocks:
    for number, batch in enumerate(batches, start=1):
        if not isinstance(batch, pa.Table | pa.RecordBatch):
            kind = type(batch)
            received = f"Received: {kind.__module__}.{kind.__qualname__}"
            raise DataError(f"batch {number} is no record batch, as those before were. {received}")
        yield f"batch {number}", batch


def _misfit(name: str) -> str:
    return f"the batches of {name} do not fit together"


def _spooled(name: str, write: Callable[[Path], list[ParquetPart]]) -> Stream:
    """Return a stream of what is written to a temporary folder, which goes when anything fails."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="modelzoo-rows-"))
    except OSError as error:
        raise DataError(f"no temporary folder can be made ({error}): name one with TMPDIR") from error
    try:
        return Stream(write(folder), name, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _is_scannable(data: Any) -> bool:
    """Whether the data is a pyarrow Dataset or Scanner; whoever has one has imported their module."""
    module = sys.modules.get("pyarrow.dataset")
    return module is not None and isinstance(data, module.Dataset | module.Scanner)


def _scanned(data: Any) -> Iterator[pa.RecordBatch]:
    if isinstance(data, pa.RecordBatchReader):
        return iter(data)
    return iter(
        data.to_batches(batch_readahead=1, fragment_readahead=1) if hasattr(data, "scanner") else data.to_batches()
    )
