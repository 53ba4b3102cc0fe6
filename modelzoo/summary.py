"""Print what a model is: its settings and, once it has been trained, its columns, layers and metrics."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING

import click
from modelzoo_registry import TrainingSpec
from modelzoo_registry.training import time_split

from .artifacts.record import PluginRecord
from .artifacts.run import Facts, LayerRecord, RunRecord
from .columns import Encoder, Target
from .columns.words import count, describe_entry, describe_raw, describe_uses, reads
from .persistence import make_record, record_plugin
from .plot.core import describe_output, is_technical
from .text import print_fields, print_table
from .training.engine import Engine

if TYPE_CHECKING:  # this imports TensorFlow
    from .configure import Choice
    from .fitted import Fitted

_TRAINING = (
    "optimizer", "learning_rate", "schedule", "warmup", "decay_to", "momentum", "wide_optimizer", "wide_learning_rate",
    "clip_norm", "clip_value", "loss", "batch_size", "class_weight", "weight_column", "precision", "seed",
)  # fmt: skip
_WHERE_SET = ("schedule", "warmup", "decay_to", "precision")
"""Those that are passed over at their default."""


def summarize(model: Choice, regularizers: Sequence[Choice], fitted: Fitted | None) -> None:
    """Print a model as it is, trained or not."""
    if fitted is not None:
        print_run(make_record(model, tuple(regularizers), fitted), fitted.history)
        return
    print_title(f"{model.name}, not trained yet")
    print_fields(describe_plugins(record_plugin(model), [record_plugin(choice) for choice in regularizers]))


def print_run(record: RunRecord, history: Mapping[str, Sequence[float]]) -> None:
    """Print the record of a training: settings, target, columns, layers, metrics."""
    print_title(f"{record.model.name} for {record.target.name or record.target.task}")
    print_fields(
        {
            **describe_plugins(record.model, record.regularizers),
            "target": describe_target(record.target),
            **_describe_training(record, epochs=max(map(len, history.values()), default=0)),
        }
    )
    click.echo()
    print_table(("COLUMN", "TYPE", "BECOMES"), _column_rows(record.encoder))
    click.echo()
    if record.layers:
        print_table(("LAYER", "TYPE", "OUTPUT", "PARAMETERS"), _layer_rows(record.layers), numbers=("PARAMETERS",))
    click.echo(f"{count(record.parameters, 'parameter', 'parameters')} in all")
    print_metrics(record.metrics)


def print_metrics(metrics: Mapping[str, float | None]) -> None:
    """Print the metrics of the epoch whose weights were kept: over training rows, and over validation rows if any."""
    names = [name for name in metrics if not name.startswith("val_")]
    validated = any(f"val_{name}" in metrics for name in names)
    rows = [
        (name, _number(metrics[name]), *([_number(metrics.get(f"val_{name}"))] if validated else [])) for name in names
    ]
    click.echo()
    print_table(("METRIC", "TRAINING", "VALIDATION") if validated else ("METRIC", "TRAINING"), rows)


def describe_target(target: Target) -> str:
    """Return the task, and the classes if there are any."""
    name = f"{target.name}: " if target.name else ""
    if not target.labels:
        return f"{name}{target.task}"
    number = f" of {len(target.labels)} classes" if len(target.labels) > 2 else ""
    return f"{name}{target.task}{number} ({', '.join(map(str, target.labels))})"


def print_title(title: str) -> None:
    """Print a line above all others."""
    click.echo(click.style(title, bold=True))
    click.echo()


def describe_plugins(model: PluginRecord, regularizers: Sequence[PluginRecord]) -> dict[str, str]:
    """Return fields for the model and its regularizers, in the order these act."""
    numbered = len(regularizers) > 1
    return {"model": _describe_plugin(model)} | {
        f"regularizer {place}" if numbered else "regularizer": _describe_plugin(regularizer)
        for place, regularizer in enumerate(regularizers, start=1)
    }


def _describe_plugin(plugin: PluginRecord) -> str:
    """Return a plugin with where it comes from, and its settings."""
    settings = ", ".join(f"{name} = {json.dumps(value)}" for name, value in plugin.settings.items())
    return f"{plugin.name} of {plugin.distribution} {plugin.version}" + (f": {settings}" if settings else "")


def _describe_training(record: RunRecord, epochs: int) -> dict[str, str]:
    """Return fields on how it was trained, and on what."""
    spec = record.training.model_dump(mode="json")
    planned = spec["epochs"] or spec["evals"]
    asked = "" if epochs == planned else f" of {planned:,}"
    examples = f" with {spec['train_examples']:,} examples" if spec["train_examples"] and epochs == planned else ""
    stopped = ", stopped where the loss left the finite numbers" if record.status == "stopped" else ""
    kept = f", weights of epoch {record.kept_epoch}" if record.kept_epoch else ""
    engine = Engine(**record.engine).describe()
    settings = (f"{name} = {json.dumps(spec[name])}" for name in _TRAINING if _says_something(name, spec[name]))
    return {
        "rows": describe_rows(record),
        "epochs": f"{epochs:,}{asked}{examples} in {record.seconds:.1f} s ({engine}){stopped}{kept}",
        "training": ", ".join(settings),
    }


def _says_something(name: str, value: object) -> bool:
    return value is not None and not (name in _WHERE_SET and value == TrainingSpec.model_fields[name].default)


def describe_rows(facts: Facts) -> str:
    """Return how many rows were trained on and whether they were streamed, and how many validated and which."""
    streamed = f", streamed (memory = {facts.training.memory})" if facts.streamed else ""
    if not facts.validation_rows:
        return f"{facts.rows:,}{streamed}"
    return f"{facts.rows:,}, and {facts.validation_rows:,} for validation: {_validation(facts)}{streamed}"


def _validation(facts: Facts) -> str:
    """Say which rows validated."""
    given = facts.training.validation
    by_time = time_split(given)
    if by_time is not None:
        return f"the last {by_time.share:g} by {by_time.column}"
    if isinstance(given, float):
        each_class = bool(facts.target.labels) and not facts.streamed
        return f"{given:g} of {'each class' if each_class else 'all'}, drawn"
    return f"those of {given}" if given else "rows given"


def _column_rows(encoder: Encoder) -> list[tuple[str, str, str]]:
    """Return a row for each raw column, then one for each cross."""
    uses = describe_uses(encoder)
    made: dict[str, list[str]] = {raw.name: [] for raw in encoder.raw}
    crosses = []
    for fitted in encoder.columns:
        column, words = fitted.column, f"{describe_entry(fitted)}{uses.get(fitted.column.name, '')}"
        sources = reads(column)
        if fitted.kind == "crossed":
            crosses.append((column.name, "cross", f"{words}: {' × '.join(sources)}"))
        else:
            made[sources[0]].append(words)
    return [*((raw.name, describe_raw(raw), "; ".join(made[raw.name])) for raw in encoder.raw), *crosses]


def _layer_rows(layers: Sequence[LayerRecord]) -> list[tuple[str, str, str, str]]:
    """Return a row for each layer that does more than handing values on."""
    return [
        (
            layer.name,
            f"{layer.type}, {layer.detail}" if layer.detail else layer.type,
            describe_output(layer),
            f"{layer.parameters:,}",
        )
        for layer in layers
        if not is_technical(layer) or layer is layers[-1]
    ]


def _number(value: float | None) -> str:
    if value is None or not isfinite(value):
        return "not finite"
    return f"{value:.6g}"
