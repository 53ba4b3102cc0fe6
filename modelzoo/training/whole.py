"""The objective of a training over all its rows at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from modelzoo_registry import Update

from .chunks import Examples, batches_dataset
from .fused import FusedModel
from .relay import Relay

BATCH = 1024
"""Fewest rows measured at a time: those of a step are too few to keep the processor busy."""


class WholeObjective:
    """Measure what a trainer minimises; see ``modelzoo_registry.Objective``."""

    def __init__(self, trainer: FusedModel, rows: Examples, batch_size: int, updates: Sequence[Update]) -> None:
        self._rows = rows
        self._batch = max(BATCH, batch_size)
        self._measure = tf.function(trainer.measure, autograph=False, reduce_retracing=True)
        self.updates = updates

    def measure(self) -> tuple[float, Sequence[Any]]:
        """Go through all rows; of a mean over batches each counts by its rows."""
        relay = Relay()
        loss, gradients = tf.constant(0.0), [tf.zeros(update.weight.shape) for update in self.updates]
        with relay.raising():
            for batch in batches_dataset(self._rows, self._batch, relay):
                share = tf.shape(batch[1])[0] / self._rows.count
                measured, parts = self._measure(*batch)
                loss += measured * tf.cast(share, tf.float32)
                gradients = [
                    total + part * tf.cast(share, part.dtype) for total, part in zip(gradients, parts, strict=True)
                ]
        return float(loss), gradients
