"""Feed encoded rows to the training step, in chunks of micro-batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np

from ..columns.encoder import Arrays
from .schedule import Schedule

Chunk = tuple[Arrays, np.ndarray, np.int32]
"""Inputs (chunk, batch, ...), targets (chunk, batch, 1 or 0), and how many of the micro-batches are real."""


@dataclass(frozen=True)
class Feed:
    """Hold encoded rows and yield them, pass after pass, each shuffled anew, cut into the schedule's epochs."""

    inputs: Arrays
    targets: np.ndarray
    schedule: Schedule
    chunk: int
    seed: int

    @property
    def calls(self) -> int:
        """Chunks in each epoch: the full batches, then the short last one, if any."""
        return max(self._calls(size) for size in {self.schedule.largest_epoch, self._smallest_epoch})

    def epochs(self) -> Iterator[Chunk]:
        """Yield the chunks of all epochs, one after the other."""
        for epoch in range(self.schedule.epochs):
            yield from self.epoch(epoch)

    def epoch(self, number: int) -> Iterator[Chunk]:
        """Yield the chunks of one epoch; what they hold depends on schedule, seed and number alone."""
        first, end = self.schedule.bounds(number)
        batch, passes = self.schedule.batch_size, _Passes(self.schedule.rows, self.seed)
        short = end - (end - first) % batch
        for start in range(first, short, self.chunk * batch):
            yield self._full(passes.examples(start, min(start + self.chunk * batch, short)))
        if short < end:
            yield self._gather(passes.examples(short, end), 1, end - short)
        for _ in range(self.calls - self._calls(end - first)):
            yield self._nothing()

    @property
    def _smallest_epoch(self) -> int:
        return self.schedule.examples // self.schedule.epochs

    def _calls(self, examples: int) -> int:
        full, left = divmod(examples, self.schedule.batch_size)
        return ceil(full / self.chunk) + (left > 0)

    def _full(self, rows: np.ndarray) -> Chunk:
        """Return a chunk of full batches, padded with the first rows to the chunk's size: one shape, one program."""
        batch = self.schedule.batch_size
        missing = self.chunk * batch - rows.size
        inputs, targets, _ = self._gather(np.concatenate([rows, np.resize(rows, missing)]), self.chunk, batch)
        return inputs, targets, np.int32(rows.size // batch)

    def _nothing(self) -> Chunk:
        """Return a chunk of which nothing is real, for an epoch that is a call shorter than others.

        ``fit`` wants as many calls in each; a callback that watches batches sees this one too.
        """
        inputs, targets, _ = self._gather(np.zeros(1, np.int64), 1, 1)
        return inputs, targets, np.int32(0)

    def _gather(self, rows: np.ndarray, chunk: int, batch: int) -> Chunk:
        shaped = {name: array[rows].reshape(chunk, batch, *array.shape[1:]) for name, array in self.inputs.items()}
        return shaped, self.targets[rows].reshape(chunk, batch, *self.targets.shape[1:]), np.int32(chunk)

    def dataset(self) -> object:
        """Return the chunks as a ``tf.data.Dataset`` that prepares the next while the current one trains."""
        import tensorflow as tf

        def spec(array: np.ndarray) -> tf.TensorSpec:
            return tf.TensorSpec((None, None, *array.shape[1:]), array.dtype)

        signature = (
            {name: spec(array) for name, array in self.inputs.items()},
            spec(self.targets),
            tf.TensorSpec((), tf.int32),
        )
        return tf.data.Dataset.from_generator(self.epochs, output_signature=signature).prefetch(2)


class _Passes:
    """Shuffle the rows anew for each pass over them; holds one pass at a time."""

    def __init__(self, rows: int, seed: int) -> None:
        self._rows = rows
        self._seed = seed
        self._number = -1
        self._order = np.empty(0, np.int64)

    def examples(self, first: int, end: int) -> np.ndarray:
        """Return the rows of examples first..end: of each pass that these reach into, its part."""
        rows, parts = self._rows, []
        for number in range(first // rows, ceil(end / rows)):
            start = number * rows
            parts.append(self._pass(number)[max(first - start, 0) : end - start])
        return np.concatenate(parts)

    def _pass(self, number: int) -> np.ndarray:
        if number != self._number:
            self._order = np.random.default_rng([self._seed, number]).permutation(self._rows)
            self._number = number
        return self._order
