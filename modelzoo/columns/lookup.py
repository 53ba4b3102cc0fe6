"""Find values in a vocabulary of numbers, on the host and as TensorFlow operations alike."""

from __future__ import annotations

from typing import Any

import numpy as np


def find(vocabulary: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return int32 ids: 1 + the place in the vocabulary, 0 for what is not in it.

    Args:
        vocabulary: distinct numbers (v,) in the order of their ids.
        values: numbers (n,) of the same dtype; NaN is never found.
    """
    if vocabulary.size == 0:
        return np.zeros(values.shape, np.int32)
    order = np.argsort(vocabulary)
    keys, ids = vocabulary[order], (order + 1).astype(np.int32)
    place = np.minimum(np.searchsorted(keys, values), keys.size - 1)
    return np.where(keys[place] == values, ids[place], np.int32(0))


def find_tensors(tf: Any, vocabulary: np.ndarray, values: Any) -> Any:
    """Do as ``find`` does, as TensorFlow operations."""
    if vocabulary.size == 0:
        return tf.zeros(tf.shape(values), tf.int32)
    order = np.argsort(vocabulary)
    keys, ids = tf.constant(vocabulary[order]), tf.constant((order + 1).astype(np.int32))
    place = tf.minimum(tf.searchsorted(keys, values), vocabulary.size - 1)
    return tf.where(tf.equal(tf.gather(keys, place), values), tf.gather(ids, place), 0)


def by_frequency(values: np.ndarray, *, min_count: int, max_size: int) -> np.ndarray:
    """Return the distinct values, most frequent first and equal counts by value."""
    distinct, counts = np.unique(values, return_counts=True)
    distinct, counts = distinct[counts >= min_count], counts[counts >= min_count]
    return distinct[np.lexsort((distinct, -counts))][:max_size]
