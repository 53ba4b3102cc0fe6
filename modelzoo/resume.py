"""Begin trainings that write a run, and go on with those that were interrupted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from modelzoo_registry import ArtifactNotFoundError, Fault, SpecError, Task

from .artifacts.atomic import check_free
from .artifacts.record import RUN
from .artifacts.run import CONFIG
from .artifacts.unfinished import can_go_on, check_begun, unfinished_folder
from .config import TrainConfig, to_toml
from .training.job import Job


@dataclass(frozen=True)
class Asked:
    """Hold what ``fit`` was given about its rows."""

    data: str | None
    """Their path; None for rows in memory."""
    target: str | None
    task: Task | None
    columns: Sequence[str] | None
    drop: Sequence[str]

    def remedy(self, run: Path) -> str:
        """Say how a training goes on that was interrupted."""
        command = f"zoo train --resume {run}" if self.data else "fit with the same arguments and resume=True"
        return f"To go on: {command}"


def check_out(run: Path | None, *, overwrite: bool, resume: bool) -> None:
    """Refuse a place where a training cannot begin, or not go on.

    Raises:
        SpecError: when nothing was written that could be resumed.
        ArtifactExistsError: when something stands there.
        ArtifactNotFoundError: when there is no training to go on with.
    """
    if run is None:
        if resume:
            raise SpecError("the training cannot go on", [Fault("out", "give the run that it was to write")])
        return
    check_free(run, overwrite=overwrite, marker=RUN)
    if not resume:
        check_begun(run, overwrite=overwrite)
    elif not can_go_on(run, marker=RUN):
        raise ArtifactNotFoundError(
            f"there is no training to go on with: {unfinished_folder(run)} is not there, or holds nothing to go on from"
        )


def write_plan(folder: Path, job: Job, asked: Asked) -> None:
    """Write what the training does where ``zoo train --resume`` reads it."""
    config = TrainConfig(
        **job.spec.model_dump(mode="json"),
        model=job.model.entry.qualified_name,
        data=asked.data,
        target=asked.target,
        task=asked.task,
        columns=None if asked.columns is None else tuple(asked.columns),
        drop=tuple(asked.drop),
        settings=job.model.spec.model_dump(mode="json"),
        regularizers=tuple({**one.as_settings(), "name": one.entry.qualified_name} for one in job.regularizers),
        schema=None if job.schema is None else job.schema.model_dump(mode="json", exclude_none=True),
    )
    written = folder / f".{CONFIG}"
    written.write_text(to_toml(config), encoding="utf-8")
    written.replace(folder / CONFIG)  # whole or not there, whenever this is cut short
