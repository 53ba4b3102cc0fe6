"""Hold what a model is once it has been trained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import pyarrow as pa
import tensorflow as tf

from .artifacts.run import Facts
from .columns import Encoder, Target
from .columns.encoder import Arrays
from .core.cut import encoder_of
from .core.reconstruct import compared, reconstruct, reconstruction_errors
from .core.score import Scorer
from .training.objective import make_metrics

Prediction = np.ndarray | dict[str, np.ndarray]
"""One value or vector a row; for reconstruction one array a column."""


@dataclass
class Fitted:
    """Hold the core of a trained model, its history, and the facts of its training."""

    facts: Facts
    core: Any
    history: dict[str, list[float]]
    kept: pa.Table | None = None
    """Some raw rows of the training, to try exports on; None of a run from before they were kept."""

    @property
    def encoder(self) -> Encoder:
        """The fitted schema."""
        return self.facts.encoder

    @property
    def target(self) -> Target:
        """What is predicted."""
        return self.facts.target

    @property
    def reconstructs(self) -> bool:
        """Whether it predicts its own inputs."""
        return self.target.task == "reconstruction"

    @property
    def metrics(self) -> dict[str, float]:
        """Loss and metrics of the epoch whose weights were kept: the last one, unless an earlier was taken back.

        Where regularizers changed weights behind the last step, those on validation rows are of the weights then.
        """
        return self._of_kept_epoch | self.facts.final

    @property
    def _of_kept_epoch(self) -> dict[str, float]:
        kept, epochs = self.facts.kept_epoch, len(self.history.get("loss", ()))
        if kept is None:
            return {name: values[-1] for name, values in self.history.items() if values}
        # A callback may write a value of its own at some epochs only; at which, nobody knows.
        return {name: values[kept - 1] for name, values in self.history.items() if len(values) == epochs}

    @cached_property
    def scorer(self) -> Scorer:
        """The compiled core."""
        return Scorer(self.core)

    @cached_property
    def coder(self) -> Scorer:
        """The compiled part of the core up to the code. Raises SpecError when it has none."""
        return Scorer(encoder_of(self.core))

    def predict(self, table: Any) -> Prediction:
        """Return predictions for the rows of a table."""
        return self._predict(self.encoder.encode(table))

    def predict_row(self, row: Mapping[str, Any]) -> Prediction:
        """Return the prediction, an array of one, for a row given as a dict."""
        return self._predict(self.encoder.encode_row(row))

    def _predict(self, inputs: Arrays) -> Prediction:
        if self.reconstructs:
            return reconstruct(self.scorer, self.encoder, inputs)
        return self.target.predictions(self.scorer.score(inputs))

    def reconstruction_errors(self, table: Any) -> np.ndarray:
        """Return how far off each row's reconstruction is, float32 (n,)."""
        return reconstruction_errors(self.scorer, self.encoder, self.encoder.encode(table))

    def evaluate(self, table: Any) -> dict[str, float]:
        """Return the metrics over the rows of a table that has the target, if there is one."""
        inputs = self.encoder.encode(table)
        metrics = make_metrics(self.facts.training.metrics, self.target)
        if self.reconstructs:
            return _measure(compared(self.scorer, self.encoder, inputs), metrics)
        truth = self.target.measured(table.column(self.target.column))
        guesses = self.target.predictions(self.scorer.score(inputs))
        return _measure([(truth, guesses if guesses.ndim == 2 else guesses[:, None])], metrics)


def _measure(pairs: Iterable[tuple[np.ndarray, np.ndarray]], metrics: Sequence[Any]) -> dict[str, float]:
    for metric in metrics:  # an object of the user's would count on from its training
        metric.reset_state()
    # Compiled, since some metrics are slow otherwise. Each set is a function of its own to TensorFlow, which warns
    # of one that is traced again and again.
    update = tf.function(partial(_update, metrics), autograph=False, reduce_retracing=True)
    for truth, guesses in pairs:
        update(tf.constant(truth), tf.constant(guesses))
    return {metric.name: float(metric.result()) for metric in metrics}


def _update(metrics: Sequence[Any], truth: Any, guesses: Any) -> None:
    for metric in metrics:
        metric.update_state(truth, guesses)
