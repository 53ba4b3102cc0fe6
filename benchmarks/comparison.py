"""Turn what sides measured into rows of a table: medians, ratios, and whether the row counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

Rounds = Sequence[dict[str, Any]]
"""What one side reported, round by round."""

LOSS_TOLERANCE = 0.05


@dataclass(frozen=True)
class Figure:
    """Say what is taken of the rounds of a side, and how it reads."""

    take: Callable[[Rounds], float]
    unit: str


@dataclass(frozen=True)
class Comparison:
    """Hold one side against another."""

    name: str
    """What ``--only`` calls it; several may have the same."""
    work: str
    against: str
    ours: str
    theirs: str
    """Names of the two sides."""
    figure: Figure
    ratio: Callable[[float, float], float]
    """From our figure and theirs."""
    asked: float
    at_least: bool = True
    error: str = ""
    """What both report at the end and must agree in: a loss; "" where nothing is trained to be compared."""
    may_be_better: bool = False
    """Whether our error only must not be worse, since both minimise it in different units."""

    def row(self, rounds: dict[str, Rounds]) -> dict[str, Any]:
        """Return what the table says: figures, ratio, errors, whether they agree, whether the ratio is reached."""
        ours, theirs = rounds[self.ours], rounds[self.theirs]
        figures = [self.figure.take(side) for side in (ours, theirs)]
        ratio = self.ratio(*figures)
        errors = [median(each[self.error] for each in side) for side in (ours, theirs)] if self.error else None
        return {
            **self.head(),
            "ours": figures[0],
            "theirs": figures[1],
            "ratio": ratio,
            "reached": ratio >= self.asked if self.at_least else ratio <= self.asked,
            "error": self.error,
            "errors": errors,
            "counts": errors is None or agree(*errors, may_be_better=self.may_be_better),
        }

    def left_out(self, why: str) -> dict[str, Any]:
        """Return the row of a comparison that was not made."""
        return {**self.head(), "left_out": why}

    def head(self) -> dict[str, Any]:
        """Return what is known before anything is measured."""
        return {
            "name": self.name,
            "work": self.work,
            "against": self.against,
            "asked": self.asked,
            "at_least": self.at_least,
            "unit": self.figure.unit,
        }


def steady_epoch(rounds: Rounds) -> float:
    """Return the median, over the rounds, of the median epoch after the first, in seconds."""
    return median(median(each["seconds"][1:]) for each in rounds)


def whole_process(rounds: Rounds) -> float:
    """Return the median seconds of the process, from the shell and back."""
    return median(each["process_seconds"] for each in rounds)


def peak(rounds: Rounds) -> float:
    """Return the median of the most memory the process had, in bytes."""
    return median(each["peak_bytes"] for each in rounds)


def progress_share(rounds: Rounds) -> float:
    """Return the median share of the epochs after the first that the progress callback took."""
    return median(each["share_of_progress"] for each in rounds)


def agree(ours: float, theirs: float, *, may_be_better: bool) -> bool:
    """Whether final errors are near enough for times to be compared."""
    worse = ours / theirs - 1
    return worse <= LOSS_TOLERANCE and (may_be_better or worse >= -LOSS_TOLERANCE)


def multiply_adds(widths: Sequence[int], rows: int) -> int:
    """Return how many multiplications with an addition the matrix products of one epoch are.

    Each layer has a product forward, one for the gradient by its kernel, and, but for the first layer, one for the
    gradient by its input; all three of a layer are the same size.

    Args:
        widths: of input, hidden layers and output.
        rows: rows in an epoch.
    """
    first, *others = [wide * narrow for wide, narrow in pairwise(widths)]
    return rows * (2 * first + 3 * sum(others))
