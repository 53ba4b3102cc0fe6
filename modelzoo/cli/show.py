"""``zoo show``: one plugin, its settings and what it is good for."""

from __future__ import annotations

import contextlib
import inspect
import json
from typing import Any

import click
from modelzoo_registry import PluginEntry, UnknownPluginError, installed
from modelzoo_registry.entries import KINDS
from modelzoo_registry.suggest import did_you_mean

from .output import print_table

_BOUNDS = {
    "minimum": ">= {}",
    "exclusiveMinimum": "> {}",
    "maximum": "<= {}",
    "exclusiveMaximum": "< {}",
    "minItems": "at least {} of them",
    "maxItems": "at most {} of them",
}


@click.command("show")
@click.argument("name")
@click.option("--json-schema", is_flag=True, help="The settings as JSON Schema, for programs.")
def command(name: str, json_schema: bool) -> None:
    """Show a model's or a regularizer's settings: defaults, bounds and what they mean."""
    entry = _find(name)
    plugin = installed().load_entry(entry)
    schema = plugin.Spec.model_json_schema() if hasattr(plugin, "Spec") else {}
    if json_schema:
        click.echo(json.dumps(schema, indent=2))
        return
    click.echo(click.style(f"{entry.name}: {entry.kind} of {entry.source}", bold=True))
    click.echo(f"\n{inspect.getdoc(plugin) or '(no description)'}\n")
    if hasattr(plugin, "tasks"):
        click.echo(f"Tasks: {', '.join(sorted(plugin.tasks))}\n")
    _print_fields(schema)


def _find(name: str) -> PluginEntry:
    """Return the plugin of that name, of whichever kind."""
    registry = installed()
    for kind in KINDS:
        with contextlib.suppress(UnknownPluginError):
            return registry.find(kind, name)
    names = {name: None for kind in KINDS for name in registry.names(kind)}
    raise UnknownPluginError(
        f"no plugin is called {name!r}.{did_you_mean(name, names)} Plugins: {', '.join(names) or 'none installed'}"
    )


def _print_fields(schema: dict[str, Any]) -> None:
    fields = schema.get("properties", {})
    if not fields:
        click.echo("It has no settings.")
        return
    rows = [
        (name, json.dumps(field.get("default")), _bounds(field), field.get("description", ""))
        for name, field in fields.items()
    ]
    print_table(("SETTING", "DEFAULT", "ALLOWED", "MEANING"), rows)


def _bounds(field: dict[str, Any]) -> str:
    """Say in words what values a field takes."""
    if "enum" in field:
        return f"one of {len(field['enum'])} names" if len(field["enum"]) > 6 else ", ".join(map(str, field["enum"]))
    own = [text.format(field[key]) for key, text in _BOUNDS.items() if key in field]
    items = _bounds(field["items"]) if isinstance(field.get("items"), dict) else ""
    kind = str(field.get("type", ""))
    return ", ".join(part for part in (f"{kind} of {items}" if items else kind, *own) if part)
