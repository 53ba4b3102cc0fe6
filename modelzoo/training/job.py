"""Take a model from prepared rows to its fitted state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from modelzoo_registry import DataError, NonFiniteLossError, RegularizerPlugin, RunInfo, TrainingSpec

from ..artifacts.run import Facts
from ..columns import Encoder, Schema
from ..columns.target import has_target
from ..configure import Choice
from ..hooks import Hooks
from ..runtime import require_tensorflow
from .chunks import Encoded
from .infer import infer_from
from .rows import Rows

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
    hooks: Hooks
    run: RunInfo

    def tell(self) -> None:
        """Tell hook plugins how the training ended; its run must be in place by then, for they may read it."""
        if self.stopped is None:
            self.hooks.call("run_finished", run=self.run, metrics=self.fitted.metrics)
        else:
            self.hooks.call("run_failed", run=self.run, error=self.stopped)


@dataclass(frozen=True)
class Job:
    """Hold everything one training needs."""

    model: Choice
    regularizers: Sequence[Choice]
    schema: Schema | None
    rows: Rows
    spec: TrainingSpec
    callbacks: Sequence[Any]
    folder: Path | None

    def run(self, *, logs: Path | None, say: Callable[[str], None] | None) -> Outcome:
        """Fit the encoder, build the core and train it.

        Args:
            logs: folder for TensorBoard's events, or None.
            say: what writes a line for people; None for silence, progress included.
        """
        speak = say or (lambda _: None)
        notes = [*self.rows.notes]
        encoder = self._fit_encoder(notes)
        rows = self._encode(encoder, self.rows.train, self.rows.weights)
        valid = self._encode_validation(encoder)
        for line in notes:
            speak(line)
        require_tensorflow("training")
        hooks = Hooks(speak)
        hooks.call("run_started", run=self.info)
        try:
            trained = self._train(encoder, rows, valid, hooks, logs, say)
        except BaseException as error:
            hooks.call("run_failed", run=self.info, error=error)
            raise
        fitted = self._fitted(encoder, trained, notes, validation_rows=0 if valid is None else len(valid.targets))
        return Outcome(fitted, trained.history, trained.stopped, hooks, self.info)

    @property
    def info(self) -> RunInfo:
        """What hook plugins are told of this run."""
        return RunInfo(
            model=self.model.name,
            task=self.rows.target.task,
            settings=self.model.spec.model_dump(mode="json"),
            training=self.spec.model_dump(mode="json"),
            folder=self.folder,
        )

    def _fit_encoder(self, notes: list[str]) -> Encoder:
        schema = self.schema
        if schema is None:
            schema, left_out = infer_from(self.rows)
            notes.extend(left_out)
        return Encoder.fit(schema, self.rows.target.features(self.rows.train))

    def _encode(self, encoder: Encoder, table: pa.Table, weights: np.ndarray | None) -> Encoded:
        return Encoded(encoder.encode(table), self.rows.target.read(table), _short(weights))

    def _encode_validation(self, encoder: Encoder) -> Encoded | None:
        if self.rows.valid is None:
            return None
        try:
            return self._encode_known(encoder, self.rows.valid, self.rows.valid_weights)
        except DataError as error:
            raise type(error)(f"validation: {error.title}", error.faults) from error

    def _encode_known(self, encoder: Encoder, table: pa.Table, weights: np.ndarray | None) -> Encoded:
        """Encode all rows, then leave out those without a target: faults name rows as they were given."""
        target = self.rows.target
        if target.name is None:
            return self._encode(encoder, table, weights)
        known = has_target(table, target.name)
        stand_ins = pa.array(np.where(known, np.arange(known.size), known.argmax()))
        inputs, targets = encoder.encode(table), target.encode(table.column(target.name).take(stand_ins))
        return Encoded(inputs, targets, _short(weights)).take(np.flatnonzero(known))

    def _train(
        self, encoder: Encoder, rows: Encoded, valid: Encoded | None, hooks: Hooks, logs: Path | None, say: Any
    ) -> Trained:
        from .train import Assembly, Followers, train

        regularizers = [(choice.name, self._make(choice)) for choice in self.regularizers]
        parts = Assembly(self.model.name, self.model.plugin(), self.model.spec, regularizers)
        followers = Followers(self.callbacks, hooks, self.info, logs, say)
        return train(parts, encoder, rows, valid, self.rows.target, self.spec, followers)

    def _make(self, choice: Choice) -> RegularizerPlugin:
        regularizer: RegularizerPlugin = choice.plugin(choice.spec)
        return regularizer

    def _fitted(self, encoder: Encoder, trained: Trained, notes: Sequence[str], *, validation_rows: int) -> Fitted:
        from ..fitted import Fitted

        facts = Facts(
            status="finished" if trained.stopped is None else "stopped",
            target=self.rows.target,
            encoder=encoder,
            schema_given=self.schema is not None,
            training=self.spec,
            own_metrics=_own_metrics(self.spec),
            regularizer_states=trained.regularizer_states,
            engine=trained.engine,
            provenance=self.rows.provenance,
            rows=self.rows.train.num_rows,
            validation_rows=validation_rows,
            notes=(*notes, *trained.notes),
            seconds=trained.seconds,
            kept_epoch=trained.kept_epoch,
        )
        return Fitted(facts=facts, core=trained.core, history=trained.history.history)


def _short(weights: np.ndarray | None) -> np.ndarray | None:
    return None if weights is None else weights.astype(np.float32)


def _own_metrics(spec: TrainingSpec) -> tuple[str, ...]:
    """Return the names of the metrics that were not given by name, but as code."""
    names = spec.model_dump(mode="json")["metrics"] or ()
    return tuple(name for name, given in zip(names, spec.metrics or (), strict=True) if not isinstance(given, str))
