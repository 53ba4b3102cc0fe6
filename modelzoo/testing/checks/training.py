"""Train, and look at the loss and the weights."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from modelzoo_registry import NonFiniteLossError

from ..check import Finding, Stumbled
from ..subject import Subject

_LEAST_FALL = 0.97
"""What is learnt of the kit's tables in its trainings is ten times as much."""


def finite_loss(subject: Subject) -> Iterator[Finding]:
    """For each task, at the defaults, the loss stays finite in every step."""
    from ..trained import trained

    for task in subject.trained_tasks:
        try:
            losses = trained(subject, task).losses
        except Stumbled as stumbled:
            if not isinstance(stumbled.__cause__, NonFiniteLossError):
                raise
            told = str(stumbled.__cause__)
        else:
            told = "" if np.isfinite(losses).all() else f"it is {losses[-1]}"
        if told:
            yield Finding(
                f"For {task} the loss leaves the finite numbers: {told}",
                "Look for a division by what can be 0, a log or square root of what can be negative, an exponential; "
                "normalise, or start from smaller weights.",
            )


def falling_loss(subject: Subject) -> Iterator[Finding]:
    """For each task, at the defaults, the loss falls on rows that have something to learn."""
    from ..trained import trained

    for task in subject.trained_tasks:
        losses = trained(subject, task).losses
        if not losses[-1] < _LEAST_FALL * losses[0]:
            yield Finding(
                f"For {task} the loss was {losses[0]:.4g} in the first epoch and is {losses[-1]:.4g} in the last of "
                f"{len(losses)}.",
                "See that gradients reach the weights: no stop_gradient, no rounding, no frozen layers, defaults not "
                "too strong.",
            )


def same_seed(subject: Subject) -> Iterator[Finding]:
    """Two trainings from one seed end with the same weights, bit for bit."""
    from ..trained import trained

    task = subject.tasks[0]
    one, other = (trained(subject, task, again=again).model.keras.weights for again in (False, True))
    shapes = [[(weight.path, tuple(weight.shape)) for weight in weights] for weights in (one, other)]
    different = [
        weight.path
        for weight, twin in zip(one, other, strict=False)
        if not np.array_equal(np.asarray(weight), np.asarray(twin), equal_nan=True)
    ]
    if different or shapes[0] != shapes[1]:
        yield Finding(
            f"Trained twice for {task} from one seed, it has other weights: {', '.join(different) or 'other shapes'}.",
            "Draw with Keras' initializers and layers, or with the SeedGenerator that is given; NumPy's default_rng(), "
            "clocks, and what is left over of an earlier build are other each time.",
        )
