"""Check a loaded plugin against the contract; every check returns the faults it found."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, Signature
from types import MappingProxyType
from typing import Any

import pluggy

from . import hookspecs
from .entries import Kind
from .plugins import ModelPlugin, RegularizerPlugin
from .specs import ModelSpec, RegularizerSpec, Spec
from .suggest import did_you_mean
from .tasks import TASKS
from .training import BUILD_FIELDS, TRAINING_FIELDS

HOOKS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {name: value for name, value in vars(hookspecs).items() if hasattr(value, "modelzoo_spec")}
)
"""Every hook by name, as declared in ``hookspecs``."""


def check(kind: Kind, plugin: Any) -> list[str]:
    """Return all faults of a plugin (of a hook class, an object of it); none means it keeps the contract."""
    if kind == "model":
        return _check_class(plugin, ModelPlugin, ModelSpec, made_from=()) or _check_build(plugin)
    if kind == "regularizer":
        return _check_class(plugin, RegularizerPlugin, RegularizerSpec, made_from=("spec",))
    return _check_hooks(plugin)


def _check_class(plugin: Any, base: type, spec_base: type[Spec], made_from: Sequence[str]) -> list[str]:
    if not inspect.isclass(plugin) or not issubclass(plugin, base) or plugin is base:
        return [f"is not a subclass of {base.__name__}, but {_kind_of(plugin)}"]
    return [
        *_check_spec(getattr(plugin, "Spec", None), spec_base),
        *_check_tasks(getattr(plugin, "tasks", None)),
        *_check_constructor(plugin, made_from),
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
        if base is ModelSpec and name in TRAINING_FIELDS:
            faults.append(f"Spec.{name} uses a name reserved for training")
        if name == "name" or (base is ModelSpec and name in BUILD_FIELDS):
            faults.append(f"Spec.{name} uses a name reserved for build()")
    if not spec.model_config.get("frozen") or spec.model_config.get("extra") != "forbid":
        faults.append('Spec changes model_config: it must stay frozen=True, extra="forbid"')
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


def _check_constructor(plugin: type, made_from: Sequence[str]) -> list[str]:
    try:
        inspect.signature(plugin).bind(*made_from)
    except TypeError:
        name = plugin.__name__
        return [f"has {_call(name, _parameters(plugin))}, but the contract calls {name}({', '.join(made_from)})"]
    return []


def _check_methods(plugin: type, base: type) -> list[str]:
    """Refuse public methods the contract does not have: a misspelt one would silently never be called."""
    contract = {name: member for name, member in inspect.getmembers(base, inspect.isfunction) if name[0] != "_"}
    unknown = [name for name in _own_public_functions(plugin, base) if name not in contract]
    faults = [fault for name, wanted in contract.items() for fault in _check_signature(name, plugin, wanted)]
    return faults + [
        f"has a method {name!r} that the contract does not know.{did_you_mean(name, contract)} "
        "Start the names of helper methods with an underscore"
        for name in unknown
    ]


def _own_public_functions(plugin: type, base: type) -> list[str]:
    names = {name for cls in plugin.__mro__ if issubclass(cls, base) and cls is not base for name in cls.__dict__}
    return sorted(
        name for name in names if not name.startswith("_") and inspect.isroutine(inspect.getattr_static(plugin, name))
    )


def _check_signature(name: str, plugin: type, wanted: Callable[..., Any]) -> list[str]:
    method = inspect.getattr_static(plugin, name)
    want = [parameter.name for parameter in _parameters(wanted)[1:]]
    if not inspect.isroutine(method):
        return [f"has {name} as a {type(method).__name__}, but the contract calls {name}({', '.join(want)})"]
    bound = isinstance(method, staticmethod | classmethod)
    have = _parameters(getattr(plugin, name))[0 if bound else 1 :]
    if _takes(have, want):
        return []
    return [f"has {_call(name, have)}, but the contract calls {name}({', '.join(want)})"]


def _takes(parameters: Sequence[Parameter], wanted: Sequence[str]) -> bool:
    """Say whether the wanted arguments fit, in order and by name, and any others can be left out."""
    plain = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    rest = [p for p in parameters if p not in plain[: len(wanted)]]
    return [p.name for p in plain[: len(wanted)]] == list(wanted) and all(map(_optional, rest))


def _optional(parameter: Parameter) -> bool:
    variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    return variadic or parameter.default is not parameter.empty


def _parameters(function: Callable[..., Any]) -> list[Parameter]:
    return list(inspect.signature(function).parameters.values())


def _call(name: str, parameters: Sequence[Parameter]) -> str:
    """Write a signature as its author sees it, without annotations."""
    return name + str(Signature([parameter.replace(annotation=Parameter.empty) for parameter in parameters]))


def _check_hooks(plugin: Any) -> list[str]:
    manager = pluggy.PluginManager("modelzoo")
    manager.add_hookspecs(hookspecs)
    marked = [name for name in dir(plugin) if manager.parse_hookimpl_opts(plugin, name) is not None]
    if not marked:
        return [f"has no hook: mark one of {', '.join(HOOKS)} with @hookimpl"]
    faults = [fault for name in marked for fault in _check_hook(plugin, name, manager)]
    if faults:
        return faults
    try:
        manager.register(plugin)
    except pluggy.PluginValidationError as error:  # what pluggy alone knows, such as a wrapper that does not yield
        return [str(error)]
    return []


def _check_hook(target: Any, name: str, manager: pluggy.PluginManager) -> list[str]:
    options = manager.parse_hookimpl_opts(target, name)
    hook = (options and options.get("specname")) or name
    if hook not in HOOKS:
        return [f"has a hook {hook!r} that does not exist.{did_you_mean(hook, HOOKS)} Hooks: {', '.join(HOOKS)}"]
    want = [parameter.name for parameter in _parameters(HOOKS[hook])]
    have = [parameter.name for parameter in _parameters(getattr(target, name)) if not _optional(parameter)]
    return [
        f"has {hook}({', '.join(have)}), but that hook has no argument {argument!r}.{did_you_mean(argument, want)} "
        f"Arguments: {', '.join(want) or 'none'}"
        for argument in have
        if argument not in want
    ]


def _kind_of(plugin: Any) -> str:
    return f"the class {plugin.__qualname__}" if inspect.isclass(plugin) else f"an instance of {type(plugin).__name__}"
