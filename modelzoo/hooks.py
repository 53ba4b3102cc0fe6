"""Call the hook plugins of this environment, one at a time: one that raises harms neither the run nor the others."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from functools import cache
from numbers import Real
from typing import Any

import pluggy
from modelzoo_registry import BrokenPluginError, PluginEntry, RunInfo, installed
from modelzoo_registry import hookspecs as specs
from modelzoo_registry.errors import in_words
from modelzoo_registry.registry import STRICT_VARIABLE

from .notes import tell

_HINT = f"(to raise it instead: {STRICT_VARIABLE}=1)"


class Hooks:
    """Hold one plugin manager a hook plugin, so that each is called on its own.

    What goes wrong with one is told once a process, however often it goes wrong in the same way. With
    ``MODELZOO_STRICT_PLUGINS=1`` it is raised, when all plugins have been told of the moment.
    """

    def __init__(self, report: Callable[[str], None] = tell) -> None:
        self._report = report
        self._managers: dict[PluginEntry, pluggy.PluginManager] = {}
        registry = installed()
        for entry in registry.entries:
            if entry.kind == "hook":
                try:
                    self._managers[entry] = _manager(registry.load_entry(entry))
                except BrokenPluginError as error:
                    self._fail(f"hook {entry.name!r} is passed over: {error}", error)

    def call(self, moment: str, **arguments: Any) -> list[tuple[PluginEntry, Any]]:
        """Call one hook of every plugin; one that raises is told and left out from here on.

        Returns:
            Each plugin that had something to return, with what that was.

        Raises:
            BrokenPluginError: about the first that raised, only when ``MODELZOO_STRICT_PLUGINS`` is 1.
            KeyboardInterrupt: after Ctrl-C, when all plugins have been told of the moment.
        """
        results: list[tuple[PluginEntry, Any]] = []
        failures: list[tuple[str, BaseException]] = []
        interrupt: KeyboardInterrupt | None = None
        for entry, manager in list(self._managers.items()):
            try:
                with redirect_stdout(sys.stderr):  # one that prints would spoil what programs read, as --json
                    results.extend((entry, result) for result in getattr(manager.hook, moment)(**arguments))
            except KeyboardInterrupt as error:  # somebody's wish, no fault: the others are told first
                interrupt = error
            except BaseException as error:  # SystemExit too: a follower of the run must not end it
                del self._managers[entry]
                told = f"hook {entry.name!r} of {entry.source} failed at {moment} and is left out from here on: "
                failures.append((told + in_words(error), error))
        if interrupt is not None:
            raise interrupt
        for message, cause in failures:
            self._fail(message, cause)
        return results

    def _fail(self, message: str, error: BaseException) -> None:
        if os.environ.get(STRICT_VARIABLE) == "1":
            raise BrokenPluginError(message) from error
        _report_once(self._report, f"{message} {_HINT}")


class RunHooks:
    """Tell hook plugins how one training goes: that it starts, each epoch, and that it finished or failed."""

    def __init__(self) -> None:
        self._hooks: Hooks | None = None
        self._arguments: dict[str, Any] = {}
        self._cause: BaseException | None = None
        """What a plugin raised, in strict mode."""

    def started(self, run: RunInfo) -> None:
        """Tell of the start."""
        self._hooks, self._arguments = Hooks(), {"run": run}
        self._tell("run_started")

    def epoch_ended(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Tell of the end of an epoch, counted from 1; what callbacks put beside numbers stays out."""
        numbers = {name: float(value) for name, value in logs.items() if isinstance(value, Real)}
        self._tell("epoch_ended", epoch=epoch, logs=numbers)

    def finished(self, metrics: Mapping[str, float]) -> None:
        """Tell of the end; the run must be in place by then, for plugins may read it."""
        self._tell("run_finished", metrics=dict(metrics))

    @contextmanager
    def telling_failure(self) -> Iterator[None]:
        """Tell of an error that ends the block, if the start was told; the error stays what it is."""
        try:
            yield
        except BaseException as error:
            if isinstance(error, BrokenPluginError):
                error.__cause__ = self._cause or error.__cause__  # Keras hides what an error in an epoch came from
            try:
                self._tell("run_failed", error=error)
            except BrokenPluginError as failure:
                error.add_note(str(failure))
            raise

    def _tell(self, moment: str, **arguments: Any) -> None:
        if self._hooks is None:
            return
        try:
            self._hooks.call(moment, **self._arguments, **arguments)
        except BrokenPluginError as error:
            self._cause = error.__cause__
            raise


@cache
def _report_once(report: Callable[[str], None], line: str) -> None:
    """Write a line for people, once a process: many trainings in one need not repeat it."""
    report(line)


def _manager(plugin: Any) -> pluggy.PluginManager:
    manager = pluggy.PluginManager("modelzoo")
    manager.add_hookspecs(specs)
    manager.register(plugin)
    return manager
