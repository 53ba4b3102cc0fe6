"""Walk through the lines of a CSV file, slowly and strictly: find its delimiter, its first line, and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, NoReturn

from modelzoo_registry import DataError

DELIMITERS: Final = ",;\t|"
"""What may stand between fields; all but the first are looked for when the first line holds no comma."""

_BOM = "\ufeff".encode().decode("latin-1")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_QUOTED = re.compile(r'"(?:[^"]|"")*(?:"|$)')
_CLOSING = re.compile(r'((?:[^"]++|"")*+)"')
_ENDS = "\r\n"
_EXCERPT = 80
"""Characters of a line that a message shows at most."""
_OTHERS = 4
"""Lines with the same fault that are looked for at most behind the first one."""
_SAVE_AS_UTF8 = "Save the file in that encoding (in a spreadsheet: CSV UTF-8)"


@dataclass(frozen=True, slots=True)
class Record:
    """Hold one record: the physical line it begins in, counted from 1, that line, and its fields; a byte a letter."""

    line: int
    text: str
    fields: list[str]


def delimiter_of(path: Path) -> str:
    r"""Return what stands between the fields of a file.

    That is a tab in a ``.tsv`` file and else a comma, but for a first line without a comma outside quotes: there the
    one of ``;``, tab and ``|`` that splits the first line into most fields, if the second line, when there is one,
    holds it as well. A file of one column stays one.
    """
    if path.suffix.lower() == ".tsv":
        return "\t"
    with path.open(encoding="latin-1", newline="") as lines:
        written = (line.removeprefix(_BOM) for line in lines)
        first = _QUOTED.sub("", next(line for line in written if line.strip(_ENDS)))
    others = [] if "," in first else [mark for mark in DELIMITERS[1:] if mark in first and _splits(path, mark)]
    return max(others, key=first.count, default=",")


def _splits(path: Path, mark: str) -> bool:
    """Whether a delimiter splits the first two records of a file, as far as they are there and can be read."""
    with closing(_Lines(path, mark).records()) as records, suppress(DataError):
        return all(len(record.fields) > 1 for record in islice(records, 2))
    return True


def first_line(path: Path) -> list[str]:
    """Return the fields of a file's first line that is not blank; none when all are.

    Raises:
        DataError: when it is not text in UTF-8, or a quote in it is closed wrongly or never.
    """
    if not _has_lines(path):
        return []
    refuse_utf16(path)
    lines = _Lines(path, delimiter_of(path))
    with closing(lines.records()) as records:
        record = next(records)
    lines.require_text(record)
    return [_decoded(field) for field in record.fields]


def refuse_utf16(path: Path) -> None:
    """Raise DataError when a file begins as text in UTF-16 does."""
    with path.open("rb") as file:
        if file.read(2) in _UTF16:
            raise DataError(f"{path} is text in UTF-16, not in UTF-8. {_SAVE_AS_UTF8}")


def refuse_faults(path: Path, delimiter: str) -> None:
    """Raise DataError, naming the line, when a file is not CSV of as many fields in each line as in the first."""
    lines = _Lines(path, delimiter)
    ragged: list[Record] = []
    width = count = 0
    try:
        for record in lines.records():
            lines.require_text(record)
            width = width or len(record.fields)
            count += 1
            if len(record.fields) != width:
                ragged.append(record)
            if len(ragged) > _OTHERS:
                break
    except DataError:
        if not ragged:  # the first fault in the file is told
            raise
    if ragged:
        lines.refuse_ragged(ragged, width, titled=len(ragged) == count - 1)


class _Lines:
    """Read the records of one file, and word what is wrong with one."""

    def __init__(self, path: Path, delimiter: str) -> None:
        self._path = path
        self._delimiter = delimiter

    def records(self) -> Generator[Record, None, None]:
        """Yield all records but blank lines. Raises DataError at a quote that is out of place."""
        with self._path.open(encoding="latin-1", newline="") as file:
            lines = enumerate(file, start=1)
            for number, line in lines:
                text = line.removeprefix(_BOM) if number == 1 else line
                if text.strip(_ENDS):
                    yield Record(number, text, self._fields(number, text, lines))

    def _fields(self, number: int, line: str, lines: Iterator[tuple[int, str]]) -> list[str]:
        """Return the fields of a record, taking the further lines that a quoted field runs over."""
        rest = line.rstrip(_ENDS)
        if '"' not in rest:
            return rest.split(self._delimiter)
        fields: list[str] = []
        rest = line
        here = number
        while True:
            if rest.startswith('"'):
                value, rest, closed = self._quoted(here, rest, lines)
                self._refuse_text_behind(here, closed, rest, value)
                here = closed
                mark, rest = rest[:1], rest[1:]
            else:
                value, mark, rest = rest.partition(self._delimiter)
                value = value.rstrip(_ENDS) if not mark else value
                self._refuse_space_before(here, value)
            fields.append(value)
            if mark != self._delimiter:
                return fields

    def _quoted(self, number: int, line: str, lines: Iterator[tuple[int, str]]) -> tuple[str, str, int]:
        """Return a quoted value, what stands behind it, and the line where it is closed."""
        start, pieces, last = line, [], number
        rest = line[1:]
        while not (found := _CLOSING.match(rest)):
            pieces.append(rest)
            last, rest = next(lines, (0, ""))
            if not rest:
                self._refuse(number, f"a quote is opened and never closed: {excerpt(start)}. {_CLOSE_IT}")
        pieces.append(found[1])
        return "".join(pieces).replace('""', '"'), rest[found.end() :], last

    def _refuse_text_behind(self, opened: int, closed: int, rest: str, value: str) -> None:
        if rest[:1] in ("", self._delimiter, *_ENDS):
            return
        place = "" if opened == closed else f", on line {closed}"
        shown = excerpt(f'"{value}'.splitlines()[0] if place else f'"{value}"{rest}')
        self._refuse(opened, f"text stands behind the quote that closes a value{place}: {shown}. {_CLOSE_IT}")

    def _refuse_space_before(self, number: int, value: str) -> None:
        if value.startswith((" ", "\t")) and value.lstrip().startswith('"'):
            self._refuse(number, f"a space stands before the quote that opens a value: {excerpt(value)}. Take it out")

    def require_text(self, record: Record) -> None:
        """Raise DataError when a record is not text in UTF-8, or holds what no text does."""
        written = record.text + "".join(record.fields)
        if "\0" in written:
            self._refuse(
                record.line,
                f"a zero byte, which no text holds: {excerpt(record.text)}. Write the file again, as text in UTF-8",
            )
        if written.isascii():
            return
        try:
            written.encode("latin-1").decode()
        except UnicodeDecodeError as error:
            byte = error.object[error.start]
            self._refuse(record.line, f"not text in UTF-8 (byte 0x{byte:02x}): {excerpt(record.text)}. {_SAVE_AS_UTF8}")

    def refuse_ragged(self, ragged: list[Record], width: int, *, titled: bool) -> NoReturn:
        """Raise DataError naming the first record of another number of fields, and the lines of others."""
        first, *others = ragged
        found = len(first.fields)
        many = "field" if abs(found - width) == 1 else "fields"
        mark = _NAMES[self._delimiter]
        if found < width:
            remedy = f"Add the missing {many}, or quote a value that holds {mark} or a line break"
        else:
            remedy = f"Quote a value that holds {mark}, or take out the {many} too many"
        if titled:
            remedy += "; if the first line is a title or a comment, take it out"
        also = f". So in {_listed([record.line for record in others])}" if others else ""
        shown = f"{found} field{'' if found == 1 else 's'} where the first line has {width}: {excerpt(first.text)}"
        self._refuse(first.line, f"{shown}. {remedy}{also}")

    def _refuse(self, number: int, what: str) -> NoReturn:
        raise DataError(f"{self._path}, line {number}: {what}")


_CLOSE_IT = "Close it where the value ends, and write a quote that belongs to the value twice"
_NAMES = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}


def excerpt(text: str) -> str:
    """Return the beginning of a line, as it can be shown."""
    shown = _decoded(text.rstrip(_ENDS))
    cut = shown if len(shown) <= _EXCERPT else shown[:_EXCERPT] + "..."
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in cut)


def _has_lines(path: Path) -> bool:
    """Whether there is any line that is not blank."""
    with path.open(encoding="latin-1", newline="") as lines:
        return any(line.removeprefix(_BOM).strip(_ENDS) for line in lines)


def _decoded(field: str) -> str:
    return field.encode("latin-1").decode("utf-8", "replace")


def _listed(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[: _OTHERS - 1]))
    return f"line {shown}" if len(numbers) == 1 else f"lines {shown}" + (" and more" if len(numbers) == _OTHERS else "")
