"""Draw settings from the JSON schema of a ``Spec``."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from modelzoo_registry import Spec

Node = Mapping[str, Any]
"""A JSON schema, or a part of one."""
Definitions = Mapping[str, Node]

_SMALL = 16
"""How far above its least value a whole number is drawn that decides how large a model is."""
_FEW = 2
"""How many items a list has beyond those it must have."""


def for_all(strategy: st.SearchStrategy[dict[str, Any]], examples: int, look: Callable[[dict[str, Any]], None]) -> None:
    """Call a function with drawn settings: the same ones each time, and of those it raises for the simplest."""
    steady = settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),  # how fast a model builds is not what is tested
    )
    steady(given(strategy)(look))()


def settings_of(spec: type[Spec], *, small: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Return settings within the bounds of a spec, any of them left out.

    Args:
        spec: whose JSON schema is drawn from; a field of a type that no JSON schema tells stays at its default.
        small: whether whole numbers stay near their least value and lists short, so that a model of them builds fast.
    """
    schema = schema_of(spec)
    return _Drawing(schema.get("$defs", {}), small=small).fields(schema)


def extremes_of(spec: type[Spec]) -> Iterator[dict[str, Any]]:
    """Return settings at the bounds of a spec, one field at a time: the least whole number, both ends of others."""
    for name, node in schema_of(spec).get("properties", {}).items():
        yield from ({name: value} for value in _extremes(node))


def _extremes(node: Node) -> Iterator[Any]:
    if node.get("type") == "integer":
        yield from (bound for bound in [least(node)] if bound is not None)
    elif node.get("type") == "number":
        yield from (float(node[key]) for key in ("minimum", "maximum") if key in node)
    elif node.get("type") == "array" and not node.get("minItems"):
        yield []
    elif node.get("type") == "boolean":
        yield from (False, True)


def schema_of(spec: type[Spec]) -> Node:
    """Return the JSON schema of a spec, without what has none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydantic warns of a default that JSON does not know
        return spec.model_json_schema(mode="validation")


class _Drawing:
    """Turn parts of one JSON schema into strategies; None where there is nothing to draw from."""

    def __init__(self, definitions: Definitions, *, small: bool) -> None:
        self._definitions = definitions
        self._small = small
        self._by_type: dict[str, Callable[[Node], st.SearchStrategy[Any] | None]] = {
            "null": lambda _: st.none(),
            "boolean": lambda _: st.booleans(),
            "string": self._text,
            "number": self._number,
            "integer": self._integer,
            "array": self._list,
            "object": self.fields,
        }

    def fields(self, node: Node) -> st.SearchStrategy[dict[str, Any]]:
        drawn = {name: self._value(each) for name, each in node.get("properties", {}).items()}
        return st.fixed_dictionaries({}, optional={name: one for name, one in drawn.items() if one is not None})

    def _value(self, node: Node) -> st.SearchStrategy[Any] | None:
        if "$ref" in node:
            return self._value(self._definitions[node["$ref"].rpartition("/")[2]])
        if "const" in node or "enum" in node:
            return st.sampled_from(node.get("enum") or [node["const"]])
        branches = node.get("anyOf") or node.get("oneOf")
        if branches:
            some: list[st.SearchStrategy[Any]] = [one for one in map(self._value, branches) if one is not None]
            return st.one_of(some)
        return self._by_type[node["type"]](node) if "type" in node else None

    def _number(self, node: Node) -> st.SearchStrategy[float]:
        low, high = node.get("exclusiveMinimum"), node.get("exclusiveMaximum")
        return st.floats(
            min_value=node.get("minimum", low),
            max_value=node.get("maximum", high),
            exclude_min=low is not None,
            exclude_max=high is not None,
            allow_nan=False,
            allow_infinity=False,
        )

    def _integer(self, node: Node) -> st.SearchStrategy[int]:
        low, high = least(node), greatest(node)
        step = node.get("multipleOf", 1)
        if self._small:
            low = low if low is not None else min(0, 0 if high is None else high)
            high = min(low + _SMALL * step, low + _SMALL * step if high is None else high)
        fewest = None if low is None else -(-low // step)
        return st.integers(fewest, None if high is None else high // step).map(lambda number: number * step)

    def _text(self, node: Node) -> st.SearchStrategy[str]:
        low, high = node.get("minLength", 0), node.get("maxLength", 100)
        if "pattern" in node:
            return st.from_regex(str(node["pattern"])).filter(lambda text: low <= len(text) <= high)
        # Printable ASCII alone: for more, hypothesis writes tables of characters to its folder.
        return st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=low, max_size=min(high, low + 20))

    def _list(self, node: Node) -> st.SearchStrategy[list[Any]] | None:
        if "prefixItems" in node:
            places = [self._value(each) for each in node["prefixItems"]]
            return st.tuples(*(one for one in places if one is not None)).map(list) if all(places) else None
        items = self._value(node.get("items", {}))
        if items is None:
            return None
        fewest = node.get("minItems", 0)
        unique = (lambda item: repr(item)) if node.get("uniqueItems") else None
        most = min(node.get("maxItems", fewest + _FEW), fewest + _FEW)
        return st.lists(items, min_size=fewest, max_size=most, unique_by=unique)


def types_of(node: Node, definitions: Definitions) -> Iterator[str]:
    """Return the types that a value may be of, by their names in JSON schemas; none where that is not said."""
    if "$ref" in node:
        yield from types_of(definitions[node["$ref"].rpartition("/")[2]], definitions)
    for branch in node.get("anyOf") or node.get("oneOf") or ():
        yield from types_of(branch, definitions)
    if "type" in node:
        yield node["type"]
    elif "enum" in node or "const" in node:  # words and numbers; no list or table of the kit's is among them
        yield "string"


def least(node: Node) -> Any:
    """Return the least whole number that is allowed, or None."""
    return node["exclusiveMinimum"] + 1 if "exclusiveMinimum" in node else node.get("minimum")


def greatest(node: Node) -> Any:
    """Return the greatest whole number that is allowed, or None."""
    return node["exclusiveMaximum"] - 1 if "exclusiveMaximum" in node else node.get("maximum")
