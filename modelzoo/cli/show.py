"""``zoo show``: one plugin, its settings and what it is good for."""

from __future__ import annotations

import contextlib
import inspect
import json
from typing import Any

import click
from modelzoo_registry import Kind, PluginEntry, UnknownPluginError, installed
from modelzoo_registry.entries import KINDS
from modelzoo_registry.suggest import did_you_mean

from ..text import print_text
from .describe import describe_field

_OPTIONS = {"model": "--model {name} --set {setting}", "regularizer": "--regularizer {name}:{setting}"}
"""How ``zoo train`` is told to use a plugin of each kind."""


@click.command("show")
@click.argument("name")
@click.option("--kind", type=click.Choice(KINDS), help="Which one, where plugins of two kinds share the name.")
@click.option("--json-schema", is_flag=True, help="The settings as JSON Schema, for programs.")
def command(name: str, kind: Kind | None, json_schema: bool) -> None:
    """Show one plugin and its settings, defaults and bounds."""
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
    registry = installed()
    if kind is not None:
        return registry.find(kind, name)
    found = []
    for any_kind in KINDS:
        with contextlib.suppress(UnknownPluginError):
            found.append(registry.find(any_kind, name))
    if len(found) > 1:
        kinds = [entry.kind for entry in found]
        raise click.UsageError(
            f"{name!r} is a {' and a '.join(kinds)}: say which with --kind {' or --kind '.join(kinds)}"
        )
    if not found:
        raise UnknownPluginError(_unknown(name))
    return found[0]


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
