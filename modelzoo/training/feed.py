"""Feed encoded rows to the training step, in chunks of micro-batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np

from .chunks import Chunk, Draw, Encoded, Examples, chunks_dataset
from .relay import Relay
from .schedule import Schedule


@dataclass(frozen=True)
class Feed:
    """Yield rows pass after pass, each shuffled anew, cut into the schedule's epochs."""

    rows: Examples
    schedule: Schedule
    chunk: int
    seed: int

    @property
    def calls(self) -> int:
        """Chunks in each epoch: the full batches, then the short last one, if any."""
        return max(self._calls(size) for size in {self.schedule.largest_epoch, self._smallest_epoch})

    def epochs(self) -> Iterator[Chunk]:
        """Yield the chunks of all epochs, one after the other; they depend on schedule, seed and rows alone."""
        drawn = self.rows.draw(self.seed)
        for epoch in range(self.schedule.epochs):
            yield from self._epoch(epoch, drawn)

    def dataset(self, relay: Relay) -> object:
        """Return the chunks as a ``tf.data.Dataset`` that prepares the next while the current one trains."""
        return chunks_dataset(relay.guarded(self.epochs), self.rows.like)

    def _epoch(self, number: int, drawn: Draw) -> Iterator[Chunk]:
        first, end = self.schedule.bounds(number)
        batch = self.schedule.batch_size
        short = end - (end - first) % batch
        for start in range(first, short, self.chunk * batch):
            yield self._full(drawn.examples(start, min(start + self.chunk * batch, short)))
        if short < end:
            yield drawn.examples(short, end).pack(1, end - short, 1)
        for _ in range(self.calls - self._calls(end - first)):
            yield self._nothing()

    @property
    def _smallest_epoch(self) -> int:
        return self.schedule.examples // self.schedule.epochs

    def _calls(self, examples: int) -> int:
        full, left = divmod(examples, self.schedule.batch_size)
        return ceil(full / self.chunk) + (left > 0)

    def _full(self, rows: Encoded) -> Chunk:
        """Return a chunk of full batches, padded with its own rows to the chunk's size: one shape, one program."""
        batch, real = self.schedule.batch_size, rows.count // self.schedule.batch_size
        if real < self.chunk:
            rows = rows.take(np.resize(np.arange(rows.count), self.chunk * batch))
        return rows.pack(self.chunk, batch, real)

    def _nothing(self) -> Chunk:
        """Return a chunk of which nothing is real, for an epoch that is a call shorter than others.

        ``fit`` wants as many calls in each; a callback that watches batches sees this one too.
        """
        return self.rows.like.take(slice(0, 1)).pack(1, 1, 0)
