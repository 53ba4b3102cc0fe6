"""Say what an export leaves out of its model."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ..export.manifest import Manifest
from ..prune.reading import Removal
from ..text import print_table, print_text, printable

_MOST_LINES = 24
_MOST_NAMES = 10


def print_pruning(manifest: Manifest) -> None:
    """Print what was removed, the columns no longer read, and the layers that were left as they are."""
    if manifest.removed:
        print_table(("REMOVED", "BEFORE", "AFTER"), _lines(manifest.removed), numbers=("BEFORE", "AFTER"))
    else:
        click.echo("nothing to remove: there is no unit, value or column whose weights are all exactly zero")
    if manifest.ignored:
        click.echo()
        print_text(f"no longer read, accepted and passed over: {_some([one.name for one in manifest.ignored])}")
    if manifest.barriers:
        click.echo()
        print_text(f"left as they are, since pruning does not know them: {_some(manifest.barriers)}")


def _lines(removed: Sequence[Removal]) -> list[tuple[str, str, str]]:
    """Return a line for each; of very many the first, and the last, which tells of the parameters."""
    lines = [(one.what, f"{one.before:,}", f"{one.after:,}") for one in removed]
    if len(lines) > _MOST_LINES:
        lines[_MOST_LINES - 2 : -1] = [(f"and {len(lines) - _MOST_LINES + 1:,} more", "", "")]
    return lines


def _some(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    shown = ", ".join(map(printable, names[:_MOST_NAMES]))
    return shown if len(names) <= _MOST_NAMES else f"{shown} and {len(names) - _MOST_NAMES:,} more"
