"""Take a model from prepared rows to its fitted state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelzoo_registry import NonFiniteLossError, RegularizerPlugin, RunInfo, TrainingSpec

from ..artifacts.run import Facts, versions
from ..columns import Encoder, Schema
from ..configure import Choice
from ..hooks import RunHooks
from ..runtime import require_tensorflow
from .checkpoints import Checkpoints, Identity, Store
from .chunks import Examples
from .prepared import Prepared

if TYPE_CHECKING:  # these import TensorFlow
    import keras

    from ..fitted import Fitted
    from .train import Trained


@dataclass(frozen=True)
class Outcome:
    """Hold what a training left, and the error it stopped on, if any."""

    fitted: Fitted
    history: keras.callbacks.History
    stopped: NonFiniteLossError | None


@dataclass(frozen=True)
class Job:
    """Hold everything one training needs."""

    model: Choice
    regularizers: Sequence[Choice]
    schema: Schema | None
    rows: Prepared
    spec: TrainingSpec
    decided: Sequence[str]
    """A line on each setting that was left open."""
    callbacks: Sequence[Any]
    folder: Path | None
    """The run to be."""
    hooks: RunHooks

    def run(self, *, logs: Path | None, store: Store | None, say: Callable[[str], None] | None) -> Outcome:
        """Fit the encoder, build the core and train it.

        Args:
            logs: folder for TensorBoard's events, or None.
            store: where checkpoints go, or None.
            say: what writes a line for people; None for silence, progress included.
        """
        speak = say or (lambda _: None)
        notes = [*self.rows.notes, *self.decided]
        encoder, left_out = self.rows.fit_encoder(self.schema)
        notes.extend(left_out)
        rows, valid = self.rows.encode(encoder), self.rows.encode_validation(encoder)
        kept = self.rows.keep(encoder)
        self.rows.let_go()
        for line in notes:
            speak(line)
        checkpoints = Checkpoints(store, Identity.of(self._settings, encoder, rows.count, rows.like))
        for line in checkpoints.notes():
            speak(line)
        require_tensorflow("training")
        self.hooks.started(self._info(encoder, rows, valid, checkpoints))
        trained = self._train(encoder, rows, valid, checkpoints, logs, say)
        fitted = self._fitted(encoder, trained, notes, checkpoints.run_id, rows.count, _count(valid))
        fitted.kept = kept
        return Outcome(fitted, trained.history, trained.stopped)

    def _info(self, encoder: Encoder, rows: Examples, valid: Examples | None, checkpoints: Checkpoints) -> RunInfo:
        """Return what hook plugins are told of this run."""
        return RunInfo(
            id=checkpoints.run_id,
            model=self.model.info,
            task=self.rows.target.task,
            regularizers=tuple(choice.info for choice in self.regularizers),
            training=self.spec.model_dump(mode="json"),
            target=self.rows.target.name,
            schema=encoder.source_schema.model_dump(mode="json", exclude_none=True),
            data=self.rows.provenance.data,
            rows=rows.count,
            validation_rows=_count(valid),
            versions=versions(),
            folder=self.folder,
            resumed=checkpoints.resumed,
        )

    @property
    def _settings(self) -> dict[str, Any]:
        """All that decides the training, beside its rows."""
        return {
            "model": _told(self.model),
            "regularizers": [_told(choice) for choice in self.regularizers],
            "task": self.rows.target.task,
            **self.spec.model_dump(mode="json", exclude={"checkpoint_every"}),
        }

    def _train(
        self,
        encoder: Encoder,
        rows: Examples,
        valid: Examples | None,
        checkpoints: Checkpoints,
        logs: Path | None,
        say: Callable[[str], None] | None,
    ) -> Trained:
        from .assembly import Assembly
        from .train import Followers, train

        regularizers = [(choice.name, self._make(choice)) for choice in self.regularizers]
        parts = Assembly(self.model.name, self.model.plugin(), self.model.spec, regularizers)
        followers = Followers(self.callbacks, self.hooks, checkpoints, logs, say)
        return train(parts, encoder, rows, valid, self.rows.target, self.spec, followers)

    def _make(self, choice: Choice) -> RegularizerPlugin:
        regularizer: RegularizerPlugin = choice.plugin(choice.spec)
        return regularizer

    def _fitted(
        self, encoder: Encoder, trained: Trained, notes: Sequence[str], run_id: str, rows: int, validation_rows: int
    ) -> Fitted:
        from ..fitted import Fitted

        facts = Facts(
            run_id=run_id,
            status="finished" if trained.stopped is None else "stopped",
            target=self.rows.target,
            encoder=encoder,
            schema_given=self.schema is not None,
            training=self.spec,
            own_metrics=_own_metrics(self.spec),
            regularizer_states=trained.regularizer_states,
            engine=trained.engine,
            provenance=self.rows.provenance,
            rows=rows,
            validation_rows=validation_rows,
            streamed=self.rows.streamed,
            notes=(*notes, *trained.notes),
            seconds=trained.seconds,
            kept_epoch=trained.kept_epoch,
            final=trained.final,
        )
        return Fitted(facts=facts, core=trained.core, history=trained.history.history)


def _count(rows: Examples | None) -> int:
    return 0 if rows is None else rows.count


def _told(choice: Choice) -> dict[str, Any]:
    return {"name": choice.entry.qualified_name, **choice.spec.model_dump(mode="json")}


def _own_metrics(spec: TrainingSpec) -> tuple[str, ...]:
    """Return the names of the metrics that were not given by name, but as code."""
    names = spec.model_dump(mode="json")["metrics"] or ()
    return tuple(name for name, given in zip(names, spec.metrics or (), strict=True) if not isinstance(given, str))
