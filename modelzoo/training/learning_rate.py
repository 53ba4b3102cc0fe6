"""Learning-rate schedules: how large the step of each update is.

Sources: Goyal et al., "Accurate, Large Minibatch SGD", 2017 (arXiv:1706.02677), for the warm-up; Loshchilov & Hutter,
"SGDR: Stochastic Gradient Descent with Warm Restarts", 2016 (arXiv:1608.03983), for the cosine, here without restarts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi
from typing import Any

import keras
import tensorflow as tf
from modelzoo_registry import Fault, SpecError, TrainingSpec
from modelzoo_registry.training import ScheduleName

_SETTING_RATES = (keras.callbacks.LearningRateScheduler, keras.callbacks.ReduceLROnPlateau)


@dataclass(frozen=True)
class Course:
    """Say what share of its peak the learning rate is at each update."""

    schedule: ScheduleName
    warmup: int
    """Updates before the first one at the peak."""
    updates: int
    """Those of the whole training; behind the last one, a decay would be at its end."""
    decay_to: float

    @property
    def is_flat(self) -> bool:
        """Whether the rate is the same at every update."""
        return self.schedule == "constant" and not self.warmup

    def share(self, done: Any) -> Any:
        """Return the share, a float32 scalar, for the update behind ``done`` others, an int64 scalar."""
        rising = tf.cast(done + 1, tf.float32) / (self.warmup + 1)
        return tf.minimum(rising, self._decayed(done))

    def _decayed(self, done: Any) -> Any:
        if self.schedule == "constant":
            return 1.0
        left = tf.cast(self.updates - done, tf.float32) / max(self.updates - self.warmup, 1)
        left = tf.clip_by_value(left, 0.0, 1.0)
        if self.schedule == "cosine":
            left = tf.square(tf.sin(pi / 2 * left))  # (1 + cos(pi (1 - left))) / 2, exact near its end too
        return self.decay_to + (1 - self.decay_to) * left


def course_of(spec: TrainingSpec, updates: int) -> Course:
    """Return the course of a training with so many updates."""
    return Course(spec.schedule, round(spec.warmup * updates), updates, spec.decay_to)


def scheduled_rates(optimizers: Sequence[Any], course: Course) -> list[ScheduledRate]:
    """Return what sets the rates of these optimizers; that of Ftrl stays: its weights are proportional to it."""
    return [ScheduledRate(one, course) for one in optimizers if not isinstance(one, keras.optimizers.Ftrl)]


class ScheduledRate:
    """Set an optimizer's learning rate before each of its updates.

    It is written into the optimizer's own variable: whoever reads ``learning_rate`` behind an update, a regularizer
    or a callback, finds that of this update.
    """

    def __init__(self, optimizer: Any, course: Course) -> None:
        self._optimizer = optimizer
        self._course = course
        self._peak = float(optimizer.learning_rate)

    def set(self) -> None:
        """Set the rate of the next update, told by ``optimizer.iterations``."""
        if not self._course.is_flat:
            self._optimizer.learning_rate.assign(self._peak * self._course.share(self._optimizer.iterations.value))

    def reset(self) -> None:
        """Set the peak again: what measures in the optimizer's steps behind the last one needs a whole step."""
        self._optimizer.learning_rate.assign(self._peak)


class RateLog(keras.callbacks.Callback):
    """Note the last rate of each epoch in its logs, as Keras' own callbacks that change it do."""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Note it."""
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


def refuse_rivals(spec: TrainingSpec, callbacks: Sequence[Any]) -> None:
    """Refuse callbacks that set the learning rate where a schedule does.

    Raises:
        SpecError: with every fault.
    """
    if spec.schedule == "constant" and not spec.warmup:
        return
    given = f"schedule = {spec.schedule!r}" if spec.schedule != "constant" else f"warmup = {spec.warmup:g}"
    faults = [
        Fault(
            f"callbacks.{place}", f"{type(one).__name__} sets the learning rate, and so does {given}: give one of them"
        )
        for place, one in enumerate(callbacks)
        if isinstance(one, _SETTING_RATES)
    ]
    if faults:
        raise SpecError("the training cannot be set up like this", faults)
