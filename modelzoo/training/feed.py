"""Feed encoded rows to the training step, in chunks of micro-batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np

from .chunks import Chunk, Encoded, chunks_dataset
from .schedule import Schedule


@dataclass(frozen=True)
class Feed:
    """Hold encoded rows and yield them, pass after pass, each shuffled anew, cut into the schedule's epochs."""

    rows: Encoded
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
            yield self.rows.take(passes.examples(short, end)).pack(1, end - short, 1)
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
        padded = np.concatenate([rows, np.resize(rows, missing)])
        return self.rows.take(padded).pack(self.chunk, batch, rows.size // batch)

    def _nothing(self) -> Chunk:
        """Return a chunk of which nothing is real, for an epoch that is a call shorter than others.

        ``fit`` wants as many calls in each; a callback that watches batches sees this one too.
        """
        return self.rows.take(np.zeros(1, np.int64)).pack(1, 1, 0)

    def dataset(self) -> object:
        """Return the chunks as a ``tf.data.Dataset`` that prepares the next while the current one trains."""
        return chunks_dataset(self.epochs, self.rows)


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
