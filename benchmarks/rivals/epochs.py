"""Time the epochs of a Keras training."""

from __future__ import annotations

import time
from typing import Any

import keras


class EpochTimes(keras.callbacks.Callback):
    """Keep the seconds between begin and end of each epoch; single batches are not watched."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []
        self._started = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        """Start the clock."""
        self._started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        """Stop it."""
        self.seconds.append(time.perf_counter() - self._started)
