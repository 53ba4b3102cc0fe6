"""Hold what a model is once it has been trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .artifacts.run import Facts
from .columns import Encoder, Target
from .core.score import Scorer, to_prediction
from .training.objective import make_metrics


@dataclass
class Fitted:
    """Hold the core of a trained model, its history, and the facts of its training."""

    facts: Facts
    core: Any
    history: dict[str, list[float]]

    @property
    def encoder(self) -> Encoder:
        """The fitted schema."""
        return self.facts.encoder

    @property
    def target(self) -> Target:
        """What is predicted."""
        return self.facts.target

    @cached_property
    def scorer(self) -> Scorer:
        """The compiled core."""
        return Scorer(self.core)

    @property
    def last_metrics(self) -> dict[str, float]:
        """Loss and metrics of the last epoch."""
        return {name: values[-1] for name, values in self.history.items() if values}

    def predict(self, table: Any) -> np.ndarray:
        """Return predictions for the rows of a table."""
        return to_prediction(self.scorer.score(self.encoder.encode(table)), self.target)

    def evaluate(self, table: Any) -> dict[str, float]:
        """Return the metrics over the rows of a table that has the target."""
        truth = self.target.measured(table.column(self.target.name))
        guesses = self.predict(table)
        return _measure(truth, guesses if guesses.ndim == 2 else guesses[:, None], self._metrics())

    def _metrics(self) -> Sequence[Any]:
        return make_metrics(self.facts.training.metrics, self.target)


def _measure(truth: np.ndarray, guesses: np.ndarray, metrics: Sequence[Any]) -> dict[str, float]:
    results = {}
    for metric in metrics:
        metric.reset_state()
        metric.update_state(truth, guesses)
        results[metric.name] = float(metric.result())
    return results
