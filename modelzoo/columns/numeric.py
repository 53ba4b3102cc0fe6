"""Numeric columns: scaled, clipped, never NaN."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import Field

from .base import ColumnBase, Plain

_FLOAT32_MAX = float(np.finfo(np.float32).max)
_CONSTANT = 1e-12
"""Relative to the mean: a smaller spread is what rounding leaves of a constant."""
_LEAST_SPREAD = 1e-290
_MOST_SPREAD = 1e300


class NumericColumn(ColumnBase):
    """Encode a number as one float32, and as a second one whether it was missing, if any was in training.

    A missing value becomes the mean of the training rows.
    """

    kind: Literal["numeric"] = "numeric"
    scale: Literal["standard", "none"] = Field(
        default="standard", description="standard: minus the mean, divided by the standard deviation; none: as it is"
    )
    clip: float = Field(
        default=10.0,
        gt=0,
        le=1e6,
        description="standard deviations from the mean at which values are cut off, infinities included",
    )

    def fit(self, values: np.ndarray) -> FittedNumeric:
        """Learn mean and spread from float64 (n,) with NaN for missing; infinities are left out."""
        mean, spread = moments(values[np.isfinite(values)])
        missing = bool(np.isnan(values).any())
        if self.scale == "none":
            fill = min(max(mean, -_FLOAT32_MAX), _FLOAT32_MAX)
            return FittedNumeric(column=self, center=0.0, spread=1.0, limit=_FLOAT32_MAX, fill=fill, indicator=missing)
        return FittedNumeric(column=self, center=mean, spread=spread, limit=self.clip, fill=0.0, indicator=missing)


class FittedNumeric(Plain):
    """Hold what a numeric column learnt."""

    kind: Literal["numeric"] = "numeric"
    column: NumericColumn
    center: float
    spread: float = Field(gt=0)
    limit: float = Field(gt=0)
    fill: float
    """The encoded value of a missing one."""
    indicator: bool

    @property
    def width(self) -> int:
        """How many numbers it encodes to."""
        return 2 if self.indicator else 1

    def encode(self, values: np.ndarray) -> np.ndarray:
        """Return float32 (n, width) from float64 (n,) with NaN for missing."""
        missing = np.isnan(values)
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = np.clip((values - self.center) / self.spread, -self.limit, self.limit)
        parts = [np.where(missing, self.fill, scaled)]
        if self.indicator:
            parts.append(missing)
        return np.stack(parts, axis=1).astype(np.float32)

    def tensorflow(self, tf: Any, values: Any) -> Any:
        """Do as ``encode`` does, as TensorFlow operations."""
        missing = tf.math.is_nan(values)
        scaled = tf.clip_by_value((values - self.center) / self.spread, -self.limit, self.limit)
        parts = [tf.where(missing, tf.constant(self.fill, tf.float64), scaled)]
        if self.indicator:
            parts.append(tf.cast(missing, tf.float64))
        return tf.cast(tf.stack(parts, axis=1), tf.float32)

    def decode(self, encoded: np.ndarray) -> np.ndarray:
        """Return float64 (n,) in the column's own unit from float32 (n, width); an indicator is passed over."""
        with np.errstate(over="ignore"):
            values: np.ndarray = encoded[:, 0].astype(np.float64) * self.spread + self.center
        return values

    def decode_tensorflow(self, tf: Any, encoded: Any) -> Any:
        """Do as ``decode`` does, as TensorFlow operations."""
        return tf.cast(encoded[:, 0], tf.float64) * self.spread + self.center


def moments(values: np.ndarray) -> tuple[float, float]:
    """Return mean and standard deviation of finite float64 (n,); (0, 1) when empty, spread 1 when constant.

    Works on values divided by the largest, so that squares of extreme ones do not overflow. The spread stays
    where both it and its reciprocal are normal numbers, which TensorFlow may divide and multiply by.
    """
    if values.size == 0:
        return 0.0, 1.0
    largest = float(np.abs(values).max()) or 1.0
    shares = values / largest
    mean, spread = float(shares.mean()) * largest, float(shares.std()) * largest
    if spread <= max(abs(mean) * _CONSTANT, _LEAST_SPREAD):
        return mean, 1.0
    return mean, min(spread, _MOST_SPREAD)
