"""Describe the kinds of columns a schema may have, from their own classes."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..columns.base import ColumnBase, IdColumn
from ..columns.schema import KINDS
from .describe import describe_type


@dataclass(frozen=True)
class Setting:
    """Describe one setting: its default as TOML has it, what it takes and what it means."""

    name: str
    default: str
    takes: str
    meaning: str


@dataclass(frozen=True)
class Kind:
    """Describe one kind: what it does, where its entries go, and its settings."""

    name: str
    paragraphs: tuple[str, ...]
    parts: str
    settings: tuple[Setting, ...]


def describe_kinds() -> list[Kind]:
    """Return every kind."""
    return [_describe(name, kind) for name, kind in KINDS.items()]


def _describe(name: str, kind: type[ColumnBase]) -> Kind:
    text = inspect.cleandoc(kind.__doc__ or "").replace("``", "`")
    paragraphs = [each.replace("\n", " ") for each in text.split("\n\n")]
    return Kind(name, tuple(paragraphs), _parts(kind), tuple(_settings(kind)))


def _parts(kind: type[ColumnBase]) -> str:
    """Say to which part of a model the entries of a kind go when nothing else is said."""
    if not issubclass(kind, IdColumn):
        return "deep"
    return " and ".join(part for part in ("wide", "deep") if kind.model_fields[part].default) or "none"


def _settings(kind: type[ColumnBase]) -> Iterator[Setting]:
    """Yield all settings but the kind's own name, those of the kind before those it shares with others."""
    schema = kind.model_json_schema()
    fields: dict[str, Mapping[str, Any]] = schema["properties"]
    names = [name for name in fields if name not in ("name", "kind")]
    for name in ["name", *sorted(names, key=lambda name: name in IdColumn.model_fields)]:
        field = fields[name]
        takes = describe_type(field, schema.get("$defs", {})).removesuffix(", or nothing")
        yield Setting(name, _default(field, required=name in schema["required"]), takes, field.get("description", ""))


def _default(field: Mapping[str, Any], *, required: bool) -> str:
    """Return a default as it is written; TOML has no word for None, which means that the data decide."""
    if required:
        return "(required)"
    return "(left out)" if field.get("default") is None else json.dumps(field["default"], ensure_ascii=False)
