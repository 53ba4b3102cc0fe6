"""Turn a fitted model into a run folder and back: settings through the registry, then weights; no code is stored."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelzoo_registry import TrainingSpec, installed
from modelzoo_registry.entries import by_name

from .artifacts.checkpoint import CHECKPOINTS
from .artifacts.checksums import read_steadily, write_sums
from .artifacts.kept_rows import KEPT, read_kept, write_rows
from .artifacts.record import PluginRecord
from .artifacts.run import CONFIG, Facts, RunRecord, read_record, versions, write_record
from .artifacts.weights import read_weights, save_weights, set_weights
from .config import TrainConfig, to_toml
from .configure import Choice, configure
from .model import Model
from .notes import tell
from .runtime import require_tensorflow

if TYPE_CHECKING:  # this imports TensorFlow
    from .fitted import Fitted


def write_run(folder: Path, model: Choice, regularizers: tuple[Choice, ...], fitted: Fitted) -> None:
    """Write everything of a run into a folder (logs and a checkpoint may be there already), checksums last."""
    write_record(folder, make_record(model, regularizers, fitted), fitted.history)
    save_weights(fitted.core, folder)
    if fitted.kept is not None:
        write_rows(fitted.kept, folder / KEPT)
    (folder / CONFIG).write_text(to_toml(_config(model, regularizers, fitted.facts)), encoding="utf-8")
    write_sums(folder, but=CHECKPOINTS)


def restore(path: str | PathLike[str]) -> Model:
    """Return the model of a run; see ``modelzoo.load``."""
    folder = Path(path)
    # The weights too before TensorFlow takes its seconds to start: the folder may be replaced in these.
    (record, history), weights, kept = read_steadily(
        folder, lambda: (read_record(folder), read_weights(folder), read_kept(folder))
    )
    chosen, regularizers = configure(
        _name(record.model), record.model.settings, [{"name": _name(r), **r.settings} for r in record.regularizers]
    )
    require_tensorflow("loading a run")
    from .fitted import Fitted

    schema = record.encoder.source_schema if record.schema_given else None
    model = Model(chosen, regularizers, schema)
    core = _core(record, chosen, regularizers)
    set_weights(core, weights, folder)
    if record.own_metrics:
        told = ", ".join(map(repr, record.own_metrics))
        tell(f"evaluate leaves out what was measured by code of your own, which a run does not store: {told}")
    facts = record.model_copy(update={"training": _without_code(record), "own_metrics": ()})
    model.adopt(Fitted(facts=facts, core=core, history=history, kept=kept))
    return model


def record_plugin(choice: Choice) -> PluginRecord:
    """Return what is stored of a chosen plugin."""
    settings = choice.spec.model_dump(mode="json")
    entry = choice.entry
    return PluginRecord(name=entry.name, distribution=entry.distribution, version=entry.version, settings=settings)


def make_record(model: Choice, regularizers: tuple[Choice, ...], fitted: Fitted) -> RunRecord:
    """Return all that is stored of a fitted model but its weights and history."""
    from .core.trace import trace

    return RunRecord(
        **{name: getattr(fitted.facts, name) for name in Facts.model_fields},
        model=record_plugin(model),
        regularizers=tuple(record_plugin(choice) for choice in regularizers),
        metrics=fitted.metrics,
        parameters=fitted.core.count_params(),
        layers=trace(fitted.core),
        versions=versions(),
    )


def _config(model: Choice, regularizers: tuple[Choice, ...], facts: Facts) -> TrainConfig:
    raw = [raw.name for raw in facts.encoder.raw]
    names = facts.provenance.names or ()
    return TrainConfig(
        **_without_code(facts).model_dump(),
        model=_name_to_repeat(model),
        data=facts.provenance.data,
        target=facts.target.name,
        task=facts.target.task,
        columns=names or tuple(raw),
        drop=tuple(name for name in names if name not in (*raw, facts.target.name)),
        settings=model.spec.model_dump(mode="json"),
        regularizers=tuple({**choice.as_settings(), "name": _name_to_repeat(choice)} for choice in regularizers),
        schema=facts.encoder.source_schema.model_dump(mode="json", exclude_none=True) if facts.schema_given else None,
    )


def _name_to_repeat(choice: Choice) -> str:
    """Return the plugin's name, qualified only where another distribution offers it too."""
    rivals = by_name(installed().entries, choice.entry.kind)[choice.name]
    return choice.name if len(rivals) == 1 else choice.entry.qualified_name


def _name(plugin: PluginRecord) -> str:
    """Return the qualified name: another distribution's plugin of the same name is another plugin."""
    return f"{plugin.distribution}:{plugin.name}"


def _core(record: RunRecord, model: Choice, regularizers: list[Choice]) -> Any:
    """Build the core of a run anew, as its training did: what the plugin drew in ``build``, it draws again."""
    from .training.assembly import Assembly, assemble
    from .training.precision import computing_in
    from .training.seeding import seeded

    made = [(choice.name, choice.plugin(choice.spec)) for choice in regularizers]
    for (_, regularizer), state in zip(made, record.regularizer_states, strict=True):
        regularizer.restore(state)
    with seeded(record.training.seed), computing_in(record.training.precision):
        core, _ = assemble(Assembly(model.name, model.plugin(), model.spec, made), record.encoder, record.target)
    return core


def _without_code(facts: Facts) -> TrainingSpec:
    """Return the training's settings without metrics that were functions or Keras objects, which no file holds."""
    kept = tuple(metric for metric in _metric_names(facts) if metric not in facts.own_metrics)
    return facts.training.model_copy(update={"metrics": kept or None}) if facts.own_metrics else facts.training


def _metric_names(facts: Facts) -> tuple[str, ...]:
    return tuple(facts.training.model_dump(mode="json")["metrics"] or ())
