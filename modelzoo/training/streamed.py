"""Rows that are more than memory holds: read, encoded and shuffled on the way to the training step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pyarrow as pa

from ..columns import Encoder
from ..data.stream import Stream
from .chunks import Draw, Encoded, concatenate
from .survey import Survey
from .window import shuffled

Use = Literal["train", "valid"]

PORTION = 65_536
"""Most rows read at a time."""
_LIKE_ROWS = 4_096
_PORTION_BYTES = 8 * 2**20
"""Encoded bytes read at a time."""
_WINDOW_SHARE = 4
"""The window takes this part of the memory; beside it rows are read, encoded and handed to the step."""


@dataclass(frozen=True)
class StreamedExamples:
    """Encode the rows of a stream anew each time they are asked for; see ``Examples``."""

    stream: Stream
    encoder: Encoder
    survey: Survey
    use: Use
    memory: int
    """Bytes that encoded rows may take."""

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.survey.train if self.use == "train" else self.survey.valid

    @cached_property
    def like(self) -> Encoded:
        """The first rows."""
        return next(self.blocks(_LIKE_ROWS))

    def draw(self, seed: int, first: int = 0) -> Draw:
        """Return what hands the rows out, shuffled anew in each pass, in a window.

        To begin in the middle of a pass, its rows up to there are read and passed over.
        """
        number, passed = divmod(first, self.count)
        drawn = _Passes(self, seed, number)
        drawn.pass_over(passed)
        return drawn

    def blocks(self, rows: int) -> Iterator[Encoded]:
        """Yield all rows once, in order, so many at a time; the last ones may be fewer."""
        return _of_size(self._encoded(self.stream.batches(self._columns, size=self._portion)), rows)

    def shuffled(self, seed: int) -> Iterator[Encoded]:
        """Yield all rows once, in an order drawn from a seed."""
        portions = self.stream.shuffled_batches(self._columns, seed=seed, size=self._portion)
        window = max(1, self.memory // (_WINDOW_SHARE * self.like.row_bytes))
        return shuffled(self._encoded(portions), window, np.random.default_rng(seed))

    @property
    def _columns(self) -> list[str]:
        return list(dict.fromkeys([*(raw.name for raw in self.encoder.raw), *self.survey.sieve.columns]))

    @property
    def _portion(self) -> int:
        """Rows of a portion: what they take encoded is known well enough from the schema."""
        return max(1, min(PORTION, _PORTION_BYTES * self.stream.rows // self.stream.nbytes))

    def _encoded(self, portions: Iterable[tuple[int, pa.Table]]) -> Iterator[Encoded]:
        for first_row, table in portions:
            found = self.survey.sort(first_row, table)
            chosen = found.train if self.use == "train" else found.valid
            if chosen.any():
                yield self._encode(first_row, table, chosen, found.weights)

    def _encode(self, first_row: int, table: pa.Table, chosen: np.ndarray, weights: np.ndarray | None) -> Encoded:
        inputs = self.encoder.encode(table, first_row=first_row + 1)  # all of them: faults name rows as they were given
        if not chosen.all():
            inputs = {name: array[chosen] for name, array in inputs.items()}
            table = table.filter(pa.array(chosen))
            weights = None if weights is None else weights[chosen]
        weights = self.survey.weigh(table, weights, in_training=self.use == "train")
        return Encoded(inputs, self.survey.target.read(table), weights)


class _Passes:
    """Hand out examples pass after pass, holding those that were read and not asked for yet."""

    def __init__(self, rows: StreamedExamples, seed: int, number: int = 0) -> None:
        self._blocks = self._all(rows, seed, number)
        self._rest: Encoded | None = None

    def examples(self, first: int, end: int) -> Encoded:
        """See ``Draw``."""
        parts: list[Encoded] = []
        wanted = end - first
        while wanted:
            block = self._rest or next(self._blocks)
            parts.append(block.take(slice(0, wanted)))
            self._rest = block.take(slice(wanted, None)) if block.count > wanted else None
            wanted -= parts[-1].count
        return concatenate(parts)

    def pass_over(self, count: int) -> None:
        """Leave out the next examples."""
        while count:
            block = self._rest or next(self._blocks)
            passed = min(count, block.count)
            self._rest = block.take(slice(passed, None)) if passed < block.count else None
            count -= passed

    def _all(self, rows: StreamedExamples, seed: int, number: int) -> Iterator[Encoded]:
        while True:
            yield from rows.shuffled(int(np.random.SeedSequence([seed, number]).generate_state(1)[0]))
            number += 1


def _of_size(blocks: Iterable[Encoded], rows: int) -> Iterator[Encoded]:
    """Yield the same rows, so many at a time."""
    held: list[Encoded] = []
    count = 0
    for block in blocks:
        held.append(block)
        count += block.count
        if count >= rows:
            whole = concatenate(held)
            for start in range(0, count - count % rows, rows):
                yield whole.take(slice(start, start + rows))
            held, count = [whole.take(slice(count - count % rows, None))], count % rows
    if count:
        yield concatenate(held)
