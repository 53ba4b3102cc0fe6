"""Read tables from files, and write predictions to them, by suffix."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
from modelzoo_registry import DataError, Fault
from modelzoo_registry.suggest import did_you_mean

READABLE = (".csv", ".parquet", ".jsonl", ".ndjson")
"""Suffixes of the files that are read and written."""


def read(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Return the table a file holds.

    Args:
        path: a CSV, Parquet or JSON Lines file, told by its suffix.
        columns: names for a CSV file without a header line, in file order.

    Raises:
        DataError: naming the file, what is wrong with it and what to do.
    """
    _require_file(path)
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return _read_csv(path, columns)
    if suffix == ".parquet":
        return _read_parquet(path)
    if suffix in (".jsonl", ".ndjson"):
        with path.open("rb") as lines:
            return read_json_lines(lines, str(path))
    raise DataError(f"{path}: cannot tell what it is from its suffix {suffix!r}. Readable: {', '.join(READABLE)}")


def read_json_lines(lines: Iterable[bytes], name: str) -> pa.Table:
    """Return the table of one JSON object a line; blank lines are passed over.

    Raises:
        DataError: naming the line, counted from 1.
    """
    from .table import from_rows

    rows: list[dict[str, Any]] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            rows.append(_json_object(line, name, number))
    if not rows:
        raise DataError(f"{name} is empty: one JSON object a line is expected")
    return from_rows(rows)


def write(table: pa.Table, path: Path) -> None:
    """Write a table as CSV, Parquet or JSON Lines, by suffix; replaces the file at once or not at all.

    Raises:
        DataError: for another suffix, or a folder that is not there.
    """
    suffix = path.suffix.lower()
    if suffix not in READABLE:
        raise DataError(f"{path}: cannot write {suffix!r}. Writable: {', '.join(READABLE)}")
    if not path.parent.is_dir():
        raise DataError(f"{path}: the folder {path.parent} is not there")
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as sink:
            _WRITERS[suffix](table, sink)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_json_lines(table: pa.Table, sink: IO[bytes]) -> None:
    """Write one JSON object a row."""
    for row in table.to_pylist():
        sink.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


def _write_csv(table: pa.Table, sink: IO[bytes]) -> None:
    from pyarrow import csv

    csv.write_csv(_flat(table), sink)


def _write_parquet(table: pa.Table, sink: IO[bytes]) -> None:
    from pyarrow import parquet

    parquet.write_table(table, sink)


_WRITERS = {
    ".csv": _write_csv,
    ".parquet": _write_parquet,
    ".jsonl": write_json_lines,
    ".ndjson": write_json_lines,
}


def _flat(table: pa.Table) -> pa.Table:
    """Spread struct columns into ``name.field`` columns, which CSV can hold."""
    return table.flatten()


def _json_object(line: bytes, name: str, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise DataError(f"{name}, line {number}: not JSON: {error}") from None
    if not isinstance(row, dict):
        raise DataError(f"{name}, line {number}: a JSON object is expected. Received: {type(row).__name__}")
    return row


def _require_file(path: Path) -> None:
    if path.is_dir():
        raise DataError(f"{path} is a folder: name a file ({', '.join(READABLE)})")
    if not path.exists():
        beside = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError(f"there is no file {path}.{did_you_mean(path.name, beside)}")
    if path.stat().st_size == 0:
        raise DataError(f"{path} is empty")


def _read_parquet(path: Path) -> pa.Table:
    from pyarrow import parquet

    try:
        return parquet.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path} is not a whole Parquet file: {error}") from error


def _read_csv(path: Path, columns: Sequence[str] | None) -> pa.Table:
    from pyarrow import csv

    names = None if columns is None or has_header(path, columns) else list(columns)
    try:
        return csv.read_csv(
            path,
            read_options=csv.ReadOptions(column_names=names),
            convert_options=csv.ConvertOptions(strings_can_be_null=True),
        )
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path} cannot be read as CSV: {error}") from error


def has_header(path: Path, columns: Sequence[str]) -> bool:
    """Whether a file names its columns itself; a CSV does when its first line has at least one of these names.

    If not, ``columns`` are the names of its fields.

    Raises:
        DataError: when the first line does neither.
    """
    if path.suffix.lower() != ".csv":
        return True
    fields = first_line(path)
    if set(fields) & set(columns):
        return True
    if len(fields) == len(columns):
        return False
    raise DataError(
        f"{path}: its first line names none of the columns, and its number of fields is not theirs",
        [Fault("columns", f"{len(columns)}: {', '.join(columns)}"), Fault("fields", f"{len(fields)}: {fields[:8]}")],
    )


def first_line(path: Path) -> list[str]:
    """Return the fields of a CSV file's first line."""
    import csv

    with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        return next(csv.reader(lines), [])
