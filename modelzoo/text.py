"""Lay out what is printed: tables, running text, numbers."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Collection, Mapping, Sequence
from unicodedata import category, east_asian_width

import click

_NARROWEST = 20
"""Characters the last column of a table gets even where the terminal is narrower than the others."""
_WIDEST = 100
"""Characters of a line of running text, however wide the terminal is."""


def print_table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Collection[str] = ()) -> None:
    """Print columns aligned left; on a terminal the last one is wrapped, in a file or pipe a row is a line.

    Args:
        headers: above the columns.
        rows: one text a column.
        numbers: headers of the columns that are aligned right.
    """
    right = [place for place, header in enumerate(headers) if header in numbers]
    head, *lines = _aligned([headers, *rows], right)
    click.echo(click.style(head, bold=True))
    for line in lines:
        click.echo(line)


def print_fields(fields: Mapping[str, str]) -> None:
    """Print one name and text a line, as ``print_table`` does."""
    for line in _aligned(list(fields.items())):
        click.echo(line)


def print_text(text: str, *, indent: int = 0) -> None:
    """Print paragraphs; one that is wider than the terminal is laid out anew."""
    space = " " * indent
    width = min(_WIDEST, shutil.get_terminal_size().columns)
    paragraphs = [textwrap.indent(paragraph, space) for paragraph in text.split("\n\n")]
    click.echo("\n\n".join(_fitted(paragraph, width, space) for paragraph in paragraphs))


def print_numbers(numbers: Mapping[str, float]) -> None:
    """Print one name and number a line."""
    width = max(map(len, numbers), default=0)
    for name, number in numbers.items():
        click.echo(f"{name.ljust(width)}  {number:.6g}")


def _aligned(rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> list[str]:
    """Return the lines of a table."""
    cells = [[*(_cut(printable(cell)) for cell in row[:-1]), printable(row[-1])] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    indent = sum(widths[:-1]) + 2 * len(widths[:-1])
    lines = []
    for row in cells:
        padded = [
            _padded(cell, width, at_right=place in right)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        last = padded[-1] if len(row) - 1 in right else row[-1]
        lines.append("  ".join([*padded[:-1], f"\n{' ' * indent}".join(_wrapped(last, indent))]).rstrip())
    return lines


def printable(text: str) -> str:
    """Return a text in which what would steer a terminal is written as Python does: names may hold anything."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _cut(text: str) -> str:
    """Return a text that takes no more than half of the terminal."""
    most = shutil.get_terminal_size().columns // 2
    if not sys.stdout.isatty() or _width(text) <= most:
        return text
    while _width(text) >= most:
        text = text[:-1]
    return f"{text}…"


def _padded(text: str, width: int, *, at_right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if at_right else text + space


def _width(text: str) -> int:
    """Return the columns a text takes on a terminal: Chinese characters take two, accents put over others none."""
    return sum(2 if east_asian_width(each) in "WF" else int(category(each) not in ("Mn", "Me")) for each in text)


def _wrapped(text: str, indent: int) -> list[str]:
    """Return the lines of a text beside an indent; never none."""
    if not sys.stdout.isatty():
        return [text]
    return textwrap.wrap(text, max(_NARROWEST, shutil.get_terminal_size().columns - indent)) or [""]


def _fitted(paragraph: str, width: int, space: str) -> str:
    if all(len(line) <= width for line in paragraph.splitlines()):
        return paragraph
    return textwrap.fill(paragraph, width, subsequent_indent=space, break_on_hyphens=False)
