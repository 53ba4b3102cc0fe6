"""List every moment of a run that a hook plugin can follow, and what it may add.

A hook plugin takes of each moment's arguments those that it wants, by name. What it is given is plain data: names,
numbers, paths, and mappings and sequences of these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pluggy

from .tasks import Task

hookspec = pluggy.HookspecMarker("modelzoo")
hookimpl = pluggy.HookimplMarker("modelzoo")


@dataclass(frozen=True)
class PluginInfo:
    """Say which plugin was chosen, where it comes from, and how it is set up."""

    name: str
    """Its name, as ``build`` takes it."""
    distribution: str
    """The distribution that offers it."""
    version: str
    """The version of that distribution."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """All its settings, those left at their defaults too, as JSON holds them."""


@dataclass(frozen=True, kw_only=True)
class RunInfo:
    """Describe one training; the same object is handed to each of its moments."""

    id: str = field(default_factory=lambda: uuid4().hex)
    """Names this training alone, 32 hexadecimal digits: its run and all exports of it keep it, in whatever process."""
    model: PluginInfo
    """The model that is trained."""
    task: Task
    """What it is trained for."""
    regularizers: tuple[PluginInfo, ...] = ()
    """The regularizers, in the order they act."""
    training: Mapping[str, Any] = field(default_factory=dict)
    """Every field of ``TrainingSpec``, seed included, as JSON holds it; what was left open is decided by now."""
    target: str | None = None
    """The target's column; None for a model that reconstructs its inputs."""
    schema: Mapping[str, Any] = field(default_factory=dict)
    """What each column is, as a schema file holds it: ``{"columns": [{"name": "x", "kind": "numeric", ...}]}``."""
    data: str | None = None
    """Path of the training rows; None for rows handed over in memory."""
    rows: int = 0
    """How many rows are trained on."""
    validation_rows: int = 0
    """How many rows are held back, or given, to validate on."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Versions of Python and of the distributions that train, by name."""
    folder: Path | None = None
    """Where the run will be, once it is finished or has stopped on its loss; None when it is not written."""
    resumed: bool = False
    """Whether it goes on with a training that was interrupted and has told of its start, under the same ``id``."""


@dataclass(frozen=True, kw_only=True)
class ExportInfo:
    """Describe one finished export."""

    run_id: str | None
    """``RunInfo.id`` of the training it comes from, also of another process; None of runs from before they had one."""
    path: Path
    """Its folder, ``.../<UTC timestamp>``; everything is in place by now and has been verified."""
    model: PluginInfo
    """The model that was trained."""
    task: Task
    """What it predicts."""
    forms: tuple[str, ...] = ()
    """What it was written as: ``savedmodel``, ``onnx``."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """Loss and metrics of the training, as ``run_finished`` tells them."""
    manifest: Mapping[str, Any] = field(default_factory=dict)
    """All that its ``zoo.json`` holds: inputs, outputs, labels, files, verification, versions."""


@hookspec
def run_started(run: RunInfo) -> None:
    """Follow the start of a training: rows are encoded, and its first step is next.

    Args:
        run: what is trained on what, and how.
    """


@hookspec
def epoch_ended(run: RunInfo, epoch: int, logs: Mapping[str, float]) -> None:
    """Follow the end of an epoch, its validation included.

    A training that goes on from a checkpoint tells the epochs behind it once more.

    Args:
        run: what ``run_started`` was told.
        epoch: counted from 1.
        logs: loss and metrics by name, on validation rows as ``val_...``; ``learning_rate`` under a schedule.
    """


@hookspec
def run_finished(run: RunInfo, metrics: Mapping[str, float]) -> None:
    """Follow the end of a training that succeeded; ``run.folder`` is written by then.

    Args:
        run: what ``run_started`` was told.
        metrics: loss and metrics of the weights that are kept, which may be those of an earlier epoch than the last.
    """


@hookspec
def run_failed(run: RunInfo, error: BaseException) -> None:
    """Follow the end of a training that did not succeed; each one that is told to start ends in one of these two.

    The loss may have left the finite numbers (then ``run.folder`` is written), somebody may have stopped it, or its
    run could not be written. It may come before this plugin's ``run_started`` has ended, where that was interrupted.

    Args:
        run: what ``run_started`` was told.
        error: why; a KeyboardInterrupt for Ctrl-C and SIGTERM, a NonFiniteLossError for the loss.
    """


@hookspec
def exported(export: ExportInfo) -> None:
    """Follow a finished export, right behind its training or much later, in a process of its own.

    Args:
        export: what was written where.
    """


@hookspec
def commands() -> Sequence[Any]:
    """Return click commands to add to ``zoo``; asked for help, and for names that are none of its own.

    Returns:
        Objects of ``click.Command``, each with a name of its own.
    """
    return ()
