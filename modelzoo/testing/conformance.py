"""Run all checks of a plugin."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from modelzoo_registry import Kind

from . import effort
from .checks import CHECKS
from .subject import subject_of


def assert_plugin(kind: Kind, plugin: Any, *, thorough: bool | None = None) -> None:
    """Run the checks of a kind, and tell all failures of a stage together: later ones would fail for the same reason.

    Raises:
        AssertionError: with every finding.
    """
    __tracebackhide__ = True
    subject = subject_of(kind, plugin, thorough=effort.thorough() if thorough is None else thorough)
    for _, checks in groupby(CHECKS[kind], key=lambda check: check.stage):
        failures = []
        for check in checks:
            try:
                check.run(subject)
            except AssertionError as error:
                failures.append(error)
        if failures:
            raise AssertionError("\n\n".join(map(str, failures))) from failures[0].__cause__
