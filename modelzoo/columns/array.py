"""Array columns: a fixed-shape block of numbers in each row, such as an image."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

import numpy as np
from pydantic import Field

from .base import Fillable, Plain

MOST_DIMENSIONS = 8
_CONSTANT = 1e-6
"""Relative to the mean: a smaller spread is what float32 leaves of a constant."""
_LEAST_SPREAD = 1e-12
_MOST_SPREAD = 1e37
"""Beyond, the spread's reciprocal is no normal float32, and TensorFlow takes it for zero."""


class ArrayColumn(Fillable):
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

    missing: Literal["mean", "constant", "reject"] = Field(
        default="mean",
        description="what takes the place of a missing number: the mean, or fill; reject refuses rows that lack one",
    )
    fill: float | None = Field(default=None, description='the number for missing = "constant"')

    def learner(self) -> ArrayLearner:
        """Return what learns the column."""
        return ArrayLearner(self)


class ArrayLearner:
    """Learn mean and spread from float32 (n, *shape), of each number of a vector and of anything else as a whole."""

    def __init__(self, column: ArrayColumn) -> None:
        self._column = column
        self._axis = 0 if len(column.shape) == 1 else None
        self._count: Any = 0
        self._mean: Any = 0.0
        self._squares: Any = 0.0

    def add(self, values: np.ndarray) -> None:
        """Take in the next rows; what is not finite is left out."""
        if self._column.scale == "none":
            return
        finite = np.isfinite(values)
        known = np.where(finite, values, 0).astype(np.float64)
        count = np.count_nonzero(finite, axis=self._axis)
        mean = known.sum(axis=self._axis) / np.maximum(count, 1)
        squares = (np.where(finite, known - mean, 0) ** 2).sum(axis=self._axis)
        # Chan et al. 1979; squares of float32 do not overflow here.
        total = self._count + count
        share = count / np.maximum(total, 1)
        apart = mean - self._mean
        self._squares = self._squares + squares + apart**2 * self._count * share
        self._mean = self._mean + apart * share
        self._count = total

    def finish(self) -> FittedArray:
        """Return the fitted column."""
        if self._column.scale == "none":
            return FittedArray(column=self._column, center=(0.0,), spread=(1.0,), limit=float(np.finfo(np.float32).max))
        spread = np.sqrt(self._squares / np.maximum(self._count, 1))
        constant = spread <= np.maximum(_CONSTANT * np.abs(self._mean), _LEAST_SPREAD)
        spread = np.where(constant, 1.0, np.minimum(spread, _MOST_SPREAD))
        return FittedArray(
            column=self._column,
            center=tuple(np.atleast_1d(self._mean).astype(np.float32).tolist()),
            spread=tuple(np.atleast_1d(spread).astype(np.float32).tolist()),
            limit=self._column.clip,
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

    @cached_property
    def _fill(self) -> np.ndarray:
        """The encoded value of a missing number, for all places or for each."""
        if self.column.fill is None:
            return np.zeros(1, np.float32)
        with np.errstate(over="ignore"):
            return self._scaled(np.full_like(self._center, self.column.fill))

    def encode(self, values: np.ndarray) -> np.ndarray:
        """Return float32 (n, *shape) from float32 (n, *shape), where NaN is missing."""
        return np.where(np.isnan(values), self._fill, self._scaled(values))

    def _scaled(self, values: np.ndarray) -> np.ndarray:
        limit = np.float32(self.limit)
        with np.errstate(over="ignore", invalid="ignore"):
            scaled: np.ndarray = np.clip((values - self._center) * self._factor, -limit, limit)
        return scaled

    def tensorflow(self, tf: Any, values: Any) -> Any:
        """Do as ``encode`` does, as TensorFlow operations."""
        scaled = (values - tf.constant(self._center)) * tf.constant(self._factor)
        return tf.where(
            tf.math.is_nan(values), tf.constant(self._fill), tf.clip_by_value(scaled, -self.limit, self.limit)
        )

    def onnx(self, graph: Any, values: Any) -> Any:
        """Do as ``encode`` does, as ONNX nodes."""
        scaled = graph.op("Clip", (values - self._center) * self._factor, -self.limit, self.limit)
        return graph.where(graph.op("IsNaN", values, dtype="bool"), self._fill, scaled)

    def decode(self, encoded: np.ndarray) -> np.ndarray:
        """Return float32 (n, *shape) in the column's own unit from float32 (n, product of shape)."""
        with np.errstate(over="ignore"):
            values: np.ndarray = encoded.reshape(-1, *self.column.shape) * self._spread + self._center
        return values

    def decode_tensorflow(self, tf: Any, encoded: Any) -> Any:
        """Do as ``decode`` does, as TensorFlow operations."""
        return tf.reshape(encoded, (-1, *self.column.shape)) * self._spread + self._center

    def decode_onnx(self, graph: Any, encoded: Any) -> Any:
        """Do as ``decode`` does, as ONNX nodes."""
        return graph.op("Reshape", encoded, np.array([-1, *self.column.shape])) * self._spread + self._center
