"""Crossed columns: combinations of ids that occur in the training rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import prod
from typing import Any, Literal

import numpy as np
from modelzoo_registry import Fault, SchemaError
from pydantic import Field

from . import lookup
from .base import IdColumn, Plain


class CrossedColumn(IdColumn):
    """Encode a combination of ids as its place among the combinations **seen**: 0 unseen, 1 the most frequent.

    The table grows with what occurs, not with the product of the sizes, and nothing collides.
    """

    kind: Literal["crossed"] = "crossed"
    sources: tuple[str, ...] = Field(
        min_length=2, max_length=8, description="names of categorical, bucketized or crossed columns above this one"
    )
    min_count: int = Field(default=1, ge=1, description="how often a combination must occur to get an id of its own")
    max_size: int = Field(default=10_000, ge=1, le=100_000_000, description="most combinations that get an id")
    deep: bool = Field(default=False, description="an embedding in the deep part")

    def fit(self, ids: Sequence[np.ndarray], sizes: Sequence[int]) -> FittedCrossed:
        """Learn the combinations from one int32 (n,) a source.

        Raises:
            SchemaError: when the sources have more possible combinations than an int64 can number.
        """
        if prod(sizes) >= 2**63:
            possible = " × ".join(str(size) for size in sizes)
            raise SchemaError(
                "the schema cannot be fitted",
                [Fault(self.name, f"{possible} combinations cannot be numbered; cross fewer or smaller columns")],
            )
        seen = lookup.by_frequency(_keys(ids, sizes), min_count=self.min_count, max_size=self.max_size)
        return FittedCrossed(column=self, sizes=tuple(sizes), vocabulary=tuple(seen.tolist()))


class FittedCrossed(Plain):
    """Hold what a crossed column learnt: the sizes of its sources, and the seen combinations as one number each."""

    kind: Literal["crossed"] = "crossed"
    column: CrossedColumn
    sizes: tuple[int, ...]
    vocabulary: tuple[int, ...]

    @property
    def size(self) -> int:
        """Number of ids, 0 included."""
        return len(self.vocabulary) + 1

    @cached_property
    def _vocabulary(self) -> np.ndarray:
        return np.asarray(self.vocabulary, np.int64)

    def encode(self, ids: Sequence[np.ndarray]) -> np.ndarray:
        """Return int32 (n,) from one int32 (n,) a source."""
        return lookup.find(self._vocabulary, _keys(ids, self.sizes))

    def tensorflow(self, tf: Any, ids: Sequence[Any]) -> Any:
        """Do as ``encode`` does, as TensorFlow operations."""
        keys = tf.zeros_like(ids[0], tf.int64)
        for values, size in zip(ids, self.sizes, strict=True):
            keys = keys * size + tf.cast(values, tf.int64)
        return lookup.find_tensors(tf, self._vocabulary, keys)


def _keys(ids: Sequence[np.ndarray], sizes: Sequence[int]) -> np.ndarray:
    """Number each combination: int64 (n,), the ids as digits of a number with the sizes as bases."""
    keys = np.zeros(ids[0].shape, np.int64)
    for values, size in zip(ids, sizes, strict=True):
        keys = keys * size + values
    return keys
