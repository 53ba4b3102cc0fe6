"""Lay out what commands print."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence

import click


def print_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns aligned left, the last one cut at the edge of the terminal."""
    lines = [list(headers), *[list(row) for row in rows]]
    widths = [max(len(line[place]) for line in lines) for place in range(len(headers))]
    for number, line in enumerate(lines):
        padded = [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]
        text = _cut("  ".join(padded).rstrip())
        click.echo(click.style(text, bold=True) if number == 0 else text)


def print_numbers(numbers: Mapping[str, float]) -> None:
    """Print one name and number a line."""
    width = max(map(len, numbers), default=0)
    for name, number in numbers.items():
        click.echo(f"{name.ljust(width)}  {number:.6g}")


def _cut(line: str) -> str:
    """Cut a line for a terminal; leave it whole for a file or a pipe."""
    if not sys.stdout.isatty():
        return line
    width = shutil.get_terminal_size().columns
    return line if len(line) <= width else f"{line[: width - 1]}…"
