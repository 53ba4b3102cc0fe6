"""Read Parquet files, and say of one that cannot be read whether it is cut short or damaged."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

from modelzoo_registry import DataError

from ..lazy import pa
from .estimate import row_bytes

_MAGIC = b"PAR1"
"""What a Parquet file begins and ends with."""
_BUFFER = 2**16
"""Bytes of a column that are read at a time."""
_PORTION = 8 * 2**20
"""Bytes of rows with lists that are decoded at a time."""
_AGAIN = "Copy or download it again, or write it again"


def read(path: Path) -> pa.Table:
    """Return the table a file holds; pages that carry a checksum are held against it.

    Raises:
        DataError: saying whether the file is none of Parquet, cut short or damaged.
    """
    from pyarrow import parquet

    options = {"buffer_size": _BUFFER, "pre_buffer": False, "page_checksum_verification": True}
    try:
        with parquet.ParquetFile(path, **options) as file:  # read_table would add columns told by the folder's name
            table = _read_rows(file)
        pa.default_memory_pool().release_unused()  # what reading took beside the table
        table.validate(full=True)  # pages without a checksum may hold text that is none
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        refuse_damaged(path, error)
    return table


def _read_rows(file: Any) -> pa.Table:
    """Return all rows; lists, of which Arrow holds more than twice what it decodes, a portion at a time."""
    schema = file.schema_arrow
    if not any(pa.types.is_nested(getattr(kind, "storage_type", kind)) for kind in schema.types):
        return file.read()
    return pa.Table.from_batches(file.iter_batches(max(1, _PORTION // row_bytes(schema))), schema)


def refuse_damaged(path: Path, error: Exception) -> NoReturn:
    """Raise DataError saying what is wrong with a file that Arrow could not read."""
    try:
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
            file.seek(-min(len(_MAGIC), path.stat().st_size), 2)
            end = file.read()
    except OSError as cause:
        raise DataError(f"{path} cannot be read: {cause}") from error
    if not _MAGIC.startswith(start):
        raise DataError(
            f"{path} is no Parquet file: it begins with {start!r}. Give it the suffix of what it is, or write it again"
        ) from error
    if end != _MAGIC:
        raise DataError(f"{path} is a Parquet file cut short: its end is missing. {_AGAIN}") from error
    raise DataError(f"{path} is a damaged Parquet file: {error}. {_AGAIN}") from error
