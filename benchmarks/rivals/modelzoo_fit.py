"""Train the network with ``modelzoo``, as a user calls it: metrics and progress on.

    python benchmarks/rivals/modelzoo_fit.py FOLDER --batch 32 --epochs 4 [--rows 320] [--file]

It times the progress callback too: what its methods took of the epochs after the first.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from epochs import EpochTimes
from sides import HIDDEN, arguments, read_rows, report

import modelzoo
from modelzoo.training.progress import Progress


class Share(EpochTimes):
    """Time epochs, and how much of those after the first the progress callback took."""

    def __init__(self) -> None:
        super().__init__()
        self.share = 0.0
        self._spent = 0.0
        self._spent_in_first = 0.0
        self._began = 0.0

    def watch(self, callback: type) -> None:
        """Time every method that Keras calls on a class of callbacks."""
        for name, method in list(vars(callback).items()):
            if name.startswith("on_"):
                setattr(callback, name, self._timed(method))

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Begin to count with the second epoch."""
        if epoch == 1:
            self._spent_in_first, self._began = self._spent, time.perf_counter()
        super().on_epoch_begin(epoch, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Take the share up to now."""
        super().on_epoch_end(epoch, logs)
        if epoch > 0:
            self.share = (self._spent - self._spent_in_first) / (time.perf_counter() - self._began)

    def _timed(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def timed(*given: Any, **named: Any) -> None:
            started = time.perf_counter()
            method(*given, **named)
            self._spent += time.perf_counter() - started

        return timed


def main() -> None:
    """Train, and report."""
    parser = arguments("Train with modelzoo.")
    parser.add_argument("--rows", type=int, help="how many of the rows to train on")
    parser.add_argument("--file", action="store_true", help="train on rows.parquet instead of arrays")
    given = parser.parse_args()
    times = Share()
    times.watch(Progress)
    model = modelzoo.build("deep_dnn", hidden=HIDDEN)
    history = model.fit(
        **rows_of(given.folder, given.rows, in_file=given.file),
        task="multiclass",
        metrics=["accuracy"],
        batch_size=given.batch,
        epochs=given.epochs,
        callbacks=[times],
    ).history
    report(
        seconds=times.seconds,
        loss=history["loss"][-1],
        accuracy=history["accuracy"][-1],
        share_of_progress=times.share,
        engine=model.fitted.facts.engine,
    )


def rows_of(folder: Path, count: int | None, *, in_file: bool) -> dict[str, Any]:
    """Return what ``fit`` is given: arrays, the first of them, or a Parquet file of the same rows."""
    if in_file:
        return {"data": folder / "rows.parquet", "target": "y"}
    x, y = read_rows(folder, count)
    return {"data": x, "y": y}


if __name__ == "__main__":
    main()
