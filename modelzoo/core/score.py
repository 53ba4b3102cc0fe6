"""Run a core over encoded rows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf

from ..batches import rows_a_batch
from ..columns.encoder import Arrays


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
            yield batch, self._scores_of_one(batch) if rows - start == 1 else self._call(batch).numpy()

    def _scores_of_one(self, row: dict[str, tf.Tensor]) -> np.ndarray:
        """Return the output for one row, which alone would go through other products and be rounded differently."""
        twice: np.ndarray = self._call({name: tf.repeat(tensor, 2, axis=0) for name, tensor in row.items()}).numpy()
        return twice[:1]
