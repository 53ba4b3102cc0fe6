"""Name the plugin under test, and let the zoo find it, whether a distribution offers it or not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from modelzoo_registry import BrokenPluginError, Kind, PluginEntry, Registry, Task, installed
from modelzoo_registry.entries import GivenEntryPoint

from .probe import PROBE, Probe


@dataclass(frozen=True, eq=False)
class Subject:
    """Hold a plugin under test and the registry it is found in; two of them are never equal."""

    entry: PluginEntry
    plugin: Any
    registry: Registry
    """What is installed but hooks, which have no part in tests of others; this plugin; and ``Probe``."""
    thorough: bool = False

    def __str__(self) -> str:
        where = getattr(self.plugin, "__qualname__", type(self.plugin).__qualname__)
        return f"{self.entry.kind} {self.entry.name!r} ({self.entry.entry_point.module}.{where})"

    @property
    def name(self) -> str:
        """The name by which the zoo finds it, and no other plugin of that name."""
        return self.entry.qualified_name

    @property
    def tasks(self) -> list[Task]:
        """Its tasks, in an order that stays."""
        return sorted(self.plugin.tasks)

    @property
    def trained_tasks(self) -> list[Task]:
        """Those it is trained for: all of a model; of a regularizer, which seldom tells them apart, the first."""
        return self.tasks if self.entry.kind == "model" or self.thorough else self.tasks[:1]

    def others(self, kind: Kind) -> dict[str, Any]:
        """Return the installed plugins of a kind that can be used, by name, without this one and the kit's own."""
        return {
            entry.qualified_name: plugin
            for entry in self.registry.entries
            if entry.kind == kind and entry != self.entry and entry.name != PROBE
            for plugin in [_loaded(self.registry, entry)]
            if plugin is not None
        }


def subject_of(kind: Kind, plugin: Any, *, thorough: bool = False) -> Subject:
    """Return a plugin as the zoo finds it: by its own entry point, or one made for the test."""
    point = _own_entry(kind, plugin) or GivenEntryPoint(kind, _name_of(plugin), plugin)
    return _subject(point, kind, plugin, thorough=thorough)


def installed_subject(entry: PluginEntry, *, thorough: bool = False) -> Subject:
    """Return an installed plugin.

    Raises:
        BrokenPluginError: when it cannot be loaded.
    """
    return _subject(entry.entry_point, entry.kind, installed().load_entry(entry), thorough=thorough)


def _subject(point: Any, kind: Kind, plugin: Any, *, thorough: bool) -> Subject:
    others = [entry.entry_point for entry in installed().entries if entry.kind != "hook"]
    registry = Registry([*(each for each in others if each != point), point, GivenEntryPoint("model", PROBE, Probe)])
    (entry,) = (entry for entry in registry.entries if entry.entry_point is point and entry.kind == kind)
    return Subject(entry, plugin, registry, thorough)


def _own_entry(kind: Kind, plugin: Any) -> Any:
    """Return the entry point by which a plugin is installed, if it is."""
    for entry in installed().entries:
        if entry.kind == kind:
            loaded = _loaded(installed(), entry)
            if plugin in (loaded, type(loaded)):  # of a hook class, there is an object
                return entry.entry_point
    return None


def _loaded(registry: Registry, entry: PluginEntry) -> Any:
    """Return a plugin, or None where another's is broken: that is not what is tested."""
    try:
        return registry.load_entry(entry)
    except BrokenPluginError:
        return None


def _name_of(plugin: Any) -> str:
    """Return the name of a class as plugins are named: ``GatedTower`` is gated_tower."""
    name = getattr(plugin, "__name__", type(plugin).__name__).rpartition(".")[2]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
