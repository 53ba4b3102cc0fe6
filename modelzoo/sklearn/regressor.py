"""The zoo's models as a regressor."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin

from .estimator import ZooEstimator
from .reading import read_features, read_target, target_name


class ZooRegressor(RegressorMixin, ZooEstimator):
    """Predict a number by a model of the zoo, from arrays of numbers or from raw frames.

    Its parameters are those of ``ZooEstimator``.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803  (scikit-learn's name)
        """Train, and return the estimator.

        Args:
            X: a pandas, polars or pyarrow frame; or an array (n, d) of numbers, NaN for missing ones.
            y: the target (n,), numbers.
            sample_weight: what each row weighs in the loss (n,); None weighs them alike.

        Raises:
            SpecError: with every fault of the parameters.
            ValueError: about the rows, targets or weights.
        """
        table = read_features(self, X, reset=True)
        target = read_target(self, X, y, numeric=True)
        self._train(table, target, "regression", sample_weight, target=target_name(y, table))
        return self

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803  (as above)
        """Return the prediction of each row, float64 (n,), in the target's unit.

        Raises:
            NotFittedError: scikit-learn's, before ``fit``.
            ValueError: about rows that are not as those of the training.
        """
        table = self._read(X)
        return np.asarray(self.model_.predict(table))
