"""Call the hook plugins of this environment, one at a time: one that raises harms neither the run nor the others."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pluggy
from modelzoo_registry import BrokenPluginError, PluginEntry, installed
from modelzoo_registry import hookspecs as specs
from modelzoo_registry.registry import STRICT_VARIABLE


class Hooks:
    """Hold one plugin manager a hook plugin, so that each is called on its own."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._managers: dict[PluginEntry, pluggy.PluginManager] = {}
        registry = installed()
        for entry in registry.entries:
            if entry.kind == "hook":
                try:
                    self._managers[entry] = _manager(registry.load_entry(entry))
                except BrokenPluginError as error:
                    self._fail(f"hook {entry.name!r} is passed over: {error}", error)

    def call(self, moment: str, **arguments: Any) -> list[Any]:
        """Call one hook of every plugin and return the results; a plugin that raises is dropped and reported."""
        results = []
        for entry, manager in list(self._managers.items()):
            try:
                results.extend(getattr(manager.hook, moment)(**arguments))
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # SystemExit too: a follower of the run must not end it
                del self._managers[entry]
                self._fail(
                    f"hook {entry.name!r} of {entry.source} failed at {moment} and is left out from here on: "
                    f"{type(error).__name__}: {error}",
                    error,
                )
        return results

    def _fail(self, message: str, error: BaseException) -> None:
        if os.environ.get(STRICT_VARIABLE) == "1":
            raise BrokenPluginError(message) from error
        self._report(message)


def _manager(plugin: Any) -> pluggy.PluginManager:
    manager = pluggy.PluginManager("modelzoo")
    manager.add_hookspecs(specs)
    manager.register(plugin)
    return manager
