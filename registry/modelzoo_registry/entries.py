"""Read what installed distributions offer, from their metadata alone: nothing of theirs is imported."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, distributions, entry_points
from typing import Any, Literal

from .heads import Head, normalize, read_head

Kind = Literal["model", "regularizer", "hook"]
"""What a plugin is."""

GROUPS: Mapping[str, Kind] = {
    "modelzoo.models": "model",
    "modelzoo.regularizers": "regularizer",
    "modelzoo.hooks": "hook",
}
"""The entry-point groups, and the kind of plugin each holds."""

KINDS: tuple[Kind, ...] = tuple(GROUPS.values())


@dataclass(frozen=True)
class PluginEntry:
    """Name one offered plugin: what it is called, who offers it, and where its object is."""

    kind: Kind
    """``model``, ``regularizer`` or ``hook``."""
    name: str
    """What it is called: the name of its entry point."""
    distribution: str
    """The distribution that offers it; ``unknown`` where the metadata does not say."""
    version: str
    """The version of that distribution; empty where the metadata does not say."""
    entry_point: EntryPoint
    """Where its object is."""
    requirement: str = ""
    """What its distribution asks for of modelzoo-registry, as its metadata has it; empty where it does not say."""

    @property
    def qualified_name(self) -> str:
        """``distribution:name``, which settles a conflict."""
        return f"{self.distribution}:{self.name}"

    @property
    def source(self) -> str:
        """``distribution version``, for messages."""
        return f"{self.distribution} {self.version}".strip()


class GivenEntryPoint(EntryPoint):
    """Offer an object there is already, of no distribution, as an entry point of a kind would."""

    given: Any

    def __init__(self, kind: Kind, name: str, given: Any) -> None:
        (group,) = (group for group, known in GROUPS.items() if known == kind)
        where = getattr(given, "__module__", "") or "unknown"
        super().__init__(name, f"{where}:{getattr(given, '__name__', type(given).__name__)}", group)
        vars(self).update(given=given)  # as its base does: instances take no attributes

    def load(self) -> Any:
        """Return the object."""
        return self.given


def installed_entry_points() -> list[EntryPoint]:
    """Return the entry points of our groups, from one pass over the installed distributions."""
    try:
        everything = entry_points()
        return [found for group in GROUPS for found in everything.select(group=group)]
    except Exception:  # one unreadable entry_points.txt, of whichever package, ends that pass
        return [found for distribution in _first_of_each() for found in _readable(distribution)]


def _first_of_each() -> Iterable[Distribution]:
    """Return the installed distributions; of one that is there twice, the one that is imported."""
    found: dict[str, Distribution] = {}
    for distribution in distributions():
        found.setdefault(normalize(read_head(distribution).name), distribution)
    return found.values()


def _readable(distribution: Distribution) -> Iterable[EntryPoint]:
    try:
        return distribution.entry_points
    except Exception as error:
        head = read_head(distribution)
        warnings.warn(
            f"{head.name} {head.version} is passed over: its entry_points.txt cannot be read: {error}", stacklevel=2
        )
        return ()


def read_entries(found: Iterable[EntryPoint]) -> list[PluginEntry]:
    """Turn entry points into plugin entries, sorted by kind and name."""
    heads: dict[int, Head] = {}
    entries = [_entry(point, heads) for point in found if point.group in GROUPS]
    return sorted(entries, key=lambda e: (KINDS.index(e.kind), e.name, normalize(e.distribution)))


def by_name(entries: Iterable[PluginEntry], kind: Kind) -> dict[str, list[PluginEntry]]:
    """Group the entries of one kind by name; more than one entry under a name is a conflict."""
    names: defaultdict[str, list[PluginEntry]] = defaultdict(list)
    for entry in entries:
        if entry.kind == kind:
            names[entry.name].append(entry)
    return dict(names)


def _entry(point: EntryPoint, heads: dict[int, Head]) -> PluginEntry:
    if point.dist is None:
        head = Head("unknown", "")
    else:
        key = id(point.dist)
        if key not in heads:
            heads[key] = read_head(point.dist)
        head = heads[key]
    return PluginEntry(GROUPS[point.group], point.name, head.name, head.version, point, head.requirement)
