"""Check a loaded plugin against the contract; every check returns the faults it found."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pluggy

from . import hookspecs
from .entries import Kind
from .plugins import ModelPlugin, RegularizerPlugin
from .specs import ModelSpec, RegularizerSpec, Spec
from .suggest import did_you_mean
from .tasks import TASKS
from .training import RESERVED_FIELDS


def check(kind: Kind, plugin: Any) -> list[str]:
    """Return all faults of a plugin object; none means it keeps the contract."""
    if kind == "model":
        return _check_class(plugin, ModelPlugin, ModelSpec) or _check_build(plugin)
    if kind == "regularizer":
        return _check_class(plugin, RegularizerPlugin, RegularizerSpec)
    return _check_hooks(plugin)


def _check_class(plugin: Any, base: type, spec_base: type[Spec]) -> list[str]:
    if not inspect.isclass(plugin) or not issubclass(plugin, base) or plugin is base:
        return [f"is not a subclass of {base.__name__}, but {_kind_of(plugin)}"]
    return [
        *_check_spec(getattr(plugin, "Spec", None), spec_base),
        *_check_tasks(getattr(plugin, "tasks", None)),
        *_check_methods(plugin, base),
    ]


def _check_build(plugin: type[ModelPlugin]) -> list[str]:
    return ["has no build method"] if plugin.build is ModelPlugin.build else []


def _check_spec(spec: Any, base: type[Spec]) -> list[str]:
    if not inspect.isclass(spec) or not issubclass(spec, base):
        return [f"has no Spec derived from {base.__name__}"]
    faults = []
    for name, field in spec.model_fields.items():
        if field.is_required():
            faults.append(f"Spec.{name} has no default")
        if not field.description:
            faults.append(f"Spec.{name} has no description")
        if base is ModelSpec and name in RESERVED_FIELDS:
            faults.append(f"Spec.{name} uses a name reserved for training")
    return faults or _check_defaults(spec)


def _check_defaults(spec: type[Spec]) -> list[str]:
    try:
        spec()
    except Exception as error:  # whatever a validator of theirs raises, the plugin is what is wrong
        return [f"Spec() does not accept its own defaults: {error}"]
    return []


def _check_tasks(tasks: Any) -> list[str]:
    allowed = ", ".join(sorted(TASKS))
    if not isinstance(tasks, set | frozenset) or not tasks:
        return [f"has no tasks: a set of {allowed}"]
    return [
        f"has an unknown task {task!r}: there are {allowed}" for task in sorted(map(str, tasks)) if task not in TASKS
    ]


def _check_methods(plugin: type, base: type) -> list[str]:
    """Refuse public methods the contract does not have: a misspelt one would silently never be called."""
    contract = {name: member for name, member in inspect.getmembers(base, inspect.isfunction) if name[0] != "_"}
    faults = []
    for name in _own_public_functions(plugin, base):
        if name in contract:
            faults.extend(_check_signature(name, plugin, contract[name]))
        else:
            faults.append(
                f"has a method {name!r} that the contract does not know.{did_you_mean(name, contract)} "
                "Start the names of helper methods with an underscore"
            )
    return faults


def _own_public_functions(plugin: type, base: type) -> list[str]:
    names = {name for cls in plugin.__mro__ if issubclass(cls, base) and cls is not base for name in cls.__dict__}
    return sorted(
        name for name in names if not name.startswith("_") and inspect.isroutine(inspect.getattr_static(plugin, name))
    )


def _check_signature(name: str, plugin: type, wanted: Callable[..., Any]) -> list[str]:
    bound = isinstance(inspect.getattr_static(plugin, name), staticmethod | classmethod)
    have = _arguments(getattr(plugin, name), bound=bound)
    want = _arguments(wanted, bound=False)
    if have == want:
        return []
    return [f"has {name}({', '.join(have)}), but the contract calls {name}({', '.join(want)})"]


def _arguments(function: Callable[..., Any], *, bound: bool) -> list[str]:
    parameters = list(inspect.signature(function).parameters.values())
    required = [p for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    return [p.name for p in (required if bound else required[1:])]


def _check_hooks(plugin: Any) -> list[str]:
    manager = pluggy.PluginManager("modelzoo")
    manager.add_hookspecs(hookspecs)
    known = [name for name in vars(hookspecs) if manager.parse_hookspec_opts(hookspecs, name) is not None]
    try:
        target = plugin() if inspect.isclass(plugin) else plugin
        manager.register(target)
    except Exception as error:  # pluggy's own validation, or the plugin's constructor
        return [str(error)]
    implemented = manager.get_hookcallers(target) or []
    unknown = sorted(caller.name for caller in implemented if caller.name not in known)
    if unknown:
        return [f"has a hook {name!r} that does not exist.{did_you_mean(name, known)}" for name in unknown]
    return [] if implemented else [f"has no hook: mark one of {', '.join(sorted(known))} with @hookimpl"]


def _kind_of(plugin: Any) -> str:
    return f"the class {plugin.__qualname__}" if inspect.isclass(plugin) else f"a {type(plugin).__name__}"
