"""Look through rows that are streamed before any is trained on: at their target, their times and their weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from numbers import Real
from typing import Any

import numpy as np
import pyarrow as pa
from modelzoo_registry import DataError, Task
from modelzoo_registry.training import TimeSplit

from ..columns.raw import RawInput
from ..columns.statistics import Moments, Sample, mixed
from ..columns.stray import misfits
from ..columns.target import Target, TargetLearner, is_known
from ..columns.wire import gather_faults
from ..data.stream import Stream
from .split import last_part, read_instants
from .weights import ClassWeight, class_factors, read_weights, require_weight


@dataclass(frozen=True)
class Sorted:
    """Hold which rows of a portion are trained on and which validate, bool (n,) each, and what they weigh, if asked."""

    train: np.ndarray
    valid: np.ndarray
    weights: np.ndarray | None
    """float64 (n,), of the column of weights."""
    weightless: int = 0
    """Rows that would be trained on if they did not weigh 0."""


@dataclass(frozen=True)
class Sieve:
    """Tell of each row, by its number and its values, whether it is trained on, validates, or is left out."""

    target: str | None
    weight: str | None = None
    time: str | None = None
    since: float | None = None
    """The first instant that is held back."""
    share: float = 0.0
    """The part of the rows that is drawn to be held back, each by its number and the seed; 1 is all of them."""
    seed: int = 0

    @property
    def columns(self) -> list[str]:
        """The columns it looks at."""
        return list(dict.fromkeys(name for name in (self.target, self.weight, self.time) if name is not None))

    def sort(self, first_row: int, table: pa.Table) -> Sorted:
        """Return what becomes of the rows of a table, of which the first has this number, counted from 0.

        Raises:
            DataError: about weights and times that are none.
        """
        known = np.ones(table.num_rows, np.bool_)
        if self.target is not None:
            known = is_known(self.target, table.column(self.target))
        held_back = self._held_back(first_row, table)
        trained, weights = known & ~held_back, None
        if self.weight is not None:
            weights = read_weights(self.weight, table.column(self.weight), known, first_row=first_row + 1)
            weightless = trained & (weights == 0)
            return Sorted(trained & ~weightless, known & held_back, weights, int(np.count_nonzero(weightless)))
        return Sorted(trained, known & held_back, weights)

    def _held_back(self, first_row: int, table: pa.Table) -> np.ndarray:
        if self.time is not None:
            later: np.ndarray = read_instants(self.time, table.column(self.time)) >= self.since
            return later
        if self.share in (0, 1):
            return np.full(table.num_rows, bool(self.share))
        numbers = np.arange(first_row, first_row + table.num_rows, dtype=np.uint64)
        drawn = mixed(numbers + mixed(np.array([self.seed], np.uint64)))
        return drawn < np.uint64(min(int(self.share * 2.0**64), 2**64 - 1))


@dataclass(frozen=True)
class Survey:
    """Hold what was found."""

    sieve: Sieve
    target: Target
    train: int
    """Rows to train on."""
    valid: int
    """Rows held back to validate on."""
    mean_weight: float
    """Of the training rows, by the column of weights."""
    factors: np.ndarray | None
    """What each class weighs besides in training, (classes,)."""
    notes: tuple[str, ...]

    def sort(self, first_row: int, table: pa.Table) -> Sorted:
        """Do as the sieve does, and leave rows of classes that weigh 0 out of the training."""
        found = self.sieve.sort(first_row, table)
        if self.factors is None or self.factors.all():
            return found
        ids = self.target.read(table.filter(pa.array(found.train)))[:, 0].astype(np.int64)
        train = found.train.copy()
        train[train] = self.factors[ids] > 0
        return replace(found, train=train)

    def weigh(self, table: pa.Table, weights: np.ndarray | None, *, in_training: bool) -> np.ndarray | None:
        """Return what rows weigh, float32 (n,), by their own weights (n,) and their classes; None: all alike."""
        scaled = None if weights is None else weights / self.mean_weight
        if self.factors is not None and in_training:
            by_class = self.factors[self.target.read(table)[:, 0].astype(np.int64)]
            scaled = by_class if scaled is None else scaled * by_class
        return None if scaled is None else scaled.astype(np.float32)


def survey(
    stream: Stream,
    sieve: Sieve,
    task: Task | None,
    validation: Any,
    class_weight: ClassWeight | None,
) -> Survey:
    """Return the target, how the rows are split, and what they weigh; only the columns for that are read, twice.

    Args:
        stream: the rows.
        sieve: names target, weights and times; how the rows are split is filled in here.
        task: None infers it.
        validation: a part of the rows, drawn or the last in time; of anything else no row is held back.
        class_weight: ``balanced``, or weights by label.

    Raises:
        DataError: about targets, times and weights that cannot be used, and when no row is left.
        SpecError: about class weights that fit no class.
    """
    target, notes, times = _look_for_target(stream, sieve, task)
    if isinstance(validation, TimeSplit) and sieve.time is not None:
        sieve = replace(sieve, since=last_part(sieve.time, times, validation.share))
    elif isinstance(validation, Real) and validation:
        sieve = replace(sieve, share=float(validation))
    counted = _Count(sieve, target)
    for first_row, table in _portions(stream, sieve):
        counted.add(first_row, table)
    return counted.result(class_weight, notes)


def _portions(stream: Stream, sieve: Sieve) -> Any:
    return stream.batches(sieve.columns or stream.schema.names[:1])


def _look_for_target(stream: Stream, sieve: Sieve, task: Task | None) -> tuple[Target, tuple[str, ...], np.ndarray]:
    """Return the target, not scaled yet, what was assumed and left out, and a sample of the times."""
    learner = None if sieve.target is None else TargetLearner(sieve.target)
    times, timeless = Sample(), 0
    for first_row, table in _portions(stream, sieve) if sieve.columns else ():
        known = np.ones(table.num_rows, np.bool_)
        if learner is not None and sieve.target is not None:
            if task == "regression":
                number = RawInput(sieve.target, "number")
                gather_faults("the data cannot be used", [partial(misfits, [number], table, first_row=first_row + 1)])
            known = learner.add(table.column(sieve.target), first_row=first_row + 1)
        if sieve.time is not None:
            instants = read_instants(sieve.time, table.column(sieve.time), first_row=first_row + 1)[known]
            times.add(instants)
            timeless += int(np.count_nonzero(np.isnan(instants)))
    notes = [f"{timeless:,} rows have no {sieve.time!r}: they are trained on, none validates"] if timeless else []
    if learner is None:
        return Target(name=None, task="reconstruction"), tuple(notes), times.values()
    target, assumed = learner.finish(task)
    left_out = [f"left out {learner.missing:,} rows that have no {sieve.target!r}"] if learner.missing else []
    return target, (*left_out, assumed, *notes), times.values()


def survey_given(stream: Stream, found: Survey, read: Sequence[str]) -> Survey:
    """Return how rows that were given to validate on are used: all of them that have a target.

    Args:
        stream: the rows.
        found: the survey of the training rows.
        read: the columns the model reads, which must be there.

    Raises:
        ColumnError, DataError: about columns that are not there, and when no row has a target.
    """
    counted = _Count(Sieve(found.sieve.target, found.sieve.weight, share=1.0), found.target)
    try:
        next(stream.batches(read))
        for first_row, table in _portions(stream, counted.sieve):
            counted.add(first_row, table)
        counted.require_valid()
    except DataError as error:
        raise type(error)(f"validation ({stream.name}): {error.title}", error.faults) from error
    return replace(found, sieve=counted.sieve, train=0, valid=counted.valid, notes=())


class _Count:
    """Count the rows of each use, and gather the scale of the target and of the weights over the training rows."""

    def __init__(self, sieve: Sieve, target: Target) -> None:
        self.sieve = sieve
        self._target = target
        self._moments = Moments()
        self._weights = Moments()
        self._classes = np.zeros(len(target.labels), np.int64)
        self._train = 0
        self._weightless = 0
        self._valid_weighs = False
        self.valid = 0

    def add(self, first_row: int, table: pa.Table) -> None:
        found = self.sieve.sort(first_row, table)
        self._train += int(np.count_nonzero(found.train))
        self.valid += int(np.count_nonzero(found.valid))
        self._weightless += found.weightless
        if found.weights is not None:
            self._weights.add(found.weights[found.train])
            self._valid_weighs = self._valid_weighs or bool(found.weights[found.valid].any())
        if self._target.task == "regression":
            column = table.column(self._target.column).filter(pa.array(found.train))
            self._moments.add(self._target.measured(column)[:, 0])
        elif self._target.labels:
            column = table.column(self._target.column).filter(pa.array(found.train))
            ids = self._target.encode(column)[:, 0].astype(np.int64)
            self._classes += np.bincount(ids, minlength=self._classes.size)

    def require_valid(self) -> None:
        """Raise DataError when no row validates, or all weigh 0."""
        if not self.valid:
            raise DataError("no row has a target")
        if self.sieve.weight is not None and not self._valid_weighs:
            require_weight(np.zeros(self.valid), self.sieve.weight, "validation")

    def result(self, class_weight: ClassWeight | None, notes: tuple[str, ...]) -> Survey:
        target, sieve = self._target, self.sieve
        is_split = bool(sieve.share) or sieve.since is not None
        if sieve.weight is not None and self._weightless and not self._train:
            require_weight(np.zeros(self._weightless), sieve.weight, "training")
        if not self._train or (is_split and not self.valid):
            raise DataError(f"{self._train} rows are left to train on and {self.valid} to validate on: give more rows")
        if is_split:
            self.require_valid()
        if target.task == "regression":
            center, spread = self._moments.result()
            target = target.model_copy(update={"center": center, "spread": spread})
        factors = None if class_weight is None else class_factors(class_weight, target, self._classes)
        train = self._train if factors is None else int(self._classes[factors > 0].sum())
        if not train:
            require_weight(np.zeros(self._train), "class_weight", "training")
        left_out = {sieve.weight: self._weightless, "class_weight": self._train - train}
        notes += tuple(
            f"left out {count:,} training rows that weigh 0 by {name!r}" for name, count in left_out.items() if count
        )
        mean = self._weights.result()[0] if sieve.weight is not None else 1.0
        return Survey(sieve, target, train, self.valid, mean, factors, notes)
