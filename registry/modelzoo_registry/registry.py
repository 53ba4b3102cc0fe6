"""Find plugins by name, load one at a time, and keep what is broken from harming the rest."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import EntryPoint
from typing import Any, Literal, TypeVar

from . import heavy
from .checks import check
from .contract import mismatch
from .deprecation import warn_of_deprecated
from .entries import KINDS, Kind, PluginEntry, by_name, installed_entry_points, read_entries
from .errors import AmbiguousPluginError, BrokenPluginError, IncompatiblePluginError, UnknownPluginError, in_words
from .heads import normalize
from .suggest import did_you_mean

STRICT_VARIABLE = "MODELZOO_STRICT_PLUGINS"
"""Set to 1, a broken plugin met while listing raises at once."""

State = Literal["ok", "broken", "conflict", "incompatible"]
"""Usable; cannot be loaded; its name is offered twice; built for another version of the contract."""

T = TypeVar("T")


@dataclass(frozen=True)
class PluginStatus:
    """Say how one offered plugin is: usable, or not, and why."""

    entry: PluginEntry
    """Its name, kind and distribution."""
    state: State
    """``ok``, ``broken``, ``conflict``: its name is offered twice, or ``incompatible``: built for another contract."""
    summary: str = ""
    """First line of its docstring."""
    cause: str = ""
    """Why it is not usable, in one line."""
    heavy_import: str = ""
    """``tensorflow`` or ``keras`` when the plugin's module imports it at the top: start-up pays for that."""


class Registry:
    """Know the plugins of this environment, or those of hand-made entry points."""

    def __init__(self, found: Iterable[EntryPoint] | None = None) -> None:
        points = installed_entry_points() if found is None else found
        self.entries: tuple[PluginEntry, ...] = tuple(read_entries(points))
        """All offered plugins, by kind and name."""
        self._loaded: dict[PluginEntry, Any] = {}
        self._failed: dict[PluginEntry, BrokenPluginError] = {}
        self._heavy: dict[PluginEntry, str] = {}

    def names(self, kind: Kind) -> list[str]:
        """Return the names of one kind, sorted, importing nothing."""
        return sorted(by_name(self.entries, kind))

    def find(self, kind: Kind, name: str) -> PluginEntry:
        """Return the one entry of that name or qualified name (``distribution:name``), importing nothing.

        Raises:
            UnknownPluginError: naming what there is and the nearest name.
            AmbiguousPluginError: naming every distribution that offers it.
        """
        found = self._matches(kind, name)
        if not found:
            raise UnknownPluginError(self._unknown(kind, name))
        if len(found) > 1:
            raise AmbiguousPluginError(_ambiguous(found, name))
        return found[0]

    def load(self, kind: Kind, name: str) -> Any:
        """Return the plugin of that name, importing its module only.

        Raises:
            UnknownPluginError: as ``find`` does.
            AmbiguousPluginError: as ``find`` does.
            BrokenPluginError: naming distribution, version and cause; the original exception is chained.
        """
        return self.load_entry(self.find(kind, name))

    def load_entry(self, entry: PluginEntry) -> Any:
        """Return the plugin of an entry, of a hook class its one object; the result, or the failure, is kept."""
        if entry in self._failed:
            raise self._failed[entry].with_traceback(None)  # else it would grow with each time
        if entry not in self._loaded:
            try:
                self._loaded[entry] = self._load(entry)
            except BrokenPluginError as error:
                self._failed[entry] = error
                raise
        return self._loaded[entry]

    def status(self, kind: Kind | None = None) -> list[PluginStatus]:
        """Load every plugin of a kind (or of all), guarded, and say how each is.

        Raises:
            BrokenPluginError: at the first broken one, only when ``MODELZOO_STRICT_PLUGINS`` is 1.
        """
        return [self.status_of(entry) for entry in self.entries if kind in (None, entry.kind)]

    def status_of(self, entry: PluginEntry) -> PluginStatus:
        """Load one plugin, guarded, and say how it is; raises as ``status`` does."""
        rivals = by_name(self.entries, entry.kind)[entry.name]
        try:
            plugin = self.load_entry(entry)
        except BrokenPluginError as error:
            if os.environ.get(STRICT_VARIABLE) == "1":
                raise
            failed: State = "incompatible" if isinstance(error, IncompatiblePluginError) else "broken"
            return PluginStatus(entry, failed, cause=_one_line(error), heavy_import=self._heavy.get(entry, ""))
        state: State = "conflict" if len(rivals) > 1 else "ok"
        cause = _ambiguous(rivals, entry.name) if len(rivals) > 1 else ""
        return PluginStatus(entry, state, summary_of(plugin), cause, self._heavy.get(entry, ""))

    def _matches(self, kind: Kind, name: str) -> list[PluginEntry]:
        distribution, _, short = name.partition(":")
        qualified = normalize(distribution), short
        return [
            entry
            for entry in self.entries
            if entry.kind == kind and (entry.name == name or (normalize(entry.distribution), entry.name) == qualified)
        ]

    def _unknown(self, kind: Kind, name: str) -> str:
        names = self.names(kind)
        listed = ", ".join(names) if names else "none installed"
        elsewhere = [other for other in KINDS if other != kind and self._matches(other, name)]
        hint = f" ({name!r} is a {elsewhere[0]}.)" if elsewhere else did_you_mean(name, names)
        plural = {"model": "Models", "regularizer": "Regularizers", "hook": "Hooks"}[kind]
        return f"no {kind} is called {name!r}.{hint} {plural}: {listed}"

    def _load(self, entry: PluginEntry) -> Any:
        unfit = mismatch(entry.distribution, entry.requirement)
        if unfit:
            raise IncompatiblePluginError(f"{entry.kind} {entry.name!r} of {entry.source} {unfit}")
        before = heavy.loaded()
        try:
            plugin = _guarded(entry, f"cannot be imported from {entry.entry_point.value!r}", entry.entry_point.load)
        finally:
            self._heavy[entry] = next((name for name in heavy.loaded() if name not in before), "")
        self._heavy[entry] = self._heavy[entry] or heavy.held_by(entry.entry_point.module)
        if entry.kind == "hook" and inspect.isclass(plugin):  # made once: what follows a run keeps what it saw
            plugin = _guarded(entry, "cannot be checked", plugin)
        faults = _guarded(entry, "cannot be checked", partial(check, entry.kind, plugin))
        if faults:
            raise BrokenPluginError(f"{entry.kind} {entry.name!r} of {entry.source} {'; '.join(faults)}")
        owner = f"{entry.kind} {entry.name!r} of {entry.source}"
        _guarded(entry, "uses what is deprecated", partial(warn_of_deprecated, plugin, owner))
        return plugin


def _guarded(entry: PluginEntry, failure: str, action: Callable[[], T]) -> T:
    """Return what the action does, and turn whatever it raises into a BrokenPluginError."""
    try:
        with redirect_stdout(sys.stderr):  # a plugin that prints would spoil what programs read, as zoo list --json
            return action()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: a plugin must not end the program that lists it
        raise BrokenPluginError(
            f"{entry.kind} {entry.name!r} of {entry.source} {failure}: {in_words(error)}"
        ) from error


_used: ContextVar[Registry | None] = ContextVar("_used", default=None)


def installed() -> Registry:
    """Return the registry of this environment, read once a process; inside ``using``, the one given there."""
    return _used.get() or of_environment()


@cache
def of_environment() -> Registry:
    """Return what is installed, whatever is used in its place."""
    return Registry()


@contextmanager
def using(registry: Registry) -> Iterator[Registry]:
    """Let ``installed()`` be this registry inside the block, so that a test reaches plugins no distribution offers."""
    token = _used.set(registry)
    try:
        yield registry
    finally:
        _used.reset(token)


def summary_of(plugin: Any) -> str:
    """Return the first line of a plugin's docstring."""
    doc = getattr(plugin, "__doc__", None)
    lines = doc.strip().splitlines() if isinstance(doc, str) else []
    return lines[0] if lines else ""


def _ambiguous(found: list[PluginEntry], name: str) -> str:
    sources = " and ".join(dict.fromkeys(entry.source for entry in found))
    qualified = list(dict.fromkeys(entry.qualified_name for entry in found))
    if len(qualified) == 1:
        return f"{found[0].kind} {name!r} is offered twice by {found[0].source}; its author must rename one"
    return f"{found[0].kind} {name!r} is offered by {sources}. Use {' or '.join(qualified)}"


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
