"""Write Markdown: text that is shown as it is, code, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#~!])")
_BAR = r"\|"
"""How a bar is written in a table, be it in code."""


def text(value: object) -> str:
    """Return a value as running text in one line, nothing of which is taken for markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(value).split()))


def code(value: object) -> str:
    """Return a name as code; backticks, which would end it, as quotation marks, and no name at all as two of them."""
    name = " ".join(str(value).replace("`", "'").split())
    return "`" + (name or "''") + "`"


def code_block(title: str, language: str, lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a titled block of code."""
    yield from ("", f"{title}:", "", f"```{language}", *lines, "```")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table; what is in a cell may hold the bars that part cells."""
    yield f"| {' | '.join(head)} |"
    yield "|" + " --- |" * len(head)
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', _BAR) for cell in row)} |"
