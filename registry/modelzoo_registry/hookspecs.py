"""List every moment of a run that a hook plugin can follow, and what it may add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pluggy

hookspec = pluggy.HookspecMarker("modelzoo")
hookimpl = pluggy.HookimplMarker("modelzoo")


@dataclass(frozen=True)
class RunInfo:
    """Describe one training: names, settings as plain data, and where it is written (None: nowhere)."""

    model: str
    task: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None


@hookspec
def run_started(run: RunInfo) -> None:
    """Follow the start of a training, before its first step."""


@hookspec
def epoch_ended(run: RunInfo, epoch: int, logs: Mapping[str, float]) -> None:
    """Follow the end of an epoch, counted from 1, with its loss and metrics (``val_...`` on validation rows)."""


@hookspec
def run_finished(run: RunInfo, metrics: Mapping[str, float]) -> None:
    """Follow the end of a training that succeeded, with its last loss and metrics; its folder is written by then."""


@hookspec
def run_failed(run: RunInfo, error: BaseException) -> None:
    """Follow the end of a training that raised."""


@hookspec
def exported(path: Path, manifest: Mapping[str, Any]) -> None:
    """Follow a finished export: its folder and what its ``zoo.json`` holds."""


@hookspec
def commands() -> Sequence[Any]:
    """Return click commands to add to ``zoo``."""
    return ()
