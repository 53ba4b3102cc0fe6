"""What the zoo's estimators share: parameters, training on tables, pickling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Any

import numpy as np
import pyarrow as pa
from modelzoo_registry import Fault, SpecError, Task
from modelzoo_registry.suggest import did_you_mean
from modelzoo_registry.training import TRAINING_FIELDS
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from ..columns.schema import Schema, make_schema
from ..configure import RegularizerChoice, configure
from ..model import Model
from .parameters import NestedParameters
from .pickled import from_files, to_files
from .reading import free_name, read_features, read_weights

_ELSEWHERE = {"seed": "random_state=...", "weight_column": "fit(..., sample_weight=...)"}
"""Fields of ``TrainingSpec`` that scikit-learn has words of its own for."""


class ZooEstimator(NestedParameters):
    """Train a model of the zoo by scikit-learn's conventions.

    Args:
        model: a model plugin, or ``distribution:name``.
        settings: the model's own settings, such as ``{"hidden": [64, 32]}``; searched as ``settings__hidden``.
        regularizers: names, or dicts of a ``name`` and settings, in the order they act; searched whole, or one
            setting of one as ``regularizers__dropout__rate``.
        schema: what the columns are, as ``modelzoo.build`` takes it; None infers it in ``fit``.
        epochs: how often every row is seen; None decides by their number.
        batch_size: rows in one update; None decides by their number.
        optimizer: a name ``TrainingSpec`` knows.
        learning_rate: step size of the optimizer.
        validation: fraction of the rows held back to measure on, or ``time:column``; None for none.
        training: any further fields of ``TrainingSpec``; searched as ``training__clip_norm``.
        random_state: decides the split, the shuffling, the weights and all noise: a whole number is the zoo's
            ``seed``, None draws another one each time.
        verbose: 0 for silence; otherwise notes and progress go to standard error.

    Attributes:
        model_: the fitted ``modelzoo.Model``, which exports, plots and summarizes.
        n_features_in_: the number of columns.
        feature_names_in_: their names, when all are text.
    """

    model_: Model
    _names: list[str]

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
        training: Mapping[str, Any] | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.model = model
        self.settings = settings
        self.regularizers = regularizers
        self.schema = schema
        self.epochs = epochs
        self.batch_size = batch_size
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.validation = validation
        self.training = training
        self.random_state = random_state
        self.verbose = verbose

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        return state | {"model_": to_files(state["model_"])} if "model_" in state else state

    def __setstate__(self, state: dict[str, Any]) -> None:
        restored = {"model_": from_files(state["model_"])} if "model_" in state else {}
        super().__setstate__(state | restored)

    def _train(self, table: pa.Table, y: Any, task: Task, sample_weight: Any, **more: Any) -> None:
        """Train on a table of features, which rows are to have in that order from then on."""
        chosen, regularizers = configure(self.model, self.settings or {}, self.regularizers)
        model = Model(chosen, regularizers, None if self.schema is None else make_schema(self.schema))
        training = self._training_fields() | more
        names = table.column_names
        if sample_weight is not None:
            training["weight_column"] = free_name("sample_weight", table)
            weights = pa.array(read_weights(sample_weight, table.num_rows))
            table = table.append_column(training["weight_column"], weights)
        model.fit(table, y, task=task, validation=self.validation, verbose=self.verbose, **training)
        self.model_, self._names = model, names

    def _training_fields(self) -> dict[str, Any]:
        named = {name: getattr(self, name) for name in ("epochs", "batch_size", "optimizer", "learning_rate")}
        further = dict(self.training or {})
        faults = [Fault(f"training.{name}", wrong) for name in further if (wrong := self._misplaced(name))]
        if faults:
            raise SpecError(f"{type(self).__name__} cannot be trained like this", faults)
        return named | further | {"seed": self._seed()}

    def _misplaced(self, name: str) -> str:
        """Say why a setting does not belong into ``training``; nothing of one that does."""
        if name in _ELSEWHERE:
            return f"give {_ELSEWHERE[name]}"
        if name in self.get_params(deep=False):
            return f"give {name}=... itself"
        return "" if name in TRAINING_FIELDS else f"there is no such setting.{did_you_mean(name, TRAINING_FIELDS)}"

    def _seed(self) -> int:
        if isinstance(self.random_state, int | np.integer):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(2**31))

    def _read(self, data: Any) -> pa.Table:
        """Return rows to predict for, their columns named as in training.

        Raises:
            NotFittedError: scikit-learn's, before ``fit``.
        """
        check_is_fitted(self)
        return read_features(self, data, reset=False).rename_columns(self._names)
