"""The objective of a training over all its rows at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from modelzoo_registry import Update

from .chunks import Examples
from .fused import FusedModel

BATCH = 1024
"""Rows measured at a time: those of a step may be too few to keep the processor busy."""


class WholeObjective:
    """Measure what a trainer minimises; see ``modelzoo_registry.Objective``."""

    def __init__(self, trainer: FusedModel, rows: Examples, updates: Sequence[Update]) -> None:
        self._rows = rows
        self._measure = tf.function(trainer.measure, autograph=False, reduce_retracing=True)
        self.updates = updates

    def measure(self) -> tuple[float, Sequence[Any]]:
        """Go through all rows; of a mean over batches each counts by its rows."""
        loss, gradients = 0.0, [tf.zeros(update.weight.shape) for update in self.updates]
        for rows in self._rows.blocks(BATCH):
            share = rows.count / self._rows.count
            weights = None if rows.weights is None else tf.constant(rows.weights)
            measured, parts = self._measure(*rows.first(rows.count), weights)
            loss += share * float(measured)
            gradients = [total + share * part for total, part in zip(gradients, parts, strict=True)]
        return loss, gradients
