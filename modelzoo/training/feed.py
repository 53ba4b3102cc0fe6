"""Feed encoded rows to the training step, in chunks of micro-batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np

from ..columns.encoder import Arrays

Chunk = tuple[Arrays, np.ndarray, np.int32]
"""Inputs (chunk, batch, ...), targets (chunk, batch, 1), and how many of the micro-batches are real."""


@dataclass(frozen=True)
class Feed:
    """Hold encoded rows and yield them, shuffled anew each epoch, every row once an epoch."""

    inputs: Arrays
    targets: np.ndarray
    batch_size: int
    chunk: int
    seed: int

    @property
    def rows(self) -> int:
        """Rows in one epoch."""
        return len(self.targets)

    @property
    def full_batches(self) -> int:
        """Batches of full size in one epoch."""
        return self.rows // self.batch_size

    @property
    def steps(self) -> int:
        """Updates of the weights in one epoch."""
        return ceil(self.rows / self.batch_size)

    @property
    def calls(self) -> int:
        """Chunks in one epoch: the full batches, then the short last one."""
        return ceil(self.full_batches / self.chunk) + (self.steps - self.full_batches)

    def epochs(self, count: int) -> Iterator[Chunk]:
        """Yield the chunks of ``count`` epochs, one after the other."""
        for epoch in range(count):
            yield from self.epoch(epoch)

    def epoch(self, number: int) -> Iterator[Chunk]:
        """Yield the chunks of one epoch; its order depends on seed and number alone."""
        order = np.random.default_rng([self.seed, number]).permutation(self.rows)
        rows_a_chunk = self.chunk * self.batch_size
        end = self.full_batches * self.batch_size
        for start in range(0, end, rows_a_chunk):
            yield self._full(order[start : min(start + rows_a_chunk, end)])
        if end < self.rows:
            yield self._gather(order[end:], 1, self.rows - end)

    def _full(self, rows: np.ndarray) -> Chunk:
        """Return a chunk of full batches, padded with the first rows to the chunk's size: one shape, one program."""
        real = rows.size // self.batch_size
        missing = self.chunk * self.batch_size - rows.size
        inputs, targets, _ = self._gather(np.concatenate([rows, np.resize(rows, missing)]), self.chunk, self.batch_size)
        return inputs, targets, np.int32(real)

    def _gather(self, rows: np.ndarray, chunk: int, batch: int) -> Chunk:
        shaped = {name: array[rows].reshape(chunk, batch, *array.shape[1:]) for name, array in self.inputs.items()}
        return shaped, self.targets[rows].reshape(chunk, batch, *self.targets.shape[1:]), np.int32(chunk)

    def dataset(self, epochs: int) -> object:
        """Return the chunks as a ``tf.data.Dataset`` that prepares the next while the current one trains."""
        import tensorflow as tf

        def spec(array: np.ndarray) -> tf.TensorSpec:
            return tf.TensorSpec((None, None, *array.shape[1:]), array.dtype)

        signature = (
            {name: spec(array) for name, array in self.inputs.items()},
            spec(self.targets),
            tf.TensorSpec((), tf.int32),
        )
        return tf.data.Dataset.from_generator(lambda: self.epochs(epochs), output_signature=signature).prefetch(2)
