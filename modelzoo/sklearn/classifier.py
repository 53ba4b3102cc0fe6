"""The zoo's models as a classifier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Any, Self

import numpy as np
from modelzoo_registry import DataError, Fault, Task
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets

from ..columns.schema import Schema
from ..configure import RegularizerChoice
from .estimator import ZooEstimator
from .reading import read_features, read_target, read_weights, target_name


class ZooClassifier(ClassifierMixin, ZooEstimator):
    """Tell classes apart by a model of the zoo, from arrays of numbers or from raw frames.

    Labels are text, numbers or booleans.

    Args:
        class_weight: ``balanced``, or weights by label; None weighs them alike.

    All other parameters are those of ``ZooEstimator``.

    Attributes:
        classes_: the labels in the order of the probabilities, (classes,).
    """

    def __init__(
        self,
        model: str = "dnn",
        *,
        settings: Mapping[str, Any] | None = None,
        regularizers: Iterable[RegularizerChoice] = (),
        schema: Schema | Mapping[str, Any] | str | PathLike[str] | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        optimizer: str = "adam",
        learning_rate: float = 1e-3,
        validation: float | str | None = None,
        class_weight: Mapping[Any, float] | str | None = None,
        training: Mapping[str, Any] | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        super().__init__(
            model,
            settings=settings,
            regularizers=regularizers,
            schema=schema,
            epochs=epochs,
            batch_size=batch_size,
            optimizer=optimizer,
            learning_rate=learning_rate,
            validation=validation,
            training=training,
            random_state=random_state,
            verbose=verbose,
        )
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803  (scikit-learn's name)
        """Train, and return the estimator.

        Args:
            X: a pandas, polars or pyarrow frame; or an array (n, d) of numbers, NaN for missing ones.
            y: the labels (n,).
            sample_weight: what each row weighs in the loss (n,); None weighs them alike.

        Raises:
            SpecError: with every fault of the parameters.
            ValueError: about the rows, labels or weights; also when they are all of one class.
        """
        table = read_features(self, X, reset=True)
        labels = read_target(self, X, y, numeric=False)
        check_classification_targets(labels)
        classes = np.unique(labels)
        _check_classes(labels, classes, sample_weight)
        task: Task = "binary" if len(classes) == 2 else "multiclass"
        named = target_name(y, table)
        self._train(table, labels, task, sample_weight, target=named, class_weight=self.class_weight)
        self.classes_ = classes
        return self

    def predict_proba(self, X: Any) -> np.ndarray:  # noqa: N803  (as above)
        """Return the probability of each class, float32 (n, classes), in the order of ``classes_``.

        Raises:
            NotFittedError: scikit-learn's, before ``fit``.
            ValueError: about rows that are not as those of the training.
        """
        table = self._read(X)
        found = np.asarray(self.model_.predict(table))
        return found if found.ndim == 2 else np.stack([1 - found, found], axis=1)

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803  (as above)
        """Return the most probable label of each row, (n,). Raises as ``predict_proba`` does."""
        likeliest = np.argmax(self.predict_proba(X), axis=1)
        labels: np.ndarray = self.classes_[likeliest]
        return labels


def _check_classes(labels: np.ndarray, classes: np.ndarray, sample_weight: Any) -> None:
    """Refuse what a classifier cannot learn from: one class, or text that means a missing one."""
    weights = None if sample_weight is None else read_weights(sample_weight, len(labels))
    found = classes if weights is None else np.unique(labels[weights > 0])
    if len(found) < 2:
        where = "" if weights is None else " among the rows that weigh something"
        fault = Fault("y", f"two classes belong here. Received one class{where}: {found.tolist()[0]!r}")
        raise DataError("there is nothing to learn", [fault])
    if "" in classes.tolist():
        fault = Fault("y", "an empty text means that the label is missing: give the class a name")
        raise DataError("the labels cannot be used", [fault])
