"""Be the items of ``pytest --modelzoo-plugins``: one check of one installed plugin each."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from modelzoo_registry import BrokenPluginError, PluginEntry, installed

from . import effort
from .check import Check
from .checks import CHECKS
from .subject import Subject, installed_subject

ROOT = "modelzoo-plugins"


class CheckItem(pytest.Item):
    """Run one check of one plugin."""

    def __init__(self, *, entry: PluginEntry, check: Check, **options: Any) -> None:
        super().__init__(**options)
        self.entry, self.check = entry, check
        self.add_marker(pytest.mark.xdist_group(f"{ROOT} {entry.qualified_name}"))

    def runtest(self) -> None:
        """Run it; of a plugin that is broken, the first check says so."""
        check_installed(self.entry, self.check)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return advice as it is written, and the traceback of what it started from, if anything."""
        error = excinfo.value
        if isinstance(error, AssertionError) and error.__cause__ is None:
            return str(error)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return what stands in the heads of reports."""
        return self.path, None, f"{self.entry.name}: {self.check.name}"


class InstalledPlugin(pytest.Collector):
    """Collect the checks of one plugin."""

    def __init__(self, *, entry: PluginEntry, **options: Any) -> None:
        super().__init__(**options)
        self.entry = entry

    def collect(self) -> Iterator[CheckItem]:
        """Return an item for each check; nothing of the plugin is imported for that."""
        for check in checks_of(self.entry):
            yield CheckItem.from_parent(self, name=check.name, entry=self.entry, check=check)


class InstalledPlugins(pytest.Collector):
    """Collect every installed plugin."""

    def collect(self) -> Iterator[InstalledPlugin]:
        """Return a collector for each."""
        for entry, name in named_entries():
            yield InstalledPlugin.from_parent(self, name=name, nodeid=f"{ROOT}::{name}", entry=entry)


def items_of(session: pytest.Session) -> Iterator[pytest.Item]:
    """Return all items, beside those of files."""
    yield from session.genitems(InstalledPlugins.from_parent(session, name=ROOT, nodeid=ROOT))


def named_entries() -> Iterator[tuple[PluginEntry, str]]:
    """Return every installed plugin, with the shortest name that no other has."""
    entries = installed().entries
    for entry in entries:
        taken = [other for other in entries if other.name == entry.name]
        yield entry, entry.name if len(taken) == 1 else f"{entry.kind} {entry.qualified_name}"


def checks_of(entry: PluginEntry) -> list[Check]:
    """Return the checks of an installed plugin; of regularizers without "models", each of which meets them itself."""
    return [check for check in CHECKS[entry.kind] if check.name != "models"]


def check_installed(entry: PluginEntry, check: Check) -> None:
    """Run a check of an installed plugin; of one that is broken, the first check says so, and others are skipped.

    Raises:
        AssertionError: with every finding.
    """
    __tracebackhide__ = True
    try:
        subject = _subject(entry)
    except BrokenPluginError as error:
        if check is not CHECKS[entry.kind][0]:
            pytest.skip(f"it is broken: see {CHECKS[entry.kind][0].name!r}")
        raise AssertionError(f"{error}\n  Mend that first: nothing else can be checked.") from error
    check.run(subject)


@cache
def _subject(entry: PluginEntry) -> Subject:
    return installed_subject(entry, thorough=effort.thorough())
