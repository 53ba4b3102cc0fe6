"""Give a ``Spec`` settings, good ones and bad ones."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import inf, nextafter
from typing import Any

import tomli_w
from modelzoo_registry import BrokenPluginError, Spec, SpecError, Task, ZooError
from modelzoo_registry.errors import in_words
from modelzoo_registry.specs import collect, validate

from ..check import Finding, Stumbled, doing
from ..drawn import Definitions, Node, extremes_of, for_all, greatest, least, schema_of, settings_of, types_of
from ..subject import Subject
from ..tables import Table

_BUILT, _READ = 6, 40
"""Examples, beside the bounds, of which something is built, and of which nothing is."""
_THOROUGHLY = 10
"""How many times as many there are in a thorough test."""
_WRONG = {"object": {"no": "such thing"}, "string": "no such thing", "array": ["no such thing"]}
"""By the type of a JSON schema, a value of it; the first is wrong for most settings."""


@dataclass
class _FoundError(Exception):
    finding: Finding


def bad_settings(subject: Subject) -> Iterator[Finding]:
    """Settings that are unknown, of a wrong type or out of bounds are refused with a SpecError naming the field."""
    spec = subject.plugin.Spec
    for settings in _bad(schema_of(spec)):
        (name,) = settings
        given = _given(settings)
        try:
            validate(spec, settings, owner=subject.entry.name)
        except SpecError as error:
            if not any(fault.path.partition(".")[0] == name for fault in error.faults):
                yield Finding(
                    f"{given} is refused without a word of {name}: {'; '.join(map(str, error.faults))}",
                    "Check a field in a field_validator of its own: what a model_validator raises names no field.",
                )
        except Exception as error:
            yield Finding(
                f"{given} raised {in_words(error)}",
                'Let validators raise ValueError, which becomes a SpecError; one with mode="before" sees values of any '
                "type.",
            )
        else:
            yield Finding(f"{given} is taken.", "Refuse it: leave values as they are given, and bounds to Field.")


def _bad(schema: Node) -> Iterator[dict[str, Any]]:
    yield {"no_such_setting": 1}
    for name, node in schema.get("properties", {}).items():
        for value in (*_of_wrong_type(node, schema.get("$defs", {})), *_out_of_bounds(node)):
            yield {name: value}


def _of_wrong_type(node: Node, definitions: Definitions) -> list[Any]:
    """Return one value, or none where the schema says nothing, or too many types are taken."""
    types = set(types_of(node, definitions))
    return [value for kind, value in _WRONG.items() if kind not in types][:1] if types else []


def _out_of_bounds(node: Node) -> Iterator[Any]:
    kind = node.get("type")
    if "enum" in node:
        yield "no such word"
    elif kind == "integer":
        yield from (least(node) - 1,) if least(node) is not None else ()
        yield from (greatest(node) + 1,) if greatest(node) is not None else ()
    elif kind == "number":
        yield from _beyond(node)
    elif kind == "array":
        yield from ([None] * (node["maxItems"] + 1),) if "maxItems" in node else ()


def _beyond(node: Node) -> Iterator[float]:
    if "exclusiveMinimum" in node or "minimum" in node:
        yield node.get("exclusiveMinimum", nextafter(node.get("minimum", 0.0), -inf))
    if "exclusiveMaximum" in node or "maximum" in node:
        yield node.get("exclusiveMaximum", nextafter(node.get("maximum", 0.0), inf))
    yield inf


def stored_settings(subject: Subject) -> Iterator[Finding]:
    """Settings, written to a run as JSON or to a file as TOML and read again, are the same."""
    spec: type[Spec] = subject.plugin.Spec

    def look(settings: dict[str, Any]) -> None:
        made = _made(subject, settings)
        if made is None:
            return
        plain = made.model_dump(mode="json")
        for form, stored in (("JSON", json.loads(json.dumps(plain))), ("TOML", tomllib.loads(_toml(plain)))):
            faults, again = collect(spec, stored)
            if again != made:
                read = "; ".join(map(str, faults)) or f"{again!r}"
                remedy = _NO_NULL if form == "TOML" and _without_null(plain) != plain else _AS_GIVEN
                raise _FoundError(Finding(f"{_given(settings)} makes {made!r}, and read from {form}: {read}.", remedy))

    yield from _looking(look, subject, examples=_READ, small=False)


def _toml(plain: Mapping[str, Any]) -> str:
    return tomli_w.dumps(_without_null(plain))


def _without_null(value: Any) -> Any:
    """Leave out, at any depth, what TOML cannot say."""
    if isinstance(value, dict):
        return {name: _without_null(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_null(each) for each in value if each is not None]
    return value


def drawn_settings(subject: Subject) -> Iterator[Finding]:
    """Whatever settings a ``Spec`` takes, ``build`` makes a model of them that predicts; others it refuses."""
    from .. import cores

    def use(spec: Any, table: Table, task: Task) -> None:
        cores.call(cores.build(subject, table, task, spec), table)

    yield from _using(use, subject, "build")


def drawn_strengths(subject: Subject) -> Iterator[Finding]:
    """Whatever settings a ``Spec`` takes, layers, penalties, constraints and transforms work; nothing is trained."""
    from .. import cores

    def use(spec: Any, table: Table, task: Task) -> None:
        cores.act((subject.entry.name, subject.plugin(spec)), table, task)

    yield from _using(use, subject, "the regularizer")


_AS_GIVEN = "Let validators give back what reads as itself: loading a run reads the settings a second time."
_NO_NULL = "TOML has no null, and what is left out is at its default: let that be None, or name the case by a word."


def _using(use: Callable[[Any, Table, Task], None], subject: Subject, what: str) -> Iterator[Finding]:
    """Call a function with the specs of drawn settings, where the plugin is at home."""
    from .. import cores

    table, task = cores.table_of(subject), subject.tasks[0]

    def look(settings: dict[str, Any]) -> None:
        spec = _made(subject, settings)
        if spec is None:
            return
        try:
            use(spec, table, task)
        except Exception as error:
            raise _FoundError(_crash(what, task, settings, error)) from error

    yield from _looking(look, subject, examples=_BUILT, small=True)


def _looking(
    look: Callable[[dict[str, Any]], None], subject: Subject, *, examples: int, small: bool
) -> Iterator[Finding]:
    spec, times = subject.plugin.Spec, _THOROUGHLY if subject.thorough else 1
    try:
        for settings in extremes_of(spec):
            look(settings)
        for_all(settings_of(spec, small=small), examples * times, look)
    except _FoundError as found:
        yield found.finding


def _made(subject: Subject, settings: Mapping[str, Any]) -> Any:
    """Return the spec of settings, None when it refuses them."""
    try:
        with doing(f"Spec({_given(settings)})"):
            return validate(subject.plugin.Spec, settings, owner=subject.entry.name)
    except Stumbled as stumbled:
        if isinstance(stumbled.__cause__, SpecError):
            return None
        raise


def _crash(what: str, task: str, settings: Mapping[str, Any], error: Exception) -> Finding:
    cause = error.__cause__ if isinstance(error, BrokenPluginError) and error.__cause__ else error
    kind = "refused them" if isinstance(error, ZooError) and cause is error else "broke"
    return Finding(
        f"The Spec takes {_given(settings)}, and {what} {kind}, for {task}: {in_words(cause)}",
        "Let the Spec refuse what cannot be built: bound the field, or raise ValueError in a field_validator.",
    )


def _given(settings: Mapping[str, Any]) -> str:
    """Write settings as they are given in Python."""
    return ", ".join(f"{name}={value!r}" for name, value in settings.items()) or "no setting at all"
