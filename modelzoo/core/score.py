"""Run a core over encoded rows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf

from ..columns.encoder import Arrays
from ..columns.target import Target

BATCH = 8192
"""Most rows scored at a time."""
BATCH_BYTES = 32 * 2**20
"""Most bytes of output scored at a time: a reconstruction of large vocabularies is wide."""


class Scorer:
    """Hold a compiled call of a core: Keras' own ``predict`` costs 47 ms for one row."""

    def __init__(self, core: Any) -> None:
        # Each core is a function of its own to TensorFlow, which warns of one that is traced again and again.
        self._call = tf.function(partial(core, training=False), autograph=False, reduce_retracing=True)
        self._batch = rows_a_batch(core.output_shape[-1])

    def score(self, inputs: Arrays) -> np.ndarray:
        """Return the core's float32 output (n, units) for encoded rows."""
        return np.concatenate([scores for _, scores in self.batches(inputs)])

    def batches(self, inputs: Arrays) -> Iterator[tuple[dict[str, tf.Tensor], np.ndarray]]:
        """Yield encoded rows with the core's output for them, some thousands at a time."""
        rows = len(next(iter(inputs.values())))
        for start in range(0, rows, self._batch):
            batch = {name: tf.constant(array[start : start + self._batch]) for name, array in inputs.items()}
            yield batch, self._call(batch).numpy()


def rows_a_batch(width: int) -> int:
    """Return how many rows of float32 outputs (n, width) are handled at a time."""
    return max(1, min(BATCH, BATCH_BYTES // (4 * width)))


def to_prediction(scores: np.ndarray, target: Target) -> np.ndarray:
    """Return what users see of a core's output (n, units).

    Regression: float64 (n,) in the target's own unit. Binary: float32 (n,) probability of the second class.
    Multiclass: float32 (n, classes).
    """
    if target.task == "regression":
        return scores[:, 0].astype(np.float64) * target.spread + target.center
    return scores[:, 0] if target.task == "binary" else scores
