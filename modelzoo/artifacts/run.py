"""The run: the folder a training leaves, from which the model can be rebuilt and the training repeated."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from math import isfinite, nan
from pathlib import Path
from typing import Any, Final, Literal

from modelzoo_registry import ArtifactNotFoundError, TrainingSpec
from pydantic import BaseModel, ConfigDict, Field, RootModel

from ..columns.encoder import Encoder
from ..columns.target import Target
from .checkpoint import has_checkpoint
from .checksums import lists, read_sums, verified
from .json_limits import MOST_OF_A_DESCRIPTION, MOST_OF_AN_ENCODER, parse
from .record import RUN, PluginRecord
from .unfinished import unfinished_folder
from .weights import WEIGHTS

HISTORY = "history.json"
CONFIG = "train.toml"
LOGS = "logs"
FORMAT: Final = 2
"""Counts up when an older version could no longer read a run; of another one nothing is guessed."""


class Provenance(BaseModel):
    """Say what a model was trained on."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    data: str | None = Field(description="path of the training data, or None for data handed over in memory")
    validation: str | None = Field(description="path of the validation data, or None")
    names: tuple[str, ...] | None = Field(description="names given to the columns of a file without a header line")
    text: tuple[str, ...] = Field((), description="names of the columns that held text, the target among them")


class LayerRecord(BaseModel):
    """Describe one call of a layer or operation in the core, or one of its inputs."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    name: str
    type: str = Field(description="name of the class")
    shape: tuple[int | None, ...] = Field(description="shape of its first output, without the batch")
    inputs: tuple[int, ...] = Field(description="places in the list of the calls it reads from")
    parameters: int = 0
    detail: str = Field(default="", description="its activation, or the rate at which it drops units")


class Facts(BaseModel):
    """Hold what a training leaves beside weights and history: plain data all of it."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    run_id: str | None = Field(None, description="names the training alone; None in runs from before it was kept")
    status: Literal["finished", "stopped"]
    target: Target
    encoder: Encoder
    schema_given: bool = Field(description="whether the schema was written by hand; else it was inferred")
    training: TrainingSpec
    own_metrics: tuple[str, ...] = Field((), description="names of the metrics that were functions or Keras objects")
    regularizer_states: tuple[dict[str, Any], ...]
    engine: dict[str, Any]
    provenance: Provenance
    rows: int
    validation_rows: int
    streamed: bool = Field(default=False, description="whether the rows were more than memory was to hold")
    notes: tuple[str, ...]
    seconds: float
    kept_epoch: int | None = Field(None, description="epoch whose weights were taken back; None: those of the last")
    final: dict[str, float] = Field(
        default_factory=dict, description="validation metrics behind what regularizers did after the last step"
    )


class _History(RootModel[dict[str, list[float | None]]]):
    """What ``history.json`` holds."""


class RunRecord(Facts):
    """Hold all of a run but its weights and history; this is ``run.json``."""

    format: Literal[2] = FORMAT
    model: PluginRecord
    regularizers: tuple[PluginRecord, ...]
    metrics: dict[str, float | None]
    parameters: int
    layers: tuple[LayerRecord, ...] = Field(
        default=(), description="the graph of the core; empty in runs from before it was kept"
    )
    versions: dict[str, str]
    created: str = Field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))


def write_record(folder: Path, record: RunRecord, history: dict[str, list[float]]) -> None:
    """Write ``run.json`` and ``history.json``."""
    (folder / RUN).write_text(record.model_dump_json(indent=1) + "\n", encoding="utf-8")
    (folder / HISTORY).write_text(_to_json(history) + "\n", encoding="utf-8")


def read_record(folder: Path) -> tuple[RunRecord, dict[str, list[float]]]:
    """Read a run, verified.

    Raises:
        ArtifactNotFoundError: when there is no run.
        DamagedArtifactError: naming each file that does not match, or what in ``run.json`` does not fit.
    """
    if not (folder / RUN).is_file() and not lists(folder, RUN):
        begun = has_checkpoint(unfinished_folder(folder))
        hint = f"; its training was interrupted: zoo train --resume {folder}" if begun else ""
        raise ArtifactNotFoundError(f"there is no run in {folder}: {RUN} is not there{hint}")
    limits = {RUN: MOST_OF_AN_ENCODER, HISTORY: MOST_OF_A_DESCRIPTION}
    contents = verified(folder, read_sums(folder), needed=(RUN, HISTORY, WEIGHTS), read=limits)
    record = parse(contents[RUN], RunRecord, name=folder / RUN, format=FORMAT)
    return record, _from_json(contents[HISTORY], folder / HISTORY)


def _to_json(history: dict[str, list[float]]) -> str:
    """Return JSON, in which what is not finite is null: JSON has no word for it."""
    finite = {name: [value if isfinite(value) else None for value in values] for name, values in history.items()}
    return json.dumps(finite, indent=1)


def _from_json(text: bytes, path: Path) -> dict[str, list[float]]:
    stored = parse(text, _History, name=path).root
    return {name: [nan if value is None else value for value in values] for name, values in stored.items()}


def versions(*more: str) -> dict[str, str]:
    """Return the versions of what a training ran on, and of further distributions."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    usual = ("modelzoo-keras", "modelzoo-registry", "tensorflow", "tensorflow-cpu", "keras", "numpy", "pyarrow")
    for name in (*usual, *more):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
