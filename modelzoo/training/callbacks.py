"""Follow the epochs: events for TensorBoard, moments for hook plugins."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import keras

from ..hooks import RunHooks
from .checkpoints import Checkpoints

_BATCH_METHODS = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")


def watches_batches(callbacks: Sequence[keras.callbacks.Callback]) -> bool:
    """Whether any callback overrides a method that is called at every batch."""
    return any(_overrides(callback, name) for callback in callbacks for name in _BATCH_METHODS)


def _overrides(callback: keras.callbacks.Callback, name: str) -> bool:
    own = getattr(callback, name)
    return getattr(own, "__func__", own) is not getattr(keras.callbacks.Callback, name)


def kept_epoch(callbacks: Sequence[keras.callbacks.Callback]) -> int | None:
    """Return the epoch, counted from 1, whose weights early stopping took back; None when none did."""
    for callback in reversed(callbacks):
        stops = isinstance(callback, keras.callbacks.EarlyStopping) and callback.restore_best_weights
        if stops and callback.best_weights is not None:
            return int(callback.best_epoch) + 1
    return None


def has_early_stopping(callbacks: Sequence[keras.callbacks.Callback]) -> bool:
    """Whether any callback ends the training where a metric stops getting better."""
    return any(isinstance(callback, keras.callbacks.EarlyStopping) for callback in callbacks)


@contextlib.contextmanager
def early_stopping_held(callbacks: Sequence[keras.callbacks.Callback], epochs: int) -> Iterator[None]:
    """Let early stopping look at no epoch before these have passed; for this training, since callbacks are reused."""
    stopping = [callback for callback in callbacks if isinstance(callback, keras.callbacks.EarlyStopping)]
    given = [callback.start_from_epoch for callback in stopping]
    for callback in stopping:
        callback.start_from_epoch = max(callback.start_from_epoch, epochs)
    try:
        yield
    finally:
        for callback, epoch in zip(stopping, given, strict=True):
            callback.start_from_epoch = epoch


class EpochCounter(keras.callbacks.Callback):
    """Tell the model, and what writes its checkpoints, that an epoch begins, and a validation in it."""

    epoch = 1

    def __init__(self, checkpoints: Checkpoints) -> None:
        super().__init__()
        self._checkpoints = checkpoints

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Begin the count of rows and calls."""
        self.epoch = epoch + 1
        self.model.rows_seen = self.model.rows_before = 0
        self._checkpoints.epoch_begins(epoch)

    def on_test_begin(self, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Tell that rows to validate on are next."""
        self._checkpoints.validation_begins()


class HookCallback(keras.callbacks.Callback):
    """Tell hook plugins that an epoch ended."""

    def __init__(self, hooks: RunHooks) -> None:
        super().__init__()
        self._hooks = hooks

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Call ``epoch_ended``."""
        self._hooks.epoch_ended(epoch + 1, logs or {})


def tensorboard(folder: Path) -> keras.callbacks.Callback:
    """Return the callback that writes losses and metrics of each epoch as TensorBoard events."""
    return keras.callbacks.TensorBoard(str(folder), write_graph=False, update_freq="epoch", profile_batch=0)
