"""Weigh rows: by a column of weights, by their class, or by both."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from modelzoo_registry import DataError, Fault, SpecError

from ..columns.raw import RawInput
from ..columns.target import Target
from ..columns.wire import to_wire

ClassWeight = Literal["balanced"] | Mapping[str, float]
"""``TrainingSpec.class_weight``: a rule, or weights by the text of their labels."""

_TITLE = "the weights cannot be used"
_SHOWN = 3


def read_weights(
    name: str, column: pa.ChunkedArray, counted: np.ndarray | None = None, *, first_row: int = 1
) -> np.ndarray:
    """Return the weight of each row, float64 (n,).

    Args:
        name: the column's, for messages.
        column: numbers, finite and from 0 on.
        counted: bool (n,), the rows that need a weight; None means all.
        first_row: the number of the first row in messages.

    Raises:
        DataError: naming the first rows (counted from 1) without such a weight.
    """
    try:
        weights: np.ndarray = to_wire(RawInput(name, "number"), column, first_row=first_row)
    except DataError as error:
        raise DataError(_TITLE, error.faults) from error
    needed = np.ones(len(weights), np.bool_) if counted is None else counted
    bad = np.flatnonzero(needed & ~(np.isfinite(weights) & (weights >= 0)))
    if bad.size:
        raise DataError(
            _TITLE, [Fault(name, f"finite numbers from 0 on belong here. Received: {_some(weights, bad, first_row)}")]
        )
    return weights


def require_weight(weights: np.ndarray, name: str, part: str) -> None:
    """Raise DataError when all weights of a part of the rows are 0."""
    if not weights.any():
        raise DataError(_TITLE, [Fault(name, f"all {len(weights):,} {part} rows weigh 0")])


def in_means_of(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return values divided by the mean of the weights, so that the learning rate keeps its meaning.

    A power of two is taken out of both before: the sum of very large weights would not be finite.
    """
    power = np.frexp(weights.max())[1]
    return np.asarray(np.ldexp(values, -power) / np.ldexp(weights, -power).mean())


def class_factors(class_weight: ClassWeight, target: Target, counts: np.ndarray) -> np.ndarray:
    """Return the weight of each class, float64 (classes,), in the order of the target's labels.

    ``balanced`` is rows / (classes * rows of the class), scikit-learn's ``compute_class_weight``; it follows King
    and Zeng, "Logistic Regression in Rare Events Data" (2001). Labels that a mapping leaves out weigh 1.

    Args:
        class_weight: the rule, or the weights by label.
        target: names the classes.
        counts: training rows of each class (classes,).

    Raises:
        SpecError: when there are no classes, or the mapping names what is none.
    """
    if not target.labels:
        message = f"weighs classes, and {target.task} has none: give weight_column=..., a column of weights"
        raise SpecError(_TITLE, [Fault("class_weight", message)])
    if class_weight == "balanced":
        seen = counts > 0  # of a class whose rows are all held back there is nothing to weigh
        return np.where(seen, counts.sum() / (np.count_nonzero(seen) * np.maximum(counts, 1)), 1.0)
    return _by_label(dict(class_weight), target.labels)


def _by_label(weights: Mapping[str, float], labels: tuple[Any, ...]) -> np.ndarray:
    named = {text: [place for place, label in enumerate(labels) if _names(text, label)] for text in weights}
    classes = ", ".join(map(str, labels))
    faults = [
        Fault(f"class_weight.{text}", f"there is no such class. Classes: {classes}")
        for text, places in named.items()
        if not places
    ]
    factors = np.ones(len(labels))
    for place, label in enumerate(labels):
        texts = [text for text, places in named.items() if place in places]
        if len(texts) > 1:
            faults.append(Fault("class_weight", f"{', '.join(texts)} name one class, {label}: give one of them"))
        for text in texts:
            factors[place] = weights[text]
    if not faults and not factors.any():
        faults.append(Fault("class_weight", f"all classes weigh 0. Classes: {classes}"))
    if faults:
        raise SpecError(_TITLE, faults)
    return factors


def _names(text: str, label: Any) -> bool:
    """Whether a text names a label: as it is written, whatever a number's form (1 and 1.0), true as True."""
    if isinstance(label, str):
        return text == label
    if isinstance(label, bool):
        return text.lower() == str(label).lower()
    try:
        return bool(float(text) == label)
    except ValueError:
        return False


def _some(weights: np.ndarray, bad: np.ndarray, first_row: int) -> str:
    shown = [
        f"row {first_row + row}: {'missing' if isnan(weights[row]) else f'{weights[row]:g}'}" for row in bad[:_SHOWN]
    ]
    return ", ".join(shown) + (", and more" if bad.size > _SHOWN else "")
