"""Describe the settings of plugins and of a training as tables, from their specs."""

from __future__ import annotations

import inspect
import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from modelzoo_registry import ACTIVATIONS, Kind, Spec, TrainingSpec, installed
from modelzoo_registry.training import TRAINING_FIELDS

from modelzoo.cli.describe import describe_field
from modelzoo.config import TrainConfig

_HEAD = ["| setting | default | takes | what it means |", "|---|---|---|---|"]
_ANY_ACTIVATION = f"one of {', '.join(ACTIVATIONS)}"


def training() -> str:
    """Return every field of ``TrainingSpec`` as a table."""
    return _table(TrainingSpec)


def config() -> str:
    """Return the fields that a file of ``zoo train --config`` has beside them as a table."""
    return _table(TrainConfig, but=TRAINING_FIELDS)


def plugins(kind: Kind) -> str:
    """Return what every built-in plugin of a kind does, for which tasks, and its settings."""
    entries = [
        entry for entry in installed().entries if entry.kind == kind and entry.distribution == "modelzoo-plugins"
    ]
    return "\n\n".join(_plugin(entry.name, installed().load_entry(entry)) for entry in entries)


def activations() -> str:
    """Return a word on each activation as a table."""
    rows = [f"| `{name}` | {cell(words)} |" for name, words in ACTIVATIONS.items()]
    return "\n".join(["| activation | what it does |", "|---|---|", *rows])


def _plugin(name: str, plugin: Any) -> str:
    text = inspect.cleandoc(plugin.__doc__ or "").replace("``", "`")
    tasks = f"Tasks: {', '.join(sorted(plugin.tasks))}."
    return "\n\n".join([f"### {name}", text, tasks, _table(plugin.Spec)])


def _table(spec: type[Spec], but: Collection[str] = ()) -> str:
    rows = list(_rows(spec.model_json_schema(), but))
    return "\n".join([*_HEAD, *rows]) if rows else "It has no settings."


def _rows(schema: Mapping[str, Any], but: Collection[str]) -> Iterator[str]:
    definitions = schema.get("$defs", {})
    for name, field in schema.get("properties", {}).items():
        if name in but:
            continue
        meaning, takes = describe_field(field, definitions)
        takes = takes.replace(_ANY_ACTIVATION, "one of the [activations](#activations)").replace("nothing", "None")
        default = field.get("default")
        shown = "None" if default is None else json.dumps(default, ensure_ascii=False)
        yield f"| `{name}` | `{shown}` | {cell(takes)} | {cell(meaning)} |"


def cell(text: str) -> str:
    """Return a text as it stands in a table."""
    return text.replace("|", "\\|")
