"""Read tables from files, and write predictions to them, by suffix."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, time
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
from modelzoo_registry import DataError, Fault

from .memory import from_rows
from .paths import READABLE, expand, is_csv
from .unify import common_schema, conform, mixed_columns, plain

_NOT_UTF8 = "is not text in UTF-8; save the file in that encoding"


def read(path: Path, columns: Sequence[str] | None = None, text: Iterable[str] = ()) -> pa.Table:
    """Return the table a file holds, or all files of a folder or a pattern, one after the other.

    Args:
        path: CSV, Parquet or JSON Lines files, told by their suffix; see ``paths.expand``.
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
    mixed = mixed_columns([table.schema for table in tables.values()]) if is_csv(files[0]) else []
    if mixed:  # what looks like numbers in one CSV file and like words in another is text, as it is within one file
        tables = {file: plain(_read_file(file, columns, [*text, *mixed])) for file in files}
    schema = common_schema(misfit(path), [(str(file), table.schema) for file, table in tables.items()])
    return pa.concat_tables([conform(table, schema) for table in tables.values()])


def misfit(path: Path) -> str:
    """Return the title of a message about files that do not make one table."""
    return f"the files of {path} do not fit together"


def _read_file(path: Path, columns: Sequence[str] | None, text: Iterable[str]) -> pa.Table:
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return _read_csv(path, columns, text)
    if suffix == ".parquet":
        return _read_parquet(path)
    if suffix in (".jsonl", ".ndjson"):
        with path.open("rb") as lines:
            return read_json_lines(lines, str(path))
    raise DataError(f"{path}: cannot tell what it is from its suffix {suffix!r}. Readable: {', '.join(READABLE)}")


def require_file(path: Path) -> None:
    """Raise DataError, with the nearest name, unless a path means a file, or several, with something in it."""
    expand(path)


def read_json_lines(lines: Iterable[bytes], name: str) -> pa.Table:
    """Return the table of one JSON object a line; blank lines are passed over.

    Raises:
        DataError: naming the line, counted from 1.
    """
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
        DataError: for another suffix, a folder that is not there or stands in the way, and columns the format cannot
            hold.
    """
    require_writable(path)
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as sink:
            _WRITERS[path.suffix.lower()](table, sink)
        partial.replace(path)
    except (pa.ArrowException, TypeError) as error:
        raise DataError(f"{path}: {path.suffix} cannot hold this table: {error}") from error
    finally:
        partial.unlink(missing_ok=True)


def require_writable(path: Path, suffixes: Sequence[str] = READABLE) -> None:
    """Raise DataError when a file could not be written: for its suffix, or a folder that is not there."""
    suffix = path.suffix.lower()
    if path.is_dir():
        raise DataError(f"{path} is a folder: name a file ({', '.join(suffixes)})")
    if suffix not in suffixes:
        raise DataError(f"{path}: cannot write {suffix!r}. Writable: {', '.join(suffixes)}")
    if not path.parent.is_dir():
        raise DataError(f"{path}: the folder {path.parent} is not there")


def write_json_lines(table: pa.Table, sink: IO[bytes]) -> None:
    """Write one JSON object a row; NaN and infinities, which JSON lacks, become null, and dates ISO 8601 text."""
    columns = [_json_values(column) for column in table.columns]
    for values in zip(*columns, strict=True):
        row = dict(zip(table.column_names, values, strict=True))
        sink.write(json.dumps(row, ensure_ascii=False, allow_nan=False, default=_as_json).encode() + b"\n")


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


def _write_csv(table: pa.Table, sink: IO[bytes]) -> None:
    from pyarrow import csv

    csv.write_csv(table.flatten(), sink)  # CSV has no structs: their fields become name.field


def _write_parquet(table: pa.Table, sink: IO[bytes]) -> None:
    from pyarrow import parquet

    parquet.write_table(table, sink)


_WRITERS = {
    ".csv": _write_csv,
    ".parquet": _write_parquet,
    ".jsonl": write_json_lines,
    ".ndjson": write_json_lines,
}


def _json_object(line: bytes, name: str, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line.rstrip())
    except json.JSONDecodeError as error:
        raise DataError(f"{name}, line {number}, column {error.colno}: not JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{name}, line {number}: not JSON: {error}") from None
    if not isinstance(row, dict):
        raise DataError(f"{name}, line {number}: a JSON object is expected. Received: {type(row).__name__}")
    return row


def _read_parquet(path: Path) -> pa.Table:
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:  # read_table would add columns told by the folder's name
            return file.read()
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path} is not a whole Parquet file: {error}") from error


def _read_csv(path: Path, columns: Sequence[str] | None, text: Iterable[str]) -> pa.Table:
    from pyarrow import csv

    names = None if columns is None or has_header(path, columns) else list(columns)
    try:
        table = csv.read_csv(
            path,
            read_options=csv.ReadOptions(column_names=names),
            convert_options=csv.ConvertOptions(strings_can_be_null=True, column_types=dict.fromkeys(text, pa.string())),
        )
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path} cannot be read as CSV: {error}") from error
    _require_utf8(table, path)
    return table


def _require_utf8(table: pa.Table, path: Path) -> None:
    """Refuse a file in another encoding, whose text Arrow would hand out as bytes."""
    try:
        names = table.column_names
    except UnicodeDecodeError:
        raise DataError(f"{path} cannot be read as CSV", [Fault("its first line", _NOT_UTF8)]) from None
    faults = [
        Fault(name, _NOT_UTF8) for name, kind in zip(names, table.schema.types, strict=True) if pa.types.is_binary(kind)
    ]
    if faults:
        raise DataError(f"{path} cannot be read as CSV", faults)


def has_header(path: Path, columns: Sequence[str]) -> bool:
    """Whether a file, or the first of several, names its columns itself.

    A CSV does when its first line has at least one of these names.
    If not, ``columns`` are the names of its fields.

    Raises:
        DataError: when the first line does neither.
    """
    path = expand(path)[0]
    if path.suffix.lower() != ".csv":
        return True
    fields = first_line(path)
    if set(fields) & set(columns):
        return True
    if len(fields) == len(columns):
        return False
    raise DataError(
        f"{path}: its first line names none of the columns, and its number of fields is not theirs; "
        "name all its columns in order (columns=[...], --columns a,b,c)",
        [Fault("columns", f"{len(columns)}: {', '.join(columns)}"), Fault("fields", f"{len(fields)}: {fields[:8]}")],
    )


def first_line(path: Path) -> list[str]:
    """Return the fields of a CSV file's first line; none where a quote in it is closed far away or never."""
    import csv

    with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines, suppress(csv.Error):
        return next(csv.reader(lines), [])
    return []
