"""``zoo list``: what plugins and activations there are. Imports no NumPy, Arrow or TensorFlow."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click
from modelzoo_registry import ACTIVATIONS, Kind, PluginStatus, installed

from ..text import print_table

_KINDS = {"models": "model", "regularizers": "regularizer", "hooks": "hook", "activations": "activation"}

_Listing = tuple[Sequence[str], Sequence[Sequence[str]], Sequence[dict[str, str]]]
"""The headers and rows people read, and the objects programs read."""


@click.command("list")
@click.option(
    "--kind",
    metavar="KIND",
    type=click.Choice([*_KINDS, *_KINDS.values()]),
    help="Only models, regularizers or hooks; or activations, for the settings that name one.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON list, for programs.")
def command(kind: str | None, as_json: bool) -> None:
    """List models, regularizers and hooks, broken ones included."""
    wanted: Any = _KINDS.get(kind or "", kind)
    headers, rows, known = _activations() if wanted == "activation" else _plugins(wanted)
    if as_json:
        click.echo(json.dumps(known, indent=2))
    elif rows:
        print_table(headers, rows)
    else:
        click.echo("none installed")


def _activations() -> _Listing:
    known = [{"name": name, "kind": "activation", "summary": summary} for name, summary in ACTIVATIONS.items()]
    return ("NAME", "WHAT IT DOES"), list(ACTIVATIONS.items()), known


def _plugins(kind: Kind | None) -> _Listing:
    statuses = installed().status(kind)
    known = [_as_dict(status) for status in statuses]
    return ("NAME", "KIND", "FROM", "WHAT IT DOES"), [_as_row(status) for status in statuses], known


def _as_row(status: PluginStatus) -> tuple[str, str, str, str]:
    return status.entry.name, status.entry.kind, status.entry.source, _remark(status)


def _remark(status: PluginStatus) -> str:
    """Say what a plugin does, or why it cannot be used."""
    heavy = f" (imports {status.heavy_import} when loaded)" if status.heavy_import else ""
    return (f"{status.state.upper()}: {status.cause}" if status.cause else status.summary) + heavy


def _as_dict(status: PluginStatus) -> dict[str, str]:
    return {
        "name": status.entry.name,
        "kind": status.entry.kind,
        "distribution": status.entry.distribution,
        "version": status.entry.version,
        "status": status.state,
        "summary": status.summary,
        "cause": status.cause,
        "heavy_import": status.heavy_import,
    }
