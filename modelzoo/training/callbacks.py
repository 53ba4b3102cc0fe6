"""Follow the epochs: progress for people, events for TensorBoard, moments for hook plugins."""

from __future__ import annotations

import contextlib
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
from modelzoo_registry import RunInfo
from tqdm import tqdm

from ..hooks import Hooks
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


class Progress(keras.callbacks.Callback):
    """Write one line an epoch with loss and metrics; on a terminal, a bar moves while the epoch runs."""

    def __init__(self, *, rows: int, epochs: int) -> None:
        super().__init__()
        self._rows = rows
        self._epochs = epochs
        self._bar: Any = None
        self._started = 0.0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Start the epoch's bar."""
        self._started = time.perf_counter()
        if sys.stderr.isatty():
            self._bar = tqdm(
                total=self._rows,
                desc=self._title(epoch),
                unit=" rows",
                unit_scale=True,
                leave=False,  # the epoch's line takes its place
                dynamic_ncols=True,
            )

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Move the bar to the rows seen, with the loss so far."""
        if self._bar is not None:
            if logs and "loss" in logs:
                self._bar.set_postfix(loss=f"{float(logs['loss']):.4g}", refresh=False)
            self._bar.update(self.model.rows_seen - self._bar.n)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Write the epoch's line."""
        width = shutil.get_terminal_size().columns if self._bar is not None else None
        self.close()
        title = f"{self._title(epoch)}  {time.perf_counter() - self._started:.1f} s"
        sys.stderr.write(_epoch_line(title, logs or {}, width) + "\n")

    def close(self) -> None:
        """Take the bar away, also when the training ends early."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _title(self, epoch: int) -> str:
        width = len(str(self._epochs))
        return f"epoch {epoch + 1:{width}}/{self._epochs}"


def _epoch_line(title: str, logs: Mapping[str, float], width: int | None) -> str:
    """Return title and numbers as one line; where that is wider than a terminal, validation gets the next."""
    words = {name: f"{name} {value:.4g}" for name, value in logs.items()}
    line = "  ".join([title, *words.values()])
    if width is None or len(line) <= width:
        return line
    on_training = "  ".join([title, *(text for name, text in words.items() if not name.startswith("val_"))])
    on_validation = "  ".join(text for name, text in words.items() if name.startswith("val_"))
    return f"{on_training}\n{' ' * len(title)}  {on_validation}".rstrip()


class EpochCounter(keras.callbacks.Callback):
    """Tell the model, and what writes its checkpoints, that an epoch begins, and a validation in it."""

    epoch = 1

    def __init__(self, checkpoints: Checkpoints) -> None:
        super().__init__()
        self._checkpoints = checkpoints

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Begin the count of rows and calls."""
        self.epoch = epoch + 1
        self.model.rows_seen = 0
        self._checkpoints.epoch_begins(epoch)

    def on_test_begin(self, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Tell that rows to validate on are next."""
        self._checkpoints.validation_begins()


class HookCallback(keras.callbacks.Callback):
    """Tell hook plugins that an epoch ended."""

    def __init__(self, hooks: Hooks, run: RunInfo) -> None:
        super().__init__()
        self._hooks = hooks
        self._run = run

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Call ``epoch_ended``."""
        self._hooks.call("epoch_ended", run=self._run, epoch=epoch + 1, logs=dict(logs or {}))


def tensorboard(folder: Path) -> keras.callbacks.Callback:
    """Return the callback that writes losses and metrics of each epoch as TensorBoard events."""
    return keras.callbacks.TensorBoard(str(folder), write_graph=False, update_freq="epoch", profile_batch=0)
