"""Say in words what a JSON Schema allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TYPES = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table",
    "null": "nothing",
}
_BOUNDS = {
    "minimum": "{} or more",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
}

_DIGITS_TELL = 10**15
"""From here on a bound is written as 1e+30: its digits are those of the nearest float."""


def describe_field(field: Mapping[str, Any], definitions: Mapping[str, Any]) -> list[str]:
    """Return the lines that describe one field: what it means, then what it takes."""
    allowed = describe_type(field, definitions)
    meaning = _resolved(field, definitions).get("description", "")
    return [line for line in (meaning, allowed) if line]


def describe_type(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """Return what values a schema takes, such as ``a number, more than 0, at most 1``."""
    schema = _resolved(schema, definitions)
    if "enum" in schema:
        return f"one of {', '.join(map(str, schema['enum']))}"
    if "const" in schema:
        return str(schema["const"])
    if "anyOf" in schema:
        return ", or ".join(describe_type(branch, definitions) for branch in schema["anyOf"])
    words = [_TYPES.get(schema.get("type", ""), "")]
    if isinstance(schema.get("items"), Mapping):
        words = [f"a list of{_count(schema)}, each {describe_type(schema['items'], definitions)}"]
    return ", ".join(word for word in (*words, *_bounds(schema)) if word)


def _resolved(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """Put the definition a schema refers to in its place; what the schema says itself comes first."""
    if "$ref" not in schema:
        return schema
    return {**definitions.get(str(schema["$ref"]).rpartition("/")[2], {}), **schema}


def _bounds(schema: Mapping[str, Any]) -> list[str]:
    if "minimum" in schema and "maximum" in schema:
        return [f"{_number(schema['minimum'])} to {_number(schema['maximum'])}"]
    return [text.format(_number(schema[key])) for key, text in _BOUNDS.items() if key in schema]


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) and abs(value) < _DIGITS_TELL else f"{value:g}"


def _count(schema: Mapping[str, Any]) -> str:
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    if most is None:
        return f" {least} or more" if least else " any length"
    return f" {most}" if least == most else f" {least} to {most}"
