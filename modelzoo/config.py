"""The TOML that describes a training: what ``zoo train --config`` reads and every run stores."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import tomli_w
from modelzoo_registry import DataError, SpecError, Task, TrainingSpec
from modelzoo_registry.specs import collect
from pydantic import Field


class TrainConfig(TrainingSpec):
    """Say what to train on what, and how: the fields of TrainingSpec beside these."""

    model: str = Field("wide_deep", min_length=1, description="name of the model")
    data: str | None = Field(None, description="path of the training rows")
    target: str | None = Field(None, description="name of the target column")
    task: Task | None = Field(None, description="what to train for; inferred from the target when left out")
    columns: tuple[str, ...] | None = Field(
        None, description="columns to use; for a CSV file without a header line, the names of all its columns in order"
    )
    drop: tuple[str, ...] = Field((), description="columns to leave out")
    settings: dict[str, Any] = Field(default_factory=dict, description="settings of the model")
    regularizers: tuple[str | dict[str, Any], ...] = Field((), description="regularizers, by name or with settings")

    def training(self) -> dict[str, Any]:
        """Return the fields that are about how to train."""
        return {name: getattr(self, name) for name in TrainingSpec.model_fields}


def to_toml(config: TrainConfig) -> str:
    """Return the configuration as TOML; what is not set is left out."""
    return tomli_w.dumps({name: value for name, value in config.model_dump(mode="json").items() if _is_set(value)})


def from_toml(path: Path) -> dict[str, Any]:
    """Read a configuration's fields, unchecked.

    Raises:
        DataError: when the file is not there or not TOML, with the line.
    """
    if not path.is_file():
        raise DataError(f"there is no file {path}")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is not TOML: {error}") from None


def make_config(fields: dict[str, Any], *, source: str) -> TrainConfig:
    """Return the checked configuration.

    Raises:
        SpecError: with every fault.
    """
    faults, config = collect(TrainConfig, fields)
    if config is None:
        raise SpecError(f"{source} cannot be used", faults)
    return config


def _is_set(value: Any) -> bool:
    return value is not None and value not in ([], {})
