"""Look at the fields of a ``Spec``: whether each says what it may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..check import Finding
from ..drawn import Definitions, Node, schema_of
from ..subject import Subject

_LOW, _HIGH = ("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")


def bounds(subject: Subject) -> Iterator[Finding]:
    """Each setting is bounded: numbers below and above, lists and text in length, text better by the words allowed."""
    schema = schema_of(subject.plugin.Spec)
    for name, field in schema.get("properties", {}).items():
        yield from _unbounded(f"Spec.{name}", field, schema.get("$defs", {}))


def _unbounded(path: str, node: Node, definitions: Definitions) -> Iterator[Finding]:
    if "$ref" in node:
        node = definitions[node["$ref"].rpartition("/")[2]]
    if "const" in node or "enum" in node:
        return
    for branch in node.get("anyOf") or node.get("oneOf") or ():
        yield from _unbounded(path, branch, definitions)
    if "type" in node:
        yield from _of_type(path, node)
        for name, part in _parts(node).items():
            yield from _unbounded(f"{path}.{name}", part, definitions)
    elif not (node.get("anyOf") or node.get("oneOf")):
        yield Finding(
            f"{path} has a type that says nothing of what it may be.",
            "Give it a number, text, true or false, a list or a Literal; settings are written in TOML and on commands.",
        )


def _of_type(path: str, node: Node) -> Iterator[Finding]:
    kind = node["type"]
    if kind in ("integer", "number"):
        missing = [
            word for word, keys in (("least", _LOW), ("greatest", _HIGH)) if not any(key in node for key in keys)
        ]
        if missing:
            yield Finding(
                f"{path}, a number, has no {' and no '.join(missing)} value.",
                "Bound it as in Field(..., ge=1, le=8192), by the values with which the plugin still makes sense.",
            )
    elif kind == "string" and not {"pattern", "maxLength", "format"} & node.keys():
        yield Finding(
            f"{path}, text, may be anything.",
            'Name what is allowed, as in Literal["mean", "max"], or give Field a pattern or a max_length.',
        )
    elif kind == "array" and "maxItems" not in node:
        yield Finding(
            f"{path}, a list, may be of any length.", "Bound it as in Field(..., min_length=1, max_length=64)."
        )
    elif kind == "object" and "properties" not in node and "maxProperties" not in node:
        yield Finding(f"{path}, a table, may have any number of entries.", "Bound it as in Field(..., max_length=16).")


def _parts(node: Node) -> Mapping[str, Any]:
    """Return what a list or table holds, by what its path is called there."""
    parts: dict[str, Any] = dict(node.get("properties", {}))
    parts |= {str(place): each for place, each in enumerate(node.get("prefixItems", ()))}
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), Mapping):
            parts["*"] = node[key]
    return parts
