"""Read CSV files: exactly, or refused with the line that is wrong and what to do about it.

Fields are split by a comma, in a ``.tsv`` file by a tab; of a ``.csv`` file whose first line holds no comma outside
quotes, by ``;``, tab or ``|`` if both its first lines hold one. Lines end as they like, blank ones are passed over,
quoted values may hold anything but zero bytes. A column is what all of it can be read as: whole numbers, truths,
dates, times, numbers, else text. Numbers written as codes are text: whole ones of which any begins with a zero
(``007``; ``0``, ``0.5`` and ``-07`` do not count), and whole ones beyond int64.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from io import SEEK_CUR, FileIO
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from modelzoo_registry import DataError, Fault

from ..lazy import pa
from .csv_kinds import are_codes, may_be_codes, narrow
from .csv_lines import delimiter_of, first_line, refuse_faults
from .csv_survey import survey

__all__ = ["SUFFIXES", "blocks", "first_line", "has_header", "is_csv", "read"]

SUFFIXES = (".csv", ".tsv")

_BLOCK = 1 << 20
"""Bytes read at a time, and the longest record; where one is longer, more."""
_MORE = 8
_TOO_LONG = ("straddling object", "Empty CSV file or block")
"""What Arrow says of a record that is longer than a block."""

T = TypeVar("T")


@dataclass(frozen=True)
class _Layout:
    """Say how a file is laid out."""

    path: Path
    columns: list[str]
    has_header: bool
    delimiter: str
    quotes: bool
    """Whether any value is quoted, and may hold a line break."""
    zeros: bool
    """Whether any value may begin with a zero that a number would lose."""
    block: int


def is_csv(path: Path) -> bool:
    """Whether a file is CSV by its suffix."""
    return path.suffix.lower() in SUFFIXES


def read(path: Path, names: Sequence[str] | None = None, text: Iterable[str] = ()) -> pa.Table:
    """Return the table a file holds.

    Args:
        path: a file that is there and not empty.
        names: names for a file without a header line, in file order; see ``has_header``.
        text: columns to read as the text they are written as.

    Raises:
        DataError: naming the file, the line, what is wrong with it and what to do.
    """
    kept = dict.fromkeys(text, pa.string())
    table, layout = _attempt(_lay_out(path, names), lambda layout: _read_typed(layout, kept))
    doubtful = [name for name in table.column_names if may_be_codes(table[name], zeros=layout.zeros)]
    if not doubtful:
        return table
    written = _read_typed(layout, dict.fromkeys(doubtful, pa.string()), doubtful)
    for name in doubtful:
        if are_codes(written[name], table[name].type):
            table = table.set_column(table.column_names.index(name), name, written[name])
    return table


def blocks(path: Path, names: Sequence[str] | None = None, text: Iterable[str] = ()) -> Iterator[pa.RecordBatch]:
    """Yield the rows that ``read`` returns, of the same types, in bounded memory: the file is read twice.

    Raises:
        DataError: as ``read`` does; before the first rows for whatever is wrong in the file.
    """
    kept = set(text)
    kinds, layout = _attempt(_lay_out(path, names), lambda layout: _kinds(layout, kept))
    try:
        with _open(layout, kinds) as reader:
            is_empty = True
            for batch in reader:
                is_empty = False
                yield batch
            if is_empty:
                yield pa.RecordBatch.from_pylist([], schema=reader.schema)
    except pa.ArrowException as error:  # all of it could be read a moment ago
        raise DataError(f"{path} changed while it was read: {error}") from error


def has_header(path: Path, columns: Sequence[str]) -> bool:
    """Whether a file names its columns itself: its first line has at least one of these names.

    If not, ``columns`` are the names of its fields.

    Raises:
        DataError: when the first line does neither.
    """
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


def _lay_out(path: Path, names: Sequence[str] | None) -> _Layout:
    """Return how a file is laid out, or refuse what Arrow would read wrongly without a word."""
    fields = first_line(path)
    if not fields:
        raise DataError(f"{path} is empty: it holds no line with anything in it")
    delimiter = delimiter_of(path)
    found = survey(path, delimiter)
    if found.suspect:
        refuse_faults(path, delimiter)
    header = names is None or has_header(path, names)
    if header:
        _refuse_names(path, fields)
    columns = fields if header or names is None else list(names)
    return _Layout(path, columns, header, delimiter, found.quotes, found.zeros, _BLOCK)


def _refuse_names(path: Path, names: Sequence[str]) -> None:
    """Refuse a header line that does not name every column, each once; one alone may lack a name.

    So pandas writes the numbers of the rows.
    """
    if names[0].startswith("# "):
        raise DataError(
            f"{path}: the first line looks like a comment: {names[0]}. "
            "Take it out; if it is the header line, take out its '# '"
        )
    repeated = [name for name, count in Counter(names).items() if name and count > 1]
    faults = [Fault(name, f"names columns {_places(names, name)}") for name in repeated]
    if names.count("") > 1:
        faults.append(Fault(f"column {_places(names, '')}", "has no name"))
    if faults:
        raise DataError(
            f"{path}: the header line does not name every column, each once; give each a name of its own, or leave out "
            "a column that is none",
            faults,
        )


def _places(names: Sequence[str], name: str) -> str:
    return ", ".join(str(place) for place, given in enumerate(names, start=1) if given == name)


def _attempt(layout: _Layout, read: Callable[[_Layout], T]) -> tuple[T, _Layout]:
    """Return what is read, in longer blocks if a record needs them, and the layout that did it."""
    while True:
        try:
            return read(layout), layout
        except (pa.ArrowException, OSError) as error:
            longest = layout.block > layout.path.stat().st_size
            if longest or not any(cause in str(error) for cause in _TOO_LONG):
                if isinstance(error, pa.ArrowException):
                    refuse_faults(layout.path, layout.delimiter)
                raise DataError(f"{layout.path} cannot be read as CSV: {error}") from error
            layout = replace(layout, block=min(layout.block * _MORE, 2**31 - 1))


def _read_typed(layout: _Layout, kinds: dict[str, pa.DataType], only: Sequence[str] | None = None) -> pa.Table:
    from pyarrow import csv

    with _WholeNewlines(layout.path) if layout.quotes else nullcontext(layout.path) as source:
        table = csv.read_csv(source, **_options(layout, kinds, only))
    if any(pa.types.is_binary(kind) for kind in table.schema.types):
        raise pa.ArrowInvalid("invalid UTF8 data")  # as Arrow itself says of columns whose type is given
    return table


def _kinds(layout: _Layout, text: set[str]) -> dict[str, pa.DataType]:
    """Return the type of every column, told by all its values."""
    written = dict.fromkeys(layout.columns, pa.string())
    with _open(layout, written) as reader:
        return written | narrow([name for name in layout.columns if name not in text], reader)


class _WholeNewlines(FileIO):
    """Read no portion that ends within a Windows newline: Arrow drops what is left of it, in quoted values too.

    Arrow reads ahead in a thread of its own. Closing waits for it: the number of a closed file soon is another's.
    """

    def __init__(self, path: Path) -> None:
        self._lock = Lock()
        super().__init__(path)

    def read(self, size: int | None = -1, /) -> bytes:
        with self._lock:
            data = b"" if self.closed else super().read(size) or b""
            if len(data) > 1 and data.endswith(b"\r"):
                self.seek(-1, SEEK_CUR)
                return data[:-1]
            return data

    def close(self) -> None:
        with self._lock:
            super().close()


@contextmanager
def _open(layout: _Layout, kinds: dict[str, pa.DataType]) -> Iterator[Any]:
    from pyarrow import csv

    with _WholeNewlines(layout.path) as file, csv.open_csv(file, **_options(layout, kinds)) as reader:
        yield reader


def _options(layout: _Layout, kinds: dict[str, pa.DataType], only: Sequence[str] | None = None) -> dict[str, Any]:
    from pyarrow import csv

    names = None if layout.has_header else layout.columns
    return {
        "read_options": csv.ReadOptions(column_names=names, block_size=layout.block),
        "parse_options": csv.ParseOptions(delimiter=layout.delimiter, newlines_in_values=layout.quotes),
        "convert_options": csv.ConvertOptions(strings_can_be_null=True, column_types=kinds, include_columns=only),
    }
