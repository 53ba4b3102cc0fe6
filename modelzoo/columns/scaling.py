"""The ways a number is brought to the size networks learn from: standard, log, quantile, none."""

from __future__ import annotations

import math
from bisect import bisect_right
from functools import cached_property
from typing import Any, Literal

import numpy as np
from pydantic import Field

from .base import LEAST_NORMAL, Plain, flushed, flushed_onnx, flushed_tensors
from .statistics import Moments, Sample

Scale = Literal["standard", "log", "quantile", "none"]

KNOTS = 257
"""Quantiles that a quantile scale runs through."""
FLOAT32_MAX = float(np.finfo(np.float32).max)
_FARTHEST = 1e300
"""Where quantile scales end: differences of such numbers are finite, and their reciprocals normal."""
_NEAREST = 1e-290
"""Below, a knot of a quantile scale is zero: the differences of others are normal, and their reciprocals finite."""
_UNIT_VARIANCE = math.sqrt(12)
"""Numbers spread evenly over an interval of this length have a standard deviation of 1."""


class Ranks(Plain):
    """Map a number to its place among the training rows, 0 the least and 1 the greatest, linear between quantiles."""

    knots: tuple[float, ...] = Field(min_length=1)
    """Rising."""
    ranks: tuple[float, ...] = Field(min_length=1)
    """The rank of each knot; of a value that many rows have, the middle of theirs."""

    @cached_property
    def _arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        knots, ranks = np.asarray(self.knots), np.asarray(self.ranks)
        return knots, ranks, np.append(np.diff(ranks) / np.diff(knots), 0.0)

    def encode(self, values: np.ndarray) -> np.ndarray:
        """Return float64 (n,) in [0, 1] from float64 (n,) without NaN."""
        knots, ranks, slopes = self._arrays
        inside = np.clip(flushed(values), knots[0], knots[-1])
        place = np.searchsorted(knots, inside, side="right") - 1
        found: np.ndarray = ranks[place] + (inside - knots[place]) * slopes[place]
        return found

    def encode_one(self, value: float) -> float:
        """Return the rank of one number."""
        if abs(value) < LEAST_NORMAL:
            value = 0.0
        inside = min(max(value, self.knots[0]), self.knots[-1])
        place = bisect_right(self.knots, inside) - 1
        slopes = self._arrays[2]
        return self.ranks[place] + (inside - self.knots[place]) * float(slopes[place])

    def tensorflow(self, tf: Any, values: Any) -> Any:
        """Do as ``encode`` does, as TensorFlow operations."""
        knots, ranks, slopes = map(tf.constant, self._arrays)
        inside = tf.clip_by_value(flushed_tensors(tf, values), self.knots[0], self.knots[-1])
        place = tf.searchsorted(knots, inside, side="right") - 1
        return tf.gather(ranks, place) + (inside - tf.gather(knots, place)) * tf.gather(slopes, place)

    def onnx(self, graph: Any, values: Any) -> Any:
        """Do as ``encode`` does, as ONNX nodes; of NaN anything may come."""
        return _interpolated(graph, flushed_onnx(graph, values), *self._arrays)

    def decode(self, shares: np.ndarray) -> np.ndarray:
        """Return float64 (n,) values from ranks (n,)."""
        knots, ranks, _ = self._arrays
        values: np.ndarray = np.interp(shares, ranks, knots)
        return values

    def decode_tensorflow(self, tf: Any, shares: Any) -> Any:
        """Do as ``decode`` does, as TensorFlow operations."""
        knots, ranks, _ = map(tf.constant, self._arrays)
        inside = tf.clip_by_value(shares, self.ranks[0], self.ranks[-1])
        low = tf.minimum(tf.searchsorted(ranks, inside, side="right") - 1, max(len(self.ranks) - 2, 0))
        high = tf.minimum(low + 1, len(self.ranks) - 1)
        width = tf.gather(ranks, high) - tf.gather(ranks, low)
        share = tf.math.divide_no_nan(inside - tf.gather(ranks, low), width)
        return tf.gather(knots, low) + share * (tf.gather(knots, high) - tf.gather(knots, low))

    def decode_onnx(self, graph: Any, shares: Any) -> Any:
        """Do as ``decode`` does, as ONNX nodes."""
        knots, ranks, _ = self._arrays
        return _interpolated(graph, shares, ranks, knots, np.append(np.diff(knots) / np.diff(ranks), 0.0))


def _interpolated(graph: Any, values: Any, knots: np.ndarray, heights: np.ndarray, slopes: np.ndarray) -> Any:
    """Return as ONNX nodes the heights over values, linear between the knots and level beyond them."""
    inside = graph.op("Clip", values, float(knots[0]), float(knots[-1]))
    place = graph.count_up_to(knots, inside) - 1
    return graph.gather(heights, place) + (inside - graph.gather(knots, place)) * graph.gather(slopes, place)


class Scaling(Plain):
    """Turn a number into one of about zero mean and unit spread: ``(warp(x) - center) / spread``, cut off at a limit.

    The warp is x itself; for ``log``, sign(x) log(1 + |x|); for ``quantile``, the rank of x.
    """

    scale: Scale
    center: float
    spread: float = Field(gt=0)
    limit: float = Field(gt=0)
    ranks: Ranks | None = None

    def encode(self, values: np.ndarray) -> np.ndarray:
        """Return float64 (n,) from float64 (n,); NaN stays NaN."""
        with np.errstate(over="ignore", invalid="ignore"):
            scaled: np.ndarray = np.clip((self._warp(values) - self.center) / self.spread, -self.limit, self.limit)
        return scaled

    def encode_one(self, value: float) -> float:
        """Return one number, not NaN, scaled."""
        if self.ranks is not None:
            value = self.ranks.encode_one(value)
        elif self.scale == "log":
            value = math.copysign(math.log1p(abs(value)), value)
        scaled, limit = (value - self.center) / self.spread, self.limit
        return -limit if scaled < -limit else limit if scaled > limit else scaled

    def tensorflow(self, tf: Any, values: Any) -> Any:
        """Do as ``encode`` does, as TensorFlow operations, but for NaN, of which anything may come."""
        if self.ranks is not None:
            values = self.ranks.tensorflow(tf, tf.where(tf.math.is_nan(values), tf.zeros_like(values), values))
        elif self.scale == "log":
            values = tf.sign(values) * tf.math.log1p(tf.abs(values))
        return tf.clip_by_value((values - self.center) / self.spread, -self.limit, self.limit)

    def onnx(self, graph: Any, values: Any) -> Any:
        """Do as ``encode`` does, as ONNX nodes, but for NaN, of which anything may come."""
        if self.ranks is not None:
            values = self.ranks.onnx(graph, values)
        elif self.scale == "log":
            values = graph.op("Sign", values) * graph.log1p(graph.op("Abs", values))
        return graph.op("Clip", (values - self.center) / self.spread, -self.limit, self.limit)

    def decode(self, scaled: np.ndarray) -> np.ndarray:
        """Return float64 (n,) in the column's own unit from scaled numbers (n,)."""
        with np.errstate(over="ignore"):
            warped = scaled.astype(np.float64) * self.spread + self.center
            if self.ranks is not None:
                return self.ranks.decode(warped)
            values: np.ndarray = np.sign(warped) * np.expm1(np.abs(warped)) if self.scale == "log" else warped
        return values

    def decode_tensorflow(self, tf: Any, scaled: Any) -> Any:
        """Do as ``decode`` does, as TensorFlow operations."""
        warped = tf.cast(scaled, tf.float64) * self.spread + self.center
        if self.ranks is not None:
            return self.ranks.decode_tensorflow(tf, warped)
        return tf.sign(warped) * tf.math.expm1(tf.abs(warped)) if self.scale == "log" else warped

    def decode_onnx(self, graph: Any, scaled: Any) -> Any:
        """Do as ``decode`` does, as ONNX nodes."""
        warped = scaled.cast("float64") * self.spread + self.center
        if self.ranks is not None:
            return self.ranks.decode_onnx(graph, warped)
        is_log = self.scale == "log"
        return graph.op("Sign", warped) * graph.expm1(graph.op("Abs", warped)) if is_log else warped

    def _warp(self, values: np.ndarray) -> np.ndarray:
        if self.ranks is not None:
            return np.where(np.isnan(values), np.nan, self.ranks.encode(np.where(np.isnan(values), 0.0, values)))
        return np.sign(values) * np.log1p(np.abs(values)) if self.scale == "log" else values


class ScaleLearner:
    """Learn how a column is scaled from its finite values."""

    def __init__(self, scale: Scale, clip: float) -> None:
        self._scale = scale
        self._clip = clip
        self._moments = Moments()
        self._sample = Sample()

    def add(self, values: np.ndarray) -> None:
        """Take in the next rows, float64 (n,), missing and infinite ones among them."""
        if self._scale == "quantile":
            self._sample.add(values)
            return
        finite = values[np.isfinite(values)]
        self._moments.add(np.sign(finite) * np.log1p(np.abs(finite)) if self._scale == "log" else finite)

    def finish(self) -> tuple[Scaling, float]:
        """Return the scaling, and the mean of what it makes of the values."""
        if self._scale == "quantile":
            scaling = Scaling(
                scale="quantile",
                center=0.5,
                spread=1 / _UNIT_VARIANCE,
                limit=_UNIT_VARIANCE,
                ranks=_ranks(self._sample.values()),
            )
            return scaling, 0.0
        mean, spread = self._moments.result()
        if self._scale == "none":
            none = Scaling(scale="none", center=0.0, spread=1.0, limit=FLOAT32_MAX)
            return none, min(max(mean, -FLOAT32_MAX), FLOAT32_MAX)
        return Scaling(scale=self._scale, center=mean, spread=spread, limit=self._clip), 0.0


def _ranks(values: np.ndarray) -> Ranks:
    """Return the ranks of finite float64 (n,)."""
    if values.size == 0:
        return Ranks(knots=(0.0,), ranks=(0.5,))
    shares = np.linspace(0, 1, KNOTS)
    within = np.where(np.abs(values) < _NEAREST, 0.0, np.clip(values, -_FARTHEST, _FARTHEST))
    quantiles = np.quantile(within, shares, method="lower")
    knots, places, counts = np.unique(quantiles, return_inverse=True, return_counts=True)
    return Ranks(knots=tuple(knots.tolist()), ranks=tuple((np.bincount(places, weights=shares) / counts).tolist()))
