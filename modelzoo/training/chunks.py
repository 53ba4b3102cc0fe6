"""Encoded rows, and the chunks of micro-batches they are packed into for the training step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..columns.encoder import Arrays

Chunk = tuple[Arrays, np.ndarray, np.ndarray, np.int32]
"""Inputs (chunk, batch, ...), targets (chunk, batch, 1 or 0), weights float32 (chunk, batch), or (chunk, 0) when all
rows weigh alike, and how many of the micro-batches are real."""


@dataclass(frozen=True)
class Encoded:
    """Hold encoded rows with their targets and, unless all weigh alike, their weights."""

    inputs: Arrays
    targets: np.ndarray
    weights: np.ndarray | None = None
    """float32 (n,)."""

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        weights = [] if self.weights is None else [self.weights]
        return sum(array[:1].nbytes for array in [*self.inputs.values(), self.targets, *weights])

    def first(self, count: int) -> tuple[dict[str, Any], Any]:
        """Return inputs and targets of the first rows as tensors."""
        import tensorflow as tf

        inputs = {name: tf.constant(array[:count]) for name, array in self.inputs.items()}
        return inputs, tf.constant(self.targets[:count])

    def take(self, rows: np.ndarray) -> Encoded:
        """Return these rows, in this order."""
        inputs = {name: array[rows] for name, array in self.inputs.items()}
        return Encoded(inputs, self.targets[rows], None if self.weights is None else self.weights[rows])

    def pack(self, chunk: int, batch: int, count: int) -> Chunk:
        """Return all rows, chunk * batch of them, as a chunk of which the first ``count`` micro-batches are real."""
        inputs = {name: _cut(array, chunk, batch) for name, array in self.inputs.items()}
        weights = np.empty((chunk, 0), np.float32) if self.weights is None else _cut(self.weights, chunk, batch)
        return inputs, _cut(self.targets, chunk, batch), weights, np.int32(count)


def _cut(array: np.ndarray, chunk: int, batch: int) -> np.ndarray:
    return array.reshape(chunk, batch, *array.shape[1:])


def chunks_dataset(chunks: Callable[[], Iterator[Chunk]], like: Encoded) -> Any:
    """Return chunks as a ``tf.data.Dataset`` that prepares the next while the current one trains.

    Args:
        chunks: begins them anew.
        like: rows of the dtypes and shapes they hold.
    """
    import tensorflow as tf

    def spec(array: np.ndarray) -> tf.TensorSpec:
        return tf.TensorSpec((None, None, *array.shape[1:]), array.dtype)

    signature = (
        {name: spec(array) for name, array in like.inputs.items()},
        spec(like.targets),
        tf.TensorSpec((None, None), tf.float32),
        tf.TensorSpec((), tf.int32),
    )
    return tf.data.Dataset.from_generator(chunks, output_signature=signature).prefetch(2)
