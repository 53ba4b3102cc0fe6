"""Feed encoded rows to the training step, in chunks of micro-batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from .chunks import Chunk, Draw, Encoded, Examples, chunk_signature
from .relay import Relay
from .schedule import Schedule


@dataclass(frozen=True)
class Place:
    """Say how far a training has come: after so many epochs, and so many calls of the step in the next."""

    epoch: int
    call: int


BEGINNING = Place(0, 0)


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

    def epochs(self, begin: Place = BEGINNING) -> Iterator[Chunk]:
        """Yield the chunks of all epochs from a place on; they depend on schedule, seed and rows alone."""
        drawn = None
        for epoch in range(begin.epoch, self.schedule.epochs):
            for start, end in self._spans(epoch)[begin.call if epoch == begin.epoch else 0 :]:
                drawn = drawn or self.rows.draw(self.seed, start)
                yield self._chunk(drawn, start, end)

    def dataset(self, relay: Relay, begin: Place = BEGINNING) -> object:
        """Return the chunks as a ``tf.data.Dataset`` that prepares the next while the current one trains.

        It says that it holds those of all epochs, wherever it begins: ``fit`` would begin it anew after the last.
        """
        count = self.calls * self.schedule.epochs
        return relay.dataset(lambda: self.epochs(begin), count, chunk_signature(self.rows.like))

    @property
    def signature(self) -> Any:
        """The ``tf.TensorSpec`` of the arrays of a chunk of full batches; where none is full, of a short one."""
        batch = min(self.schedule.batch_size, self.schedule.largest_epoch)
        return chunk_signature(self.rows.like, self.chunk, batch)

    def _spans(self, epoch: int) -> list[tuple[int, int]]:
        """Return the examples of each call of an epoch: of full batches, of the short last one, and of none."""
        first, end = self.schedule.bounds(epoch)
        step = self.chunk * self.schedule.batch_size
        short = end - (end - first) % self.schedule.batch_size
        spans = [(start, min(start + step, short)) for start in range(first, short, step)]
        spans += [(short, end)] if short < end else []
        return spans + [(end, end)] * (self.calls - len(spans))

    def _chunk(self, drawn: Draw, start: int, end: int) -> Chunk:
        if start == end:
            return self._nothing()
        if end - start < self.schedule.batch_size:
            return drawn.examples(start, end).pack(1, end - start, 1)
        return self._full(drawn.examples(start, end))

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
