"""Train a plugin under test on a small table, once for all the checks that look at what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from modelzoo_registry import Task, installed

from .. import build, load, load_export
from ..model import Model
from .check import doing
from .cores import table_of
from .probe import PROBE
from .subject import Subject
from .tables import Table

EPOCHS = 12
"""128 rows by 16 make eight steps each: less than a second, and enough to see a loss fall."""
_EXPORTABLE = "Compute with Keras' layers and keras.ops alone: what is TensorFlow's own, ONNX may not have."
_SETTINGS: dict[str, Any] = {"batch_size": 16, "learning_rate": 0.01, "verbose": 0}


@dataclass(frozen=True, eq=False)
class Trained:
    """Hold a trained model, the table it was trained on, and the loss of each epoch."""

    model: Model
    table: Table
    losses: Sequence[float]

    @property
    def predictions(self) -> dict[str, np.ndarray]:
        """What the model predicts for its table."""
        return by_column(self.model.predict(dict(self.table.columns)))

    def reloaded(self) -> dict[str, np.ndarray]:
        """Return what the model predicts once it has been saved and loaded."""
        with TemporaryDirectory() as folder, doing("saving and loading"):
            return by_column(load(self.model.save(Path(folder, "run"))).predict(dict(self.table.columns)))

    def exported(self, form: str) -> dict[str, np.ndarray]:
        """Return what its export predicts."""
        with TemporaryDirectory() as folder, doing(f"exporting as {form}", _EXPORTABLE):
            path = self.model.export(folder, formats=form)
            return by_column(load_export(path).predict(dict(self.table.columns)))


@cache
def trained(subject: Subject, task: Task, *, again: bool = False) -> Trained:
    """Return the model, or of a regularizer the kit's own model with it, trained for a task.

    Args:
        subject: the plugin under test.
        task: one of its tasks.
        again: whether it is to be a second training like the first.
    """
    with doing(f"training for {task}{' a second time' if again else ''}"):
        if subject.entry.kind == "model":
            return fit(subject.name, (), table_of(subject), task)
        return fit(PROBE, [subject.name], table_of(subject), task)


def fit(name: str, regularizers: Sequence[str], table: Table, task: Task, *, epochs: int = EPOCHS) -> Trained:
    """Return a model trained on a table, from the seed that is the zoo's default."""
    model = build(name, regularizers=regularizers, schema=table.schema)
    rows, target = table.labelled(task)
    measured: dict[str, Any] = {"validation": 0.25} if any(map(_watches, regularizers)) else {"metrics": []}
    history = model.fit(rows, target=target, task=task, epochs=epochs, **_SETTINGS, **measured)
    return Trained(model, table, history.history["loss"])


def _watches(regularizer: str) -> bool:
    """Whether a regularizer follows rows held back; for others nothing is measured, which would take time."""
    plugin = installed().load("regularizer", regularizer)
    return plugin(plugin.Spec()).watched_metric() is not None


def by_column(predictions: Any) -> dict[str, np.ndarray]:
    """Return predictions by column, as those of reconstruction are."""
    return predictions if isinstance(predictions, dict) else {"prediction": predictions}


def same_bits(values: Mapping[str, np.ndarray], others: Mapping[str, np.ndarray]) -> bool:
    """Whether predictions are equal, bit for bit."""
    return all(
        np.array_equal(others[name], column, equal_nan=column.dtype != object) for name, column in values.items()
    )


def same_numbers(values: Mapping[str, np.ndarray], others: Mapping[str, np.ndarray]) -> bool:
    """Whether an export's predictions are those of its model, within 1e-5."""
    return all(_close(column, others[name]) for name, column in values.items())


def _close(values: np.ndarray, others: np.ndarray) -> bool:
    if values.dtype == object:
        return bool(values.tolist() == others.tolist())
    return bool(np.allclose(others, values, rtol=1e-5, atol=1e-6))
