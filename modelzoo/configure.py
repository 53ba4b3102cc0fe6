"""Configure a model: look up its plugins by name and validate their settings; needs no data and no TensorFlow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modelzoo_registry import (
    AmbiguousPluginError,
    Fault,
    Kind,
    PluginEntry,
    PluginInfo,
    Spec,
    SpecError,
    Task,
    UnknownPluginError,
    installed,
)
from modelzoo_registry.specs import collect

RegularizerChoice = str | Mapping[str, Any]
"""A regularizer's name, or a dict of its ``name`` and its settings."""


@dataclass(frozen=True)
class Choice:
    """Hold one chosen plugin: where it comes from, its class, and its validated settings."""

    entry: PluginEntry
    plugin: Any
    spec: Spec

    @property
    def name(self) -> str:
        """The plugin's name."""
        return self.entry.name

    def as_settings(self) -> dict[str, Any]:
        """Return name and settings as plain data, the form ``configure`` takes."""
        return {"name": self.entry.name, **self.spec.model_dump(mode="json")}

    @property
    def info(self) -> PluginInfo:
        """What hook plugins are told of it."""
        entry, settings = self.entry, self.spec.model_dump(mode="json")
        return PluginInfo(entry.name, entry.distribution, entry.version, settings)


def only_reconstructs(plugin: Any) -> bool:
    """Whether a model can do nothing but rebuild its inputs, and so takes no target."""
    return bool(plugin.tasks == {"reconstruction"})


def configure(
    name: str, settings: Mapping[str, Any], regularizers: Iterable[RegularizerChoice]
) -> tuple[Choice, list[Choice]]:
    """Return the chosen model and regularizers.

    Raises:
        UnknownPluginError, AmbiguousPluginError: about the model.
        BrokenPluginError: about the model or a regularizer; that is no fault of the settings.
        SpecError: with every fault of all settings, regularizers included.
    """
    found = _find("model", name)
    faults, spec = collect(found[1].Spec, settings)
    chosen: list[Choice] = []
    for place, wanted in enumerate(_checked(regularizers)):
        regularizer_faults, choice = _choose_regularizer(wanted, f"regularizers.{place}", chosen)
        faults.extend(regularizer_faults)
        chosen.extend([choice] if choice else [])
    if faults or spec is None:
        raise SpecError(f"model {name!r} cannot be set up like this", faults)
    return Choice(*found, spec), chosen


def _checked(regularizers: Any) -> list[RegularizerChoice]:
    if isinstance(regularizers, str | Mapping) or not isinstance(regularizers, Iterable):
        raise SpecError(
            "the model cannot be set up like this",
            [Fault("regularizers", f"a list is expected: regularizers=[{regularizers!r}]")],
        )
    return list(regularizers)


def _find(kind: Kind, name: str) -> tuple[PluginEntry, Any]:
    registry = installed()
    if not isinstance(name, str):
        fault = Fault("name", f"text is expected. Received: {name!r}")
        raise SpecError(f"the {kind} cannot be set up like this", [fault])
    entry = registry.find(kind, name)
    return entry, registry.load_entry(entry)


def _choose_regularizer(wanted: Any, path: str, before: list[Choice]) -> tuple[list[Fault], Choice | None]:
    if not isinstance(wanted, str) and not (isinstance(wanted, Mapping) and isinstance(wanted.get("name"), str)):
        form = 'a name, or a dict such as {"name": "dropout", "rate": 0.2}'
        return [Fault(path, f"{form} is expected. Received: {wanted!r}")], None
    settings = {} if isinstance(wanted, str) else {key: wanted[key] for key in wanted if key != "name"}
    name = wanted if isinstance(wanted, str) else wanted["name"]
    try:
        entry, plugin = _find("regularizer", name)
    except (UnknownPluginError, AmbiguousPluginError) as error:
        return [Fault(path, str(error))], None
    conflict = _conflict(entry, plugin, before)
    faults, spec = collect(plugin.Spec, settings)
    told = [Fault(path, conflict)] if conflict else []
    told.extend(Fault(f"{path}.{fault.path}".rstrip("."), fault.message) for fault in faults)
    return told, None if spec is None or told else Choice(entry, plugin, spec)


def _conflict(entry: PluginEntry, plugin: Any, before: list[Choice]) -> str | None:
    """Say why a regularizer cannot join those before it, if so."""
    alone = f"{plugin.exclusive} is the work of one regularizer alone"
    if any(choice.entry == entry for choice in before):
        return f"{entry.name!r} is listed twice; {alone if plugin.exclusive else 'once is enough'}"
    for choice in before:
        if plugin.exclusive and choice.plugin.exclusive == plugin.exclusive:
            return f"{entry.name!r} cannot be used with {choice.name!r}; {alone}"
    return None


def check_task(model: Choice, regularizers: Sequence[Choice], task: Task) -> None:
    """Refuse a task that the model or a regularizer is not for.

    Raises:
        SpecError: with every fault.
    """
    faults = []
    if task not in model.plugin.tasks:
        faults.append(Fault("task", f"{task} is not among the model's: {', '.join(sorted(model.plugin.tasks))}"))
    for place, regularizer in enumerate(regularizers):
        if task not in regularizer.plugin.tasks:
            known = ", ".join(sorted(regularizer.plugin.tasks))
            faults.append(Fault(f"regularizers.{place}", f"{regularizer.name} is for {known}, not for {task}"))
    if faults:
        raise SpecError(f"{model.name} cannot be trained like this", faults)
