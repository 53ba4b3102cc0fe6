"""Look up ids by place, and of values in a vocabulary of numbers, on the host, in TensorFlow and in ONNX alike."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from ..lazy import pa, pc

_DENSE_SPAN = 4
"""How many times larger than its numbers the span of a vocabulary may be to be looked up in a table."""


def look_up(ids: np.ndarray, indices: pa.Array, missing: int) -> np.ndarray:
    """Return int32 (n,): of int32 ids (k,) the one at each index, ``missing`` where there is no index."""
    if indices.null_count:
        indices = pc.fill_null(indices.cast(pa.int64()), ids.size)
        ids = np.append(ids, np.int32(missing))
    found: np.ndarray = np.take(ids, indices.to_numpy(zero_copy_only=False))
    return found


class NumberTable:
    """Map distinct whole numbers to the ids 1, 2, ... in the order given, and others to 0."""

    def __init__(self, numbers: Sequence[int]) -> None:
        vocabulary = np.asarray(numbers, np.int64)
        order = np.argsort(vocabulary, kind="stable")
        self._keys = vocabulary[order]
        self._ids = (order + 1).astype(np.int32)

    def find(self, values: np.ndarray) -> np.ndarray:
        """Return int32 ids (n,) of int64 (n,)."""
        if self._keys.size == 0:
            return np.zeros(values.shape, np.int32)
        if self._dense is not None:
            return self._look_up(self._dense, values)
        place = np.minimum(np.searchsorted(self._keys, values), self._keys.size - 1)
        return np.where(self._keys[place] == values, self._ids[place], np.int32(0))

    def tensorflow(self, tf: Any, values: Any) -> Any:
        """Do as ``find`` does, as TensorFlow operations."""
        if self._keys.size == 0:
            return tf.zeros(tf.shape(values), tf.int32)
        keys, ids = tf.constant(self._keys), tf.constant(self._ids)
        place = tf.minimum(tf.searchsorted(keys, values), self._keys.size - 1)
        return tf.where(tf.equal(tf.gather(keys, place), values), tf.gather(ids, place), 0)

    def onnx(self, graph: Any, values: Any) -> Any:
        """Do as ``find`` does, as ONNX nodes; the ids are int64."""
        return graph.lookup(values, dict(zip(self._keys.tolist(), self._ids.tolist(), strict=True)))

    @cached_property
    def _dense(self) -> np.ndarray | None:
        """The ids by number, with a 0 at both ends for all others; None where numbers lie too far apart."""
        least, greatest = int(self._keys[0]), int(self._keys[-1])
        span = greatest - least + 1
        if span > _DENSE_SPAN * self._keys.size + 1024 or max(-least, greatest) >= 2**62:
            return None
        dense = np.zeros(span + 2, np.int32)
        dense[self._keys - self._keys[0] + 1] = self._ids
        return dense

    def _look_up(self, dense: np.ndarray, values: np.ndarray) -> np.ndarray:
        inside = np.clip(values, self._keys[0] - 1, self._keys[-1] + 1)
        ids: np.ndarray = dense[inside - (self._keys[0] - 1)]
        return ids
