"""``zoo show``: one plugin and its settings, or what a run or an export holds."""

from __future__ import annotations

import contextlib
import inspect
import json
import os
from pathlib import Path
from typing import Any

import click
from modelzoo_registry import ArtifactNotFoundError, Kind, PluginEntry, UnknownPluginError, installed
from modelzoo_registry.entries import KINDS
from modelzoo_registry.suggest import did_you_mean

from ..text import print_text
from .describe import describe_field

_OPTIONS = {"model": "--model {name} --set {setting}", "regularizer": "--regularizer {name}:{setting}"}
"""How ``zoo train`` is told to use a plugin of each kind."""


@click.command("show")
@click.argument("name", metavar="NAME|RUN|EXPORT")
@click.option("--kind", type=click.Choice(KINDS), help="Which plugin, where those of two kinds share the name.")
@click.option("--json-schema", is_flag=True, help="A plugin's settings as JSON Schema, for programs.")
@click.option("--json", "as_json", is_flag=True, help="A run or export as JSON, for programs.")
def command(name: str, kind: Kind | None, json_schema: bool, as_json: bool) -> None:
    """Show a plugin, a run or an export.

    Of a plugin, told by its name: settings, defaults and bounds. Of a run or an export, told by its folder:
    columns, layers or tensors, metrics and versions.
    """
    folder = None if kind else _folder(name)
    if folder is None:
        if as_json:
            raise click.UsageError(f"--json shows runs and exports, and {name} is a plugin: use --json-schema")
        _show_plugin(name, kind, json_schema=json_schema)
        return
    if json_schema:
        raise click.UsageError(f"--json-schema shows the settings of plugins, and {name} is a folder: use --json")
    from .artifacts import show

    show(folder, as_json=as_json)


def _folder(name: str) -> Path | None:
    """Return the folder that is meant, or None for a plugin: a name may be that of both."""
    path = Path(name)
    if any(separator in name for separator in (os.sep, os.altsep) if separator):
        return path
    if not path.is_dir():
        return None
    from .artifacts import locate

    try:
        locate(path)
    except ArtifactNotFoundError:
        return None if _entries(name) else path
    return path


def _show_plugin(name: str, kind: Kind | None, *, json_schema: bool) -> None:
    entry = _find(name, kind)
    plugin = installed().load_entry(entry)
    schema = plugin.Spec.model_json_schema() if hasattr(plugin, "Spec") else {}
    if json_schema:
        click.echo(json.dumps(schema, indent=2))
        return
    click.echo(click.style(f"{entry.name}: a {entry.kind} of {entry.source}", bold=True))
    click.echo()
    print_text(_description(plugin))
    click.echo()
    if hasattr(plugin, "tasks"):
        click.echo(f"Tasks: {', '.join(sorted(plugin.tasks))}\n")
    _print_settings(name, entry.kind, schema)


def _find(name: str, kind: Kind | None) -> PluginEntry:
    """Return the plugin of that name, of whichever kind unless one is asked for."""
    if kind is not None:
        return installed().find(kind, name)
    found = _entries(name)
    if len(found) > 1:
        kinds = [entry.kind for entry in found]
        raise click.UsageError(
            f"{name!r} is a {' and a '.join(kinds)}: say which with --kind {' or --kind '.join(kinds)}"
        )
    if not found:
        raise UnknownPluginError(_unknown(name))
    return found[0]


def _entries(name: str) -> list[PluginEntry]:
    """Return the plugins of that name, one a kind at most."""
    found = []
    for kind in KINDS:
        with contextlib.suppress(UnknownPluginError):
            found.append(installed().find(kind, name))
    return found


def _unknown(name: str) -> str:
    names = {name: None for kind in KINDS for name in installed().names(kind)}
    return f"no plugin is called {name!r}.{did_you_mean(name, names)} Plugins: {', '.join(names) or 'none installed'}"


def _description(plugin: Any) -> str:
    """Return the plugin's own docstring, not that of the class it derives from."""
    own = plugin if inspect.isclass(plugin) or inspect.ismodule(plugin) else type(plugin)
    return inspect.cleandoc(own.__doc__ or "(no description)")


def _print_settings(name: str, kind: Kind, schema: dict[str, Any]) -> None:
    fields = schema.get("properties", {})
    if not fields:
        click.echo("It has no settings.")
        return
    click.echo("Settings:")
    for field, description in fields.items():
        click.echo("\n  " + click.style(f"{field} = {json.dumps(description.get('default'))}", bold=True))
        for line in describe_field(description, schema.get("$defs", {})):
            print_text(line, indent=6)
    click.echo(f"\nIn use: zoo train {_OPTIONS[kind].format(name=name, setting=_example(fields))} ...")


def _example(fields: dict[str, Any]) -> str:
    """Return the first setting at its default, as it is written on a command line."""
    field, description = next(iter(fields.items()))
    value = json.dumps(description.get("default"), separators=(",", ":"))
    return f"{field}={value.strip(chr(34))}"
