"""The TOML that describes a training: what ``zoo train --config`` reads and every run stores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tomli_w
from modelzoo_registry import AmbiguousPluginError, Fault, SpecError, Task, TrainingSpec, UnknownPluginError
from modelzoo_registry.specs import collect
from pydantic import Field

from .configure import configure
from .toml import write_columns

PLUGIN_FIELDS = ("model", "settings", "regularizers")
"""The fields that choose plugins and set them up."""


class TrainConfig(TrainingSpec):
    """Say what to train on what, and how: the fields of TrainingSpec beside these."""

    model: str = Field("", description="name of the model")
    data: str | None = Field(None, min_length=1, description="path of the training rows")
    target: str | None = Field(None, min_length=1, description="name of the target column")
    task: Task | None = Field(None, description="what to train for; inferred from the target when left out")
    columns: tuple[str, ...] | None = Field(
        None, description="columns to use; for a CSV file without a header line, the names of all its columns in order"
    )
    drop: tuple[str, ...] = Field((), description="columns to leave out")
    out: str | None = Field(None, min_length=1, description="folder to write the run to; no run stores its own")
    settings: dict[str, Any] = Field(default_factory=dict, description="settings of the model")
    regularizers: tuple[str | dict[str, Any], ...] = Field((), description="regularizers, by name or with settings")
    columns_schema: str | dict[str, Any] | None = Field(
        None, alias="schema", description="what each column is, or the path of a TOML file; inferred when left out"
    )

    def training(self) -> dict[str, Any]:
        """Return the fields that are about how to train."""
        return {name: getattr(self, name) for name in TrainingSpec.model_fields}


def to_toml(config: TrainConfig) -> str:
    """Return the configuration as TOML.

    What is not set is left out, except that no validation is written as 0: ``zoo train`` holds rows back when
    nothing is said.
    """
    fields = {**config.model_dump(mode="json", by_alias=True), "validation": config.validation or 0}
    columns = fields.pop("schema")["columns"] if isinstance(fields["schema"], dict) else None
    table = tomli_w.dumps({name: value for name, value in _without_none(fields).items() if value not in ([], {})})
    return table if columns is None else f"{table}\n[schema]\n{write_columns(columns)}"


def make_config(fields: Mapping[str, Any], *, source: str) -> TrainConfig:
    """Return the configuration, checked together with the settings of the plugins it names.

    Raises:
        SpecError: with every fault.
        UnknownPluginError, AmbiguousPluginError: about the model, when nothing else is wrong.
        BrokenPluginError: when a plugin is installed and cannot be used.
    """
    faults, config = collect(TrainConfig, fields)
    if not any(fault.path.partition(".")[0] in PLUGIN_FIELDS for fault in faults):
        faults += _faults_of_plugins(fields, alone=not faults)
    if faults or config is None:
        raise SpecError(f"{source} cannot be used", faults)
    return config


def _faults_of_plugins(fields: Mapping[str, Any], *, alone: bool) -> list[Fault]:
    named = {name: fields[name] for name in PLUGIN_FIELDS if name in fields}
    config = TrainConfig(**named)
    if not config.model:
        return []
    try:
        configure(config.model, config.settings, config.regularizers)
    except SpecError as error:
        return [_within_settings(fault) for fault in error.faults]
    except (UnknownPluginError, AmbiguousPluginError) as error:
        if alone:
            raise
        return [Fault("model", str(error))]
    return []


def _within_settings(fault: Fault) -> Fault:
    """Say where in a configuration a fault of the model's own settings is."""
    is_elsewhere = fault.path.startswith("regularizers.")
    return fault if is_elsewhere else Fault(f"settings.{fault.path}".rstrip("."), fault.message)


def _without_none(table: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is None, in tables at any depth: TOML has no word for it, and its lack means the default."""
    return {name: _deeper(value) for name, value in table.items() if value is not None}


def _deeper(value: Any) -> Any:
    if isinstance(value, list):
        return [_deeper(item) for item in value]
    return _without_none(value) if isinstance(value, Mapping) else value
