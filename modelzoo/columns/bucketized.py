"""Bucketized columns: numbers cut at edges."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from pydantic import Field, field_validator

from .base import IdColumn, Plain

_LEAST_NORMAL = float(np.finfo(np.float64).tiny)


class BucketizedColumn(IdColumn):
    """Encode a number as the bucket it falls in: 0 missing, 1 below the first edge, and so on.

    A value equal to an edge belongs to the bucket above it. Without explicit edges they are quantiles of the
    training rows, so that each bucket holds about as many rows; equal quantiles count once. Subnormal numbers
    count as zero, since TensorFlow takes them for it or not as its threads are set.
    """

    kind: Literal["bucketized"] = "bucketized"
    source: str = Field(min_length=1, description="name of the raw numeric column")
    buckets: int = Field(default=16, ge=2, le=10_000, description="number of quantile buckets")
    edges: tuple[float, ...] | None = Field(
        default=None, min_length=1, max_length=10_000, description="explicit edges, rising; None takes quantiles"
    )
    deep: bool = Field(default=False, description="an embedding in the deep part")

    @field_validator("edges")
    @classmethod
    def _rising(cls, edges: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if edges and any(low >= high for low, high in pairwise(edges)):
            raise ValueError("edges must rise")
        return edges

    def fit(self, values: np.ndarray) -> FittedBucketized:
        """Learn the edges from float64 (n,) with NaN for missing; infinities are left out."""
        if self.edges is not None:
            return FittedBucketized(column=self, edges=tuple(np.unique(_flushed(np.asarray(self.edges))).tolist()))
        finite = _flushed(values[np.isfinite(values)])
        shares = np.arange(1, self.buckets) / self.buckets
        edges = np.unique(np.quantile(finite, shares, method="lower")) if finite.size else np.empty(0)
        above_the_least = edges[edges > finite.min()] if finite.size else edges
        return FittedBucketized(column=self, edges=tuple(above_the_least.tolist()))


class FittedBucketized(Plain):
    """Hold what a bucketized column learnt."""

    kind: Literal["bucketized"] = "bucketized"
    column: BucketizedColumn
    edges: tuple[float, ...]

    @property
    def size(self) -> int:
        """Number of ids, 0 included."""
        return len(self.edges) + 2

    @cached_property
    def _edges(self) -> np.ndarray:
        return np.asarray(self.edges, np.float64)

    def encode(self, values: np.ndarray) -> np.ndarray:
        """Return int32 (n,) from float64 (n,) with NaN for missing."""
        buckets = np.searchsorted(self._edges, _flushed(values), side="right") + 1
        return np.where(np.isnan(values), 0, buckets).astype(np.int32)

    def tensorflow(self, tf: Any, values: Any) -> Any:
        """Do as ``encode`` does, as TensorFlow operations."""
        flushed = tf.where(tf.abs(values) < _LEAST_NORMAL, tf.constant(0.0, tf.float64), values)
        buckets = tf.searchsorted(tf.constant(self._edges), flushed, side="right") + 1
        return tf.where(tf.math.is_nan(values), 0, buckets)


def _flushed(values: np.ndarray) -> np.ndarray:
    """Return the values with zero, never minus zero, for subnormal ones."""
    return np.where(np.abs(values) < _LEAST_NORMAL, 0.0, values)
