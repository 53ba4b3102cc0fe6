"""Lay out what commands print."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence

import click

_NARROWEST = 20
"""Characters the last column of a table gets even where the terminal is narrower than the others."""
_WIDEST = 100
"""Characters of a line of running text, however wide the terminal is."""


def print_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns aligned left; on a terminal the last one is wrapped, in a file or pipe a row is a line."""
    lines = [tuple(headers), *map(tuple, rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(headers) - 1)]
    indent = sum(widths) + 2 * len(widths)
    for number, (*cells, last) in enumerate(lines):
        head = "".join(f"{cell.ljust(width)}  " for cell, width in zip(cells, widths, strict=True))
        text = head + f"\n{' ' * indent}".join(_wrapped(last, indent))
        click.echo(click.style(text.rstrip(), bold=True) if number == 0 else text.rstrip())


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


def _wrapped(text: str, indent: int) -> list[str]:
    """Return the lines of a text beside an indent; never none."""
    if not sys.stdout.isatty():
        return [text]
    return textwrap.wrap(text, max(_NARROWEST, shutil.get_terminal_size().columns - indent)) or [""]


def _fitted(paragraph: str, width: int, space: str) -> str:
    if all(len(line) <= width for line in paragraph.splitlines()):
        return paragraph
    return textwrap.fill(paragraph, width, subsequent_indent=space, break_on_hyphens=False)
