"""Let a hook follow runs."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from modelzoo_registry import BrokenPluginError, NonFiniteLossError
from modelzoo_registry.registry import STRICT_VARIABLE

from ...commands import take
from ..check import Finding
from ..probe import PROBE
from ..subject import Subject

_ROWS = {"size": [float(row) for row in range(32)], "y": [2.0 * row for row in range(32)]}
_CATCH = "Catch what can go wrong in it: the zoo leaves out a hook that raises, from there on."
_COMMANDS = "Return a list of click commands, each with a name of its own: @click.command() makes one of a function."


def commands(subject: Subject) -> Iterator[Finding]:  # noqa: ARG001  (it is in the registry that is used)
    """What it adds to ``zoo`` is a list of click commands, with help and with names that are not taken."""
    from ...hooks import Hooks

    try:
        with _strictly():
            offers = Hooks(print).call("commands")
    except BrokenPluginError as error:
        yield Finding(f"It raises. {error}", _CATCH)
        return
    found: dict[str, click.Command] = {}
    for entry, offered in offers:
        for line in take(f"hook {entry.name!r}", offered, found):
            yield Finding(f"In zoo {line}.", _COMMANDS)
    for name, command in found.items():
        if not command.help:
            yield Finding(f"Its command {name!r} has no help.", "Give its function a docstring.")


def follows(subject: Subject) -> Iterator[Finding]:
    """It follows a training, one that fails, and an export, and raises nothing."""
    with TemporaryDirectory(prefix=subject.entry.name) as folder, _strictly():
        try:
            _runs(Path(folder))
        except BrokenPluginError as error:
            yield Finding(f"It raises. {error}", _CATCH)


def _runs(folder: Path) -> None:
    """Train, fail to, and export."""
    from ... import build

    model = build(PROBE)
    rows: dict[str, Any] = {"data": _ROWS, "target": "y", "batch_size": 8, "metrics": [], "verbose": 0}
    try:
        model.fit(**rows, epochs=1, loss=_not_a_number)
    except NonFiniteLossError as error:
        for note in getattr(error, "__notes__", ()):  # what a hook raises at run_failed ends no run, but is noted
            raise BrokenPluginError(note) from error
    with warnings.catch_warnings():
        # Keras asks NumPy 2 for the learning rate, which TensorBoard is told, in the old way.
        warnings.filterwarnings("ignore", "__array__ implementation doesn't accept a copy", DeprecationWarning)
        model.fit(**rows, epochs=2, out=folder / "run")
    model.export(folder / "exports", formats="onnx")


def _not_a_number(truth: Any, predicted: Any) -> Any:
    return (truth - predicted) * float("nan")


@contextmanager
def _strictly() -> Iterator[None]:
    """Let what a hook raises go through."""
    before = os.environ.get(STRICT_VARIABLE)
    os.environ[STRICT_VARIABLE] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[STRICT_VARIABLE]
        else:
            os.environ[STRICT_VARIABLE] = before
