"""Let a hook follow runs."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from modelzoo_registry import BrokenPluginError, NonFiniteLossError
from modelzoo_registry.registry import STRICT_VARIABLE

from ..check import Finding
from ..probe import PROBE
from ..subject import Subject

_ROWS = {"size": [float(row) for row in range(32)], "y": [2.0 * row for row in range(32)]}
_CATCH = "Catch what can go wrong in it: the zoo leaves out a hook that raises, from there on."


def commands(subject: Subject) -> Iterator[Finding]:
    """What it adds to ``zoo`` are click commands with names and help."""
    from ...hooks import Hooks

    try:
        with _strictly():
            added = [command for _, some in Hooks(print).call("commands") for command in some]
    except BrokenPluginError as error:
        yield Finding(f"It raises. {error}", _CATCH)
        return
    for command in added:
        if not isinstance(command, click.Command) or not command.name:
            yield Finding(
                f"commands of {subject.entry.name} returns {command!r}.",
                "Return a list of click commands: @click.command() makes one of a function.",
            )
        elif not command.help:
            yield Finding(f"Its command {command.name!r} has no help.", "Give its function a docstring.")


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
    with suppress(NonFiniteLossError):
        model.fit(**rows, epochs=1, loss=_not_a_number)
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
