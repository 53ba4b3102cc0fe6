"""Bucketized columns: numbers cut at edges."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from pydantic import Field, field_validator

from .base import LEAST_NORMAL, Fillable, IdColumn, Plain, edges_of_unflushed, flushed, flushed_tensors
from .numeric import median
from .statistics import Moments, Sample

_FEW_EDGES = 32
_PORTION = 16_384
"""Values that stay in the processor's cache."""


class BucketizedColumn(IdColumn, Fillable):
    """Encode a number as the bucket it falls in: 0 missing, 1 below the first edge, and so on.

    A value equal to an edge belongs to the bucket above it. Without explicit edges they are quantiles of the
    training rows, so that each bucket holds about as many rows; equal quantiles count once. Subnormal numbers
    count as zero.
    """

    kind: Literal["bucketized"] = "bucketized"
    source: str = Field(min_length=1, description="name of the raw numeric column")
    buckets: int = Field(default=16, ge=2, le=10_000, description="number of quantile buckets")
    edges: tuple[float, ...] | None = Field(
        default=None, min_length=1, max_length=10_000, description="explicit edges, rising; left out: quantiles"
    )
    deep: bool = Field(default=False, description="an embedding in the deep part")
    missing: Literal["own", "mean", "median", "constant", "reject"] = Field(
        default="own",
        description="where a missing value goes: a bucket of its own, or that of the mean, the median or fill; "
        "reject refuses rows without a value",
    )
    fill: float | None = Field(default=None, description='the value for missing = "constant"')

    @field_validator("edges")
    @classmethod
    def _rising(cls, edges: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if edges and any(low >= high for low, high in pairwise(edges)):
            raise ValueError("edges must rise")
        return edges

    def learner(self) -> BucketizedLearner:
        """Return what learns the column."""
        return BucketizedLearner(self)


class BucketizedLearner:
    """Learn the edges from float64 (n,) with NaN for missing; infinities are left out."""

    def __init__(self, column: BucketizedColumn) -> None:
        self._column = column
        self._sample = Sample()
        self._moments = Moments()

    def add(self, values: np.ndarray) -> None:
        """Take in the next rows."""
        if self._column.edges is None or self._column.missing == "median":
            self._sample.add(values)
        if self._column.missing == "mean":
            self._moments.add(values[np.isfinite(values)])

    def finish(self) -> FittedBucketized:
        """Return the fitted column."""
        column, finite = self._column, flushed(self._sample.values())
        stand_in = {
            "mean": self._moments.result()[0],
            "median": median(finite),
            "constant": column.fill,
        }.get(column.missing)
        edges = (
            _quantiles(finite, column.buckets) if column.edges is None else np.unique(flushed(np.array(column.edges)))
        )
        return FittedBucketized(column=column, edges=tuple(edges.tolist()), stand_in=stand_in)


def _count_up_to(edges: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return how many edges are at most each value, as ``searchsorted`` does; few edges are counted faster."""
    if edges.size > _FEW_EDGES:
        places: np.ndarray = np.searchsorted(edges, values, side="right").astype(np.int32)
        return places
    counts = np.zeros(values.size, np.int32)
    for start in range(0, values.size, _PORTION):
        portion = values[start : start + _PORTION]
        found = np.zeros(portion.size, np.uint8)
        for edge in edges:
            found += portion >= edge
        counts[start : start + _PORTION] = found
    return counts


def _quantiles(finite: np.ndarray, buckets: int) -> np.ndarray:
    """Return the inner edges of buckets of about as many values each; equal ones count once."""
    if finite.size == 0:
        return finite
    edges = np.unique(np.quantile(finite, np.arange(1, buckets) / buckets, method="lower"))
    above_the_least: np.ndarray = edges[edges > finite.min()]
    return above_the_least


class FittedBucketized(Plain):
    """Hold what a bucketized column learnt."""

    kind: Literal["bucketized"] = "bucketized"
    column: BucketizedColumn
    edges: tuple[float, ...]
    stand_in: float | None = None
    """The value that takes the place of a missing one; None leaves it in the bucket 0."""

    @property
    def size(self) -> int:
        """Number of ids, 0 included."""
        return len(self.edges) + 2

    @cached_property
    def missing_id(self) -> int:
        """The id of a missing value."""
        return 0 if self.stand_in is None else self.encode_one(self.stand_in)

    @cached_property
    def _edges(self) -> np.ndarray:
        return np.asarray(self.edges, np.float64)

    def encode(self, values: np.ndarray) -> np.ndarray:
        """Return int32 (n,) from float64 (n,) with NaN for missing."""
        buckets: np.ndarray = _count_up_to(self._edges, flushed(values)) + np.int32(1)
        buckets[np.isnan(values)] = self.missing_id
        return buckets

    def encode_one(self, value: float) -> int:
        """Return the id of one value in wire form."""
        if value != value:
            return self.missing_id
        return bisect_right(self.edges, 0.0 if abs(value) < LEAST_NORMAL else value) + 1

    def tensorflow(self, tf: Any, values: Any) -> Any:
        """Do as ``encode`` does, as TensorFlow operations."""
        buckets = tf.searchsorted(tf.constant(self._edges), flushed_tensors(tf, values), side="right") + 1
        return tf.where(tf.math.is_nan(values), self.missing_id, buckets)

    def onnx(self, graph: Any, values: Any) -> Any:
        """Do as ``encode`` does, as ONNX nodes; the ids are int64."""
        edges = np.append(-np.inf, edges_of_unflushed(self._edges))  # which every number reaches, and NaN does not
        buckets = graph.count_up_to(edges, values)
        return graph.where(buckets == 0, self.missing_id, buckets) if self.missing_id else buckets
