"""Decide how many rows a training sees, and in which portions: pure functions of settings and sizes."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from modelzoo_registry import TrainingSpec

LEAST_BATCH, MOST_BATCH = 32, 256
_BATCHES_AN_EPOCH = 128
"""Small tables get small batches, or an epoch would hold too few updates to learn from."""
LEAST_EPOCHS, MOST_EPOCHS = 20, 200
MOST_EVALS = 1_000_000
"""As many as ``TrainingSpec`` allows: what was decided is stored, and read again."""
_UPDATES = 3_000
"""Updates of the weights that small tables are seen again and again for."""


@dataclass(frozen=True)
class Schedule:
    """Say how many examples a training takes from its rows, in how many epochs and batches.

    An example is one row seen once. An epoch is what lies between two evaluations: one pass over all rows, or
    any other portion of the examples, which then begins where the one before ended.
    """

    rows: int
    batch_size: int
    epochs: int
    examples: int

    def bounds(self, epoch: int) -> tuple[int, int]:
        """Return the first example of an epoch, counted from 0, and the first one behind it."""
        return self.examples * epoch // self.epochs, self.examples * (epoch + 1) // self.epochs

    @property
    def largest_epoch(self) -> int:
        """Examples in the longest epoch; the others have as many, or one less."""
        return ceil(self.examples / self.epochs)

    @property
    def updates(self) -> int:
        """Updates of the weights in all, those of short last batches too."""
        smallest, longer = divmod(self.examples, self.epochs)  # so many epochs have one example more
        updates = longer * ceil((smallest + 1) / self.batch_size)
        return updates + (self.epochs - longer) * ceil(smallest / self.batch_size)


def settle(spec: TrainingSpec, rows: int) -> tuple[TrainingSpec, tuple[str, ...]]:
    """Return the settings with everything decided that was left open, and a line on each decision."""
    batch_size = spec.batch_size or default_batch_size(rows)
    chosen = {} if spec.batch_size else {"batch_size": batch_size}
    if spec.train_examples is None:
        chosen |= {} if spec.epochs else {"epochs": default_epochs(rows, batch_size)}
    elif spec.evals is None:
        chosen["evals"] = max(1, min(spec.train_examples, round(spec.train_examples / rows), MOST_EVALS))
    if not chosen:
        return spec, ()
    told = ", ".join(f"{name} = {value}" for name, value in chosen.items())
    return spec.model_copy(update=chosen), (f"{told}: chosen for {rows:,} rows",)


def make_schedule(settled: TrainingSpec, rows: int) -> Schedule:
    """Return the schedule of settings in which nothing is left open."""
    epochs = settled.epochs if settled.train_examples is None else settled.evals
    if settled.batch_size is None or epochs is None:
        raise ValueError("the settings are not settled yet")
    return Schedule(rows, settled.batch_size, epochs, settled.train_examples or epochs * rows)


def default_batch_size(rows: int) -> int:
    """Return the power of two that makes about 128 batches of the rows, at least 32 and at most 256."""
    wanted = max(LEAST_BATCH, min(MOST_BATCH, rows // _BATCHES_AN_EPOCH))
    return 1 << (wanted.bit_length() - 1)


def default_epochs(rows: int, batch_size: int) -> int:
    """Return the epochs that make about 3,000 updates, at least 20 and at most 200."""
    return max(LEAST_EPOCHS, min(MOST_EPOCHS, ceil(_UPDATES / ceil(rows / batch_size))))
