"""Say what is minimised and what is measured, by task."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import keras
from modelzoo_registry import Fault, SpecError
from modelzoo_registry.suggest import did_you_mean

from ..columns.target import Target

_LOSSES = {
    "regression": "mean_squared_error",
    "binary": "binary_crossentropy",
    "multiclass": "sparse_categorical_crossentropy",
    "reconstruction": "mean_squared_error",
}


class OneVsRestAUC(keras.metrics.AUC):
    """Average, over the classes, the area under the ROC curve of each class against the rest."""

    def __init__(self, classes: int, name: str) -> None:
        super().__init__(name=name, multi_label=True, num_labels=classes)
        self.classes = classes

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take class ids (batch, 1) and probabilities (batch, classes)."""
        ids = keras.ops.reshape(y_true, (-1,))
        super().update_state(keras.ops.one_hot(ids, self.classes), y_pred, sample_weight)

    def result(self) -> Any:
        """Return the average over the classes that some rows have and others have not.

        Keras counts any other class, for which there is no such area, as 0.
        """
        own, rest = self.true_positives[0], self.false_positives[0]  # at the lowest threshold: all rows
        judged = keras.ops.sum(keras.ops.cast((own > 0) & (rest > 0), self.dtype))
        return super().result() * self.classes / keras.ops.maximum(judged, 1)


def make_loss(loss: Any, target: Target, *, one_hot: bool, weighted: bool = False) -> Any:
    """Return a Keras loss: the task's own for None.

    Args:
        loss: a name, a function of (y_true, y_pred), a Keras loss, or None.
        target: decides the default.
        one_hot: whether a regularizer hands classes on as (batch, classes).
        weighted: whether rows have weights, which a function that returns one number for all cannot follow.

    Raises:
        SpecError: for a name Keras does not know, suggesting the nearest.
    """
    loss = _LOSSES[target.task] if loss is None else loss
    if isinstance(loss, str) and "categorical" in loss and target.task != "multiclass":
        message = f"{loss} compares several classes; leave it out for that of {target.task}"
        raise SpecError("the training cannot be set up like this", [Fault("loss", message)])
    if one_hot and isinstance(loss, str):
        loss = loss.removeprefix("sparse_")
    if isinstance(loss, str):
        return _get("loss", loss, lambda: keras.losses.get(loss), dir(keras.losses))
    is_plain = not isinstance(loss, keras.losses.Loss) and not inspect.isclass(loss)
    return _row_by_row(loss) if weighted and is_plain else loss


def _row_by_row(loss: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse a function that returns one number for a batch: Keras would weigh that one with the mean weight."""

    @functools.wraps(loss)
    def checked(y_true: Any, y_pred: Any) -> Any:
        values = keras.ops.convert_to_tensor(loss(y_true, y_pred))
        if values.shape.rank == 0:
            message = "returns one number for a whole batch; with weights, return one for each row, (batch,)"
            raise SpecError("the training cannot be set up like this", [Fault("loss", message)])
        return values

    return checked


def make_metrics(metrics: Iterable[Any] | None, target: Target) -> list[keras.metrics.Metric]:
    """Return Keras metrics: the task's own for None.

    Raises:
        SpecError: for a name Keras does not know, suggesting the nearest.
    """
    own = _own_metrics(target)
    if metrics is None:
        return [make() for make in own.values()]
    return [_make_metric(metric, own) for metric in metrics]


def _own_metrics(target: Target) -> dict[str, Callable[[], keras.metrics.Metric]]:
    if target.task == "regression":
        # float64: of targets around 1e9 float32 knows the nearest 64 only.
        return {
            "rmse": lambda: keras.metrics.RootMeanSquaredError(name="rmse", dtype="float64"),
            "mae": lambda: keras.metrics.MeanAbsoluteError(name="mae", dtype="float64"),
        }
    if target.task == "reconstruction":
        return {"reconstruction_error": lambda: keras.metrics.MeanSquaredError(name="reconstruction_error")}
    if target.task == "binary":
        return {
            "accuracy": lambda: keras.metrics.BinaryAccuracy(name="accuracy"),
            "auc": lambda: keras.metrics.AUC(name="auc"),
            "log_loss": lambda: keras.metrics.BinaryCrossentropy(name="log_loss"),
        }
    return {
        "accuracy": lambda: keras.metrics.SparseCategoricalAccuracy(name="accuracy"),
        "auc": lambda: OneVsRestAUC(target.units, name="auc"),
        "log_loss": lambda: keras.metrics.SparseCategoricalCrossentropy(name="log_loss"),
    }


def _make_metric(metric: Any, own: dict[str, Callable[[], keras.metrics.Metric]]) -> keras.metrics.Metric:
    if isinstance(metric, str):
        if metric in own:
            return own[metric]()
        # Named as the user named it: Keras' own names count on, precision_1, precision_2, ...
        named = {"class_name": metric, "config": {"name": metric}}
        return _get("metrics", metric, lambda: keras.metrics.get(named), [*own, *dir(keras.metrics)])
    if inspect.isclass(metric):
        metric = metric()
    if isinstance(metric, keras.metrics.Metric):
        return metric
    return keras.metrics.MeanMetricWrapper(metric, name=getattr(metric, "__name__", type(metric).__name__))


def _get(path: str, name: str, get: Callable[[], Any], known: Iterable[str]) -> Any:
    try:
        return get()
    except (ValueError, TypeError):  # TypeError: a class that wants arguments
        suggestion = did_you_mean(name, sorted({found for found in known if found[0] != "_"} - {name}))
        raise SpecError(
            "the training cannot be set up like this",
            [Fault(path, f"Keras has no {name!r} that works by its name alone.{suggestion}")],
        ) from None
