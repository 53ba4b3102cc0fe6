"""The zoo's autoencoders as a transformer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Any, Self

import numpy as np
from modelzoo_registry import DataError
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from ..columns.decoder import decode
from ..columns.schema import Schema
from ..configure import RegularizerChoice
from .estimator import ZooEstimator
from .reading import read_features


class ZooTransformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ZooEstimator):
    """Turn rows into the codes of an autoencoder."""

    def __init__(
        self,
        model: str = "autoencoder",
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

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:  # noqa: N803, ARG002  (scikit-learn's)
        """Train, and return the estimator.

        Args:
            X: a pandas, polars or pyarrow frame; or an array (n, d) of numbers, NaN for missing ones.
            y: ignored.
            sample_weight: what each row weighs in the loss (n,); None weighs them alike.

        Raises:
            SpecError: with every fault of the parameters.
            ValueError: about the rows or weights.
        """
        self._train(read_features(self, X, reset=True), None, "reconstruction", sample_weight)
        return self

    def transform(self, X: Any) -> np.ndarray:  # noqa: N803  (as above)
        """Return the code of each row, float32 (n, k).

        Raises:
            NotFittedError: scikit-learn's, before ``fit``.
            SpecError: when the model has no layer named ``code``.
            ValueError: about rows that are not as those of the training.
        """
        table = self._read(X)
        return self.model_.encode(table)

    def inverse_transform(self, X: Any) -> np.ndarray:  # noqa: N803  (as above)
        """Return the rows that the decoder makes of codes, float64 (n, d); of columns of text too, object (n, d).

        Columns that the model does not rebuild, such as dates and those it left out, are NaN, or None.

        Args:
            X: codes (n, k).

        Raises:
            NotFittedError: scikit-learn's, before ``fit``.
            SpecError: when the model has no layer named ``code``.
            ValueError: about codes of another size.
        """
        check_is_fitted(self)
        codes = check_array(X, dtype=np.float32)
        if codes.shape[1] != self._n_features_out:
            raise DataError(f"codes have {self._n_features_out} numbers a row. Received: {codes.shape[1]}")
        rebuilt = decode(self.model_.fitted.encoder, np.asarray(self.model_.decoder(codes, training=False)))
        columns = [rebuilt.get(name) for name in self._names]
        numeric = all(column is None or column.dtype.kind == "f" for column in columns)
        rows = np.full((len(codes), len(columns)), np.nan if numeric else None, np.float64 if numeric else object)
        for place, column in enumerate(columns):
            if column is not None:
                rows[:, place] = column if column.ndim == 1 else [*column]
        return rows

    def score(self, X: Any, y: Any = None) -> float:  # noqa: N803, ARG002  (as above)
        """Return minus the mean reconstruction error of the rows, of scaled inputs: 0 is the best there is.

        Raises as ``transform`` does.
        """
        table = self._read(X)
        return -float(self.model_.reconstruction_error(table).mean())

    @property
    def _n_features_out(self) -> int:
        """How many numbers a code has, as scikit-learn asks to name them."""
        return int(self.model_.encoder.output_shape[-1])
