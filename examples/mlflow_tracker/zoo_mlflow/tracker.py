"""The hook plugin: one MLflow run a training, and its exports with it.

MLflow is imported when the first training starts, since that takes seconds: ``zoo list`` must not wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from modelzoo_registry import ExportInfo, RunInfo, hookimpl

if TYPE_CHECKING:
    import click

    from .store import Tracked

_RECORDS = ("run.json", "history.json", "train.toml")
"""What is kept of a run's folder; weights are large, and raw rows are somebody's data."""
_CARD = ("README.md", "zoo.json")
"""What is kept of an export's folder."""
_LONGEST = 500
"""Characters of an error that are kept."""


class Tracker:
    """Track every training and its exports with MLflow.

    One object follows all trainings of a process. A run of MLflow carries the id of its training, by which it is found
    again: where an interrupted training goes on, and where a run is exported, in whatever process.
    """

    def __init__(self) -> None:
        self._runs: dict[str, Tracked] = {}
        """By the id of the training."""

    @hookimpl
    def run_started(self, run: RunInfo) -> None:
        """Open a run with all settings, or the one that is there when the training goes on."""
        from .store import Tracked

        found = Tracked.find(run.id) if run.resumed else None
        self._runs[run.id] = found or Tracked.create(run)
        if found:
            found.go_on()

    @hookimpl
    def epoch_ended(self, run: RunInfo, epoch: int, logs: Mapping[str, float]) -> None:
        """Log loss and metrics; the step is the epoch."""
        self._runs[run.id].log(logs, step=epoch)

    @hookimpl
    def run_finished(self, run: RunInfo, metrics: Mapping[str, float]) -> None:
        """Log the metrics of the weights that are kept and the run's records, and end the run."""
        self._runs[run.id].log({f"kept.{name}": value for name, value in metrics.items()}, step=0)
        self._end(run, "FINISHED")

    @hookimpl
    def run_failed(self, run: RunInfo, error: BaseException) -> None:
        """Say why, and end the run as killed by somebody, or failed."""
        if run.id in self._runs:  # else it was stopped before MLflow knew of it
            self._runs[run.id].tag("modelzoo.error", f"{type(error).__name__}: {error}"[:_LONGEST])
            self._end(run, "KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED")

    @hookimpl
    def exported(self, export: ExportInfo) -> None:
        """Say where an export is, and keep its model card and manifest, with the run it comes from."""
        from .store import Tracked

        if export.run_id is None:
            return
        tracked = self._runs.get(export.run_id) or Tracked.find(export.run_id)
        if tracked:  # else it was trained without this plugin
            tracked.tag("modelzoo.export", export.path.resolve())
            tracked.keep(export.path, _CARD, f"exports/{export.path.name}")

    @hookimpl
    def commands(self) -> Sequence[click.Command]:
        """Add ``zoo mlflow-runs``."""
        from .runs import command

        return [command]

    def _end(self, run: RunInfo, status: str) -> None:
        if run.folder:
            self._runs[run.id].keep(run.folder, _RECORDS, "run")
        self._runs[run.id].end(status)
