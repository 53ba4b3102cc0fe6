"""Show people how a training goes on, at next to no cost."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import keras
from tqdm import tqdm

BETWEEN_DRAWINGS = 0.1
"""Seconds in which the bar is drawn once at most: drawing it at every call would cost more than many a step."""
_INDENT = "    "


class Progress(keras.callbacks.Callback):
    """Write one line an epoch: time, speed, time left, loss and metrics; on a terminal, a bar moves meanwhile."""

    def __init__(self, *, rows: int, epochs: int, may_stop: bool) -> None:
        """Follow a training.

        Args:
            rows: examples in the longest epoch.
            epochs: how many of them there are at most.
            may_stop: whether early stopping may leave some out.
        """
        super().__init__()
        self._rows = rows
        self._clock = Clock()
        self._epochs = epochs
        self._may_stop = may_stop
        self._bar: Any = None
        self._drawn = 0.0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Start the epoch's bar."""
        self._clock.begin(time.perf_counter())
        if sys.stderr.isatty():
            self._drawn = 0.0
            self._bar = tqdm(
                total=self._rows,
                desc=self._title(epoch),
                unit=" rows",
                unit_scale=True,
                leave=False,  # the epoch's line takes its place
                dynamic_ncols=True,
            )

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Move the bar to the rows seen, with the loss so far, where it has not moved for a while."""
        if self._bar is None:
            return
        now = time.perf_counter()
        if now - self._drawn >= BETWEEN_DRAWINGS:
            self._drawn = now
            if logs and "loss" in logs:
                self._bar.set_postfix(loss=f"{float(logs['loss']):.4g}", refresh=False)
            self._bar.n = self.model.rows_seen
            self._bar.refresh()

    def on_test_begin(self, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Note when the epoch's last step was done."""
        self._clock.trained(time.perf_counter())

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Write the epoch's line."""
        self._clock.end(time.perf_counter())
        width = shutil.get_terminal_size().columns if self._bar is not None else None
        self.close()
        title = [self._title(epoch), duration(self._clock.seconds)]
        title.append(f"{short(self.model.rows_seen_here / self._clock.training_seconds)} rows/s")
        epochs_left = self._epochs - epoch - 1
        if epochs_left:
            bound = "at most " if self._may_stop or self._clock.counts_compiling else ""
            title.append(f"{bound}{duration(epochs_left * self._clock.mean)} left")
        sys.stderr.write(epoch_line("  ".join(title), logs or {}, width) + "\n")

    def close(self) -> None:
        """Take the bar away, also when the training ends early."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _title(self, epoch: int) -> str:
        width = len(str(self._epochs))
        return f"epoch {epoch + 1:{width}}/{self._epochs}"


class Clock:
    """Measure epochs. All times are in seconds."""

    def __init__(self) -> None:
        self._done = 0
        self._began = 0.0
        self._trained: float | None = None
        self._later = 0.0
        self.seconds = 0.0
        """What the last epoch took, with its validation."""
        self.training_seconds = 0.0
        """What its steps took."""

    def begin(self, now: float) -> None:
        """Begin an epoch."""
        self._began, self._trained = now, None

    def trained(self, now: float) -> None:
        """Note that an epoch's steps are done, and its validation begins."""
        self._trained = now

    def end(self, now: float) -> None:
        """End an epoch."""
        self._done += 1
        self.seconds = now - self._began
        self.training_seconds = max((self._trained or now) - self._began, 1e-9)
        if self._done > 1:
            self._later += self.seconds

    @property
    def counts_compiling(self) -> bool:
        """Whether the mean is of the first epoch, in which steps are compiled: nothing else is known yet."""
        return self._done == 1

    @property
    def mean(self) -> float:
        """What an epoch takes: the mean of those behind the first."""
        return self.seconds if self.counts_compiling else self._later / (self._done - 1)


def duration(seconds: float) -> str:
    """Return a time in two units at most: ``0.4 s``, ``18 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min"


def short(number: float) -> str:
    """Return a number from 0 on in two or three digits: ``7.3``, ``512``, ``51k``, ``1.2M``."""
    for unit in ("", "k", "M"):
        if number < 9.95:
            return f"{number:.1f}{unit}"
        if number < 999.5:
            return f"{number:.0f}{unit}"
        number /= 1000
    return f"{number:.1f}G"


def epoch_line(title: str, logs: Mapping[str, float], width: int | None) -> str:
    """Return title and numbers as one line; where that is wider than a terminal, in few, validation on its own."""
    words = {name: f"{name} {value:.4g}" for name, value in logs.items()}
    on_training = [text for name, text in words.items() if not name.startswith("val_")]
    on_validation = [text for name, text in words.items() if name.startswith("val_")]
    if width is None:
        return "  ".join([title, *on_training, *on_validation])
    lines = [title]
    for group in (on_training, on_validation):
        _put(lines, group, width)
    return "\n".join(lines)


def _put(lines: list[str], group: Sequence[str], width: int) -> None:
    """Put numbers behind what stands there if all of them fit, else into lines of their own."""
    together = "  ".join([lines[-1], *group])
    if len(together) <= width:
        lines[-1] = together
        return
    line = ""
    for word in group:
        longer = f"{line}  {word}" if line else _INDENT + word
        if line and len(longer) > width:
            lines.append(line)
            longer = _INDENT + word
        line = longer
    lines.append(line)
