"""Array columns: a fixed-shape block of numbers in each row, such as an image."""

from __future__ import annotations

import warnings
from functools import cached_property
from typing import Any, Literal

import numpy as np
from pydantic import Field

from .base import ColumnBase, Plain

MOST_DIMENSIONS = 8
_CONSTANT = 1e-6
"""Relative to the mean: a smaller spread is what float32 leaves of a constant."""
_LEAST_SPREAD = 1e-12
_MOST_SPREAD = 1e37
"""Beyond, the spread's reciprocal is no normal float32, and TensorFlow takes it for zero."""


class ArrayColumn(ColumnBase):
    """Encode an array as float32 of the same shape, scaled and clipped; a missing number becomes the mean.

    A vector is scaled number by number, since each may be another quantity; anything with more dimensions
    (an image) as a whole, which keeps the contrast between its places.
    """

    kind: Literal["array"] = "array"
    shape: tuple[int, ...] = Field(min_length=1, max_length=MOST_DIMENSIONS, description="shape of one row's array")
    scale: Literal["standard", "none"] = Field(
        default="standard", description="standard: minus the mean, divided by the standard deviation; none: as it is"
    )
    clip: float = Field(default=10.0, gt=0, le=1e6, description="standard deviations at which values are cut off")

    def fit(self, values: np.ndarray) -> FittedArray:
        """Learn mean and spread from float32 (n, *shape)."""
        if self.scale == "none":
            return FittedArray(column=self, center=(0.0,), spread=(1.0,), limit=float(np.finfo(np.float32).max))
        finite = np.where(np.isfinite(values), values, np.nan).astype(np.float64)
        axis = 0 if len(self.shape) == 1 else None
        center = np.nan_to_num(_quiet(np.nanmean, finite, axis))
        spread = np.nan_to_num(_quiet(np.nanstd, finite, axis))
        constant = spread <= np.maximum(_CONSTANT * np.abs(center), _LEAST_SPREAD)
        spread = np.where(constant, 1.0, np.minimum(spread, _MOST_SPREAD))
        return FittedArray(
            column=self,
            center=tuple(np.atleast_1d(center).astype(np.float32).tolist()),
            spread=tuple(np.atleast_1d(spread).astype(np.float32).tolist()),
            limit=self.clip,
        )


class FittedArray(Plain):
    """Hold what an array column learnt: one number for all places, or one for each of a vector."""

    kind: Literal["array"] = "array"
    column: ArrayColumn
    center: tuple[float, ...]
    spread: tuple[float, ...]
    limit: float

    @cached_property
    def _center(self) -> np.ndarray:
        return np.asarray(self.center, np.float32)

    @cached_property
    def _spread(self) -> np.ndarray:
        return np.asarray(self.spread, np.float32)

    @cached_property
    def _factor(self) -> np.ndarray:
        """One by the spread: TensorFlow's graphs turn a division by a constant into this multiplication."""
        return np.float32(1) / self._spread

    def encode(self, values: np.ndarray) -> np.ndarray:
        """Return float32 (n, *shape) from float32 (n, *shape), where NaN is missing."""
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = np.clip((values - self._center) * self._factor, np.float32(-self.limit), np.float32(self.limit))
        return np.where(np.isnan(values), np.float32(0), scaled)

    def tensorflow(self, tf: Any, values: Any) -> Any:
        """Do as ``encode`` does, as TensorFlow operations."""
        scaled = (values - tf.constant(self._center)) * tf.constant(self._factor)
        return tf.where(tf.math.is_nan(values), 0.0, tf.clip_by_value(scaled, -self.limit, self.limit))

    def decode(self, encoded: np.ndarray) -> np.ndarray:
        """Return float32 (n, *shape) in the column's own unit from float32 (n, product of shape)."""
        with np.errstate(over="ignore"):
            values: np.ndarray = encoded.reshape(-1, *self.column.shape) * self._spread + self._center
        return values

    def decode_tensorflow(self, tf: Any, encoded: Any) -> Any:
        """Do as ``decode`` does, as TensorFlow operations."""
        return tf.reshape(encoded, (-1, *self.column.shape)) * self._spread + self._center


def _quiet(function: Any, values: np.ndarray, axis: int | None) -> np.ndarray:
    """Reduce without NumPy's warning about places where every value is missing: they become 0 afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(function(values, axis=axis))
