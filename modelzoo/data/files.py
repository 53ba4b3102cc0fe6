"""Read tables from files, and write them, by suffix."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import IO, Any

from modelzoo_registry import DataError

from ..lazy import pa, pc
from . import csv, json_lines, parquet
from .json_rows import document_rows
from .memory import from_rows
from .paths import READABLE, expand
from .unify import common_schema, conform, mixed_columns, plain


def read(path: Path, columns: Sequence[str] | None = None, text: Iterable[str] = ()) -> pa.Table:
    """Return the table a file holds, or all files of a folder or a pattern, one after the other.

    Args:
        path: CSV, Parquet or JSON Lines files, told by their suffix; see ``paths.expand``. A single ``.json`` file may
            also hold one object, or a list of them.
        columns: names for CSV files without a header line, in file order.
        text: columns of CSV files to read as the text they are written as: of ``007`` a number is 7.

    Raises:
        DataError: naming the file, what is wrong with it and what to do.
    """
    files = expand(path)
    text = tuple(text)
    if len(files) == 1:
        return _read_file(files[0], columns, text)
    tables = {file: plain(_read_file(file, columns, text)) for file in files}
    mixed = mixed_columns([table.schema for table in tables.values()]) if csv.is_csv(files[0]) else []
    if mixed:  # what looks like numbers in one CSV file and like words in another is text, as it is within one file
        tables = {file: plain(_read_file(file, columns, [*text, *mixed])) for file in files}
    schema = common_schema(misfit(path), [(str(file), table.schema) for file, table in tables.items()])
    return pa.concat_tables([conform(table, schema) for table in tables.values()])


def misfit(path: Path) -> str:
    """Return the title of a message about files that do not make one table."""
    return f"the files of {path} do not fit together"


def _read_file(path: Path, columns: Sequence[str] | None, text: Iterable[str]) -> pa.Table:
    suffix = path.suffix.lower()
    if csv.is_csv(path):
        return csv.read(path, columns, text)
    if suffix == ".parquet":
        return parquet.read(path)
    if suffix in (".jsonl", ".ndjson"):
        with path.open("rb") as lines:
            return read_json_lines(lines, str(path))
    if suffix == ".json":
        return _read_json(path)
    readable = ", ".join((*READABLE, ".json"))
    raise DataError(f"{path}: cannot tell what it is from its suffix {suffix!r}. Readable: {readable}")


def _read_json(path: Path) -> pa.Table:
    """Return the table of one JSON object, of a list of them, or of JSON Lines under this name."""
    content = path.read_bytes()
    rows = document_rows(content)
    return read_json_lines(content.splitlines(keepends=True), str(path)) if rows is None else from_rows(rows)


def json_blocks(path: Path) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a JSON Lines file, of the types ``read`` gives them, in bounded memory.

    Raises:
        DataError: as ``read`` does, before the first rows.
    """
    require_file(path)
    yield from json_lines.blocks(path)


def require_file(path: Path) -> None:
    """Raise DataError, with the nearest name, unless a path means a file, or several, with something in it."""
    expand(path)


def read_json_lines(lines: Iterable[bytes], name: str) -> pa.Table:
    """Return the table of one JSON object a line; blank lines are passed over.

    Raises:
        DataError: naming the line, counted from 1.
    """
    rows = list(json_lines.rows(lines, name))
    if not rows:
        raise DataError(f"{name} is empty: one JSON object a line is expected")
    return from_rows(rows)


def write(table: pa.Table, path: Path) -> None:
    """Write a table as CSV, Parquet or JSON Lines, by suffix; replaces the file at once or not at all.

    Raises:
        DataError: for another suffix, a folder that is not there or stands in the way, and columns the format cannot
            hold.
    """
    from .writing import table_writer

    with table_writer(path, table.schema) as writer:
        writer.write(table)


def require_writable(path: Path, suffixes: Sequence[str] = READABLE) -> None:
    """Raise DataError when a file could not be written: for its suffix, what is there, or a folder that is not."""
    suffix = path.suffix.lower()
    if path.is_dir():
        raise DataError(f"{path} is a folder: name a file ({', '.join(suffixes)})")
    if path.exists() and not path.is_file():
        raise DataError(f"{path} is there, and no file: name another")
    if suffix not in suffixes:
        raise DataError(f"{path}: cannot write {suffix!r}. Writable: {', '.join(suffixes)}")
    if not path.parent.is_dir():
        raise DataError(f"{path}: the folder {path.parent} is not there")


def write_json_lines(table: pa.Table, sink: IO[bytes]) -> None:
    """Write one JSON object a row; NaN and infinities, which JSON lacks, become null, and dates ISO 8601 text."""
    for row in json_rows(table):
        sink.write(json.dumps(row, ensure_ascii=False, allow_nan=False, default=_as_json).encode() + b"\n")


def json_rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    """Yield each row of a table with None for NaN and infinities, which JSON lacks."""
    columns = [_json_values(column) for column in table.columns]
    for values in zip(*columns, strict=True):
        yield dict(zip(table.column_names, values, strict=True))


def _json_values(column: pa.ChunkedArray) -> list[Any]:
    if isinstance(column.type, pa.FixedShapeTensorType):  # as Python values these are flat
        return [_finite(row) for chunk in column.chunks for row in chunk.to_numpy_ndarray().tolist()]
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_finite(column), column, pa.scalar(None, column.type))
    values = column.to_pylist()
    return [_finite(value) for value in values] if pa.types.is_nested(column.type) else values


def _finite(value: Any) -> Any:
    """Return a value, or what is in it, with None for floats that JSON has no word for."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return {name: _finite(one) for name, one in value.items()} if isinstance(value, dict) else value


def _as_json(value: Any) -> Any:
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"JSON has no {type(value).__name__}")


def has_header(path: Path, columns: Sequence[str]) -> bool:
    """Whether a file, or the first of several, names its columns itself.

    All but CSV files do; of those see ``csv.has_header``.
    """
    first = expand(path)[0]
    return not csv.is_csv(first) or csv.has_header(first, columns)
