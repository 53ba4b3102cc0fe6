"""One run in MLflow's store: opened, found again, written to. Imports MLflow."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, Run
from modelzoo_registry import RunInfo

from .flat import parameters, tags, usable

ID = "modelzoo.run"
"""The tag that holds the id of the training."""
EXPERIMENT = "modelzoo"
"""Where runs go when neither MLFLOW_EXPERIMENT_NAME nor MLFLOW_EXPERIMENT_ID says so."""
_MOST_PARAMETERS = 100
"""Of one call, as MLflow has it."""


@dataclass(frozen=True)
class Tracked:
    """Name one run in the store it is in; MLflow's own active run is another matter, and left alone."""

    client: MlflowClient
    id: str

    @classmethod
    def create(cls, run: RunInfo) -> Tracked:
        """Open a run with all settings; one that the user has open becomes its parent."""
        client, given = MlflowClient(), tags(run)
        if parent := mlflow.active_run():
            given["mlflow.parentRunId"] = parent.info.run_id
        name = run.folder.name if run.folder else run.model.name
        made = client.create_run(experiment_id(client), run_name=name, tags=given)
        tracked = cls(client, made.info.run_id)
        settings = [Param(name, value) for name, value in parameters(run).items()]
        for first in range(0, len(settings), _MOST_PARAMETERS):
            client.log_batch(tracked.id, params=settings[first : first + _MOST_PARAMETERS])
        client.log_dict(tracked.id, dict(run.schema), "schema.json")
        return tracked

    @classmethod
    def find(cls, run_id: str) -> Tracked | None:
        """Return the run of a training, in whichever experiment it is."""
        client = MlflowClient()
        found = client.search_runs(experiment_ids(client), f"tags.`{ID}` = '{run_id}'", max_results=1)
        return cls(client, found[0].info.run_id) if found else None

    def go_on(self) -> None:
        """Open it again."""
        self.client.update_run(self.id, status="RUNNING")

    def log(self, values: Mapping[str, float], step: int) -> None:
        """Log metrics."""
        now = int(time.time() * 1000)
        self.client.log_batch(self.id, [Metric(usable(name), value, now, step) for name, value in values.items()])

    def tag(self, name: str, value: Any) -> None:
        """Set a tag."""
        self.client.set_tag(self.id, name, str(value))

    def keep(self, folder: Path, names: tuple[str, ...], under: str) -> None:
        """Keep those of the files of a folder that are there."""
        for path in (folder / name for name in names):
            if path.is_file():
                self.client.log_artifact(self.id, str(path), under)

    def end(self, status: str) -> None:
        """Close it."""
        self.client.set_terminated(self.id, status)


def experiment_id(client: MlflowClient) -> str:
    """Return the experiment that the environment names, made when it is not there; set_experiment sets it too."""
    if given := os.environ.get("MLFLOW_EXPERIMENT_ID"):
        return given
    name = os.environ.get("MLFLOW_EXPERIMENT_NAME") or EXPERIMENT
    found = client.get_experiment_by_name(name)
    return str(found.experiment_id if found else client.create_experiment(name))


def experiment_ids(client: MlflowClient) -> list[str]:
    """Return all experiments."""
    return [experiment.experiment_id for experiment in client.search_experiments()]


def newest(most: int) -> list[Run]:
    """Return the runs of trainings, the newest first, of all experiments."""
    client = MlflowClient()
    found: list[Run] = client.search_runs(
        experiment_ids(client), f"tags.`{ID}` != ''", max_results=most, order_by=["attributes.start_time DESC"]
    )
    return found
