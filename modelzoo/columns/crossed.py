"""Crossed columns: combinations of ids that occur in the training rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import prod
from typing import Any, Literal

import numpy as np
from modelzoo_registry import Fault, SchemaError
from pydantic import Field

from ..lazy import pa
from .base import IdColumn, Plain
from .lookup import NumberTable
from .statistics import Counts

_PRIME = 2**31 - 1
_FACTORS = (1_103_515_245, 747_796_405)
"""Multipliers below the prime: all products stay within int64, so that no execution wraps around."""


class CrossedColumn(IdColumn):
    """Encode a combination of ids as its place among the combinations **seen**: 0 unseen, 1 the most frequent.

    The table grows with what occurs, not with the product of the sizes, and nothing collides. Where more
    combinations occur than ``max_size``, all of them, unseen ones too, are hashed into that many buckets.
    """

    kind: Literal["crossed"] = "crossed"
    sources: tuple[str, ...] = Field(
        min_length=2, max_length=8, description="names of the entries to cross, all of which have ids"
    )
    min_count: int = Field(default=1, ge=1, description="how often a combination must occur to get an id of its own")
    max_size: int = Field(
        default=10_000, ge=1, le=100_000_000, description="most combinations that get an id; beyond, they are hashed"
    )
    deep: bool = Field(default=False, description="an embedding in the deep part")

    def learner(self, sizes: Sequence[int]) -> CrossedLearner:
        """Return what learns the column, given the number of ids of each source.

        Raises:
            SchemaError: when the sources have more possible combinations than an int64 can number.
        """
        if prod(sizes) >= 2**63:
            possible = " × ".join(str(size) for size in sizes)
            raise SchemaError(
                "the schema cannot be fitted",
                [Fault(self.name, f"{possible} combinations cannot be numbered; cross fewer or smaller columns")],
            )
        return CrossedLearner(self, tuple(sizes))


class CrossedLearner:
    """Learn the combinations from one int32 (n,) a source."""

    def __init__(self, column: CrossedColumn, sizes: tuple[int, ...]) -> None:
        self._column = column
        self._sizes = sizes
        self._counts = Counts()

    def add(self, values: Sequence[np.ndarray]) -> None:
        """Take in the next rows."""
        self._counts.add(pa.array(number_combinations(values, self._sizes)))

    def finish(self) -> FittedCrossed:
        """Return the fitted column."""
        column = self._column
        seen = self._counts.by_frequency(min_count=column.min_count, max_size=column.max_size + 1)
        is_hashed = len(seen) > column.max_size
        vocabulary = () if is_hashed else tuple(seen.to_pylist())
        return FittedCrossed(column=column, sizes=self._sizes, vocabulary=vocabulary, hashed=is_hashed)


class FittedCrossed(Plain):
    """Hold what a crossed column learnt: the sizes of its sources, and the seen combinations as one number each."""

    kind: Literal["crossed"] = "crossed"
    column: CrossedColumn
    sizes: tuple[int, ...]
    vocabulary: tuple[int, ...]
    hashed: bool = False
    """Whether there were too many combinations for a vocabulary."""

    @property
    def size(self) -> int:
        """Number of ids, 0 included."""
        return (self.column.max_size if self.hashed else len(self.vocabulary)) + 1

    @cached_property
    def _table(self) -> NumberTable:
        return NumberTable(self.vocabulary)

    @cached_property
    def _ids(self) -> dict[int, int]:
        return {key: place for place, key in enumerate(self.vocabulary, start=1)}

    def combinations(self) -> list[np.ndarray]:
        """Return the ids of each source, int64 (n,), in the n combinations that were seen."""
        keys = np.asarray(self.vocabulary, np.int64)
        ids: list[np.ndarray] = []
        for size in reversed(self.sizes):
            ids.insert(0, keys % size)
            keys = keys // size
        return ids

    def encode(self, ids: Sequence[np.ndarray]) -> np.ndarray:
        """Return int32 (n,) from one int32 (n,) a source."""
        keys = number_combinations(ids, self.sizes)
        return self._bucket(keys).astype(np.int32) if self.hashed else self._table.find(keys)

    def encode_one(self, ids: Sequence[int]) -> int:
        """Return the id of one combination."""
        key = 0
        for value, size in zip(ids, self.sizes, strict=True):
            key = key * size + value
        return int(self._bucket(key)) if self.hashed else self._ids.get(key, 0)

    def tensorflow(self, tf: Any, ids: Sequence[Any]) -> Any:
        """Do as ``encode`` does, as TensorFlow operations."""
        keys = tf.zeros_like(ids[0], tf.int64)
        for values, size in zip(ids, self.sizes, strict=True):
            keys = keys * size + tf.cast(values, tf.int64)
        return tf.cast(self._bucket(keys), tf.int32) if self.hashed else self._table.tensorflow(tf, keys)

    def onnx(self, graph: Any, ids: Sequence[Any]) -> Any:
        """Do as ``encode`` does, as ONNX nodes on int64 ids; these are int64 too."""
        keys = ids[0]
        for values, size in zip(ids[1:], self.sizes[1:], strict=True):
            keys = keys * size + values
        return self._bucket(keys) if self.hashed else self._table.onnx(graph, keys)

    def _bucket(self, keys: Any) -> Any:
        """Mix int64 keys into the ids 1..max_size, by arithmetic that is the same on numbers, arrays and tensors."""
        low, high = keys % _PRIME, keys // _PRIME % _PRIME
        mixed = (low * _FACTORS[0] + high * _FACTORS[1]) % _PRIME
        return (mixed * _FACTORS[1] + mixed // 65_536) % _PRIME % self.column.max_size + 1


def number_combinations(ids: Sequence[np.ndarray], sizes: Sequence[int]) -> np.ndarray:
    """Number each combination: int64 (n,), the ids as digits of a number with the sizes as bases."""
    keys = np.zeros(ids[0].shape, np.int64)
    for values, size in zip(ids, sizes, strict=True):
        keys *= size
        keys += values
    return keys
