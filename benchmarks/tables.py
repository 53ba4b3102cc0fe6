"""Measure what a step costs with an embedding table of 1,000, 100,000 and 1,000,000 rows: our ``fit`` and plain Keras.

    python benchmarks/tables.py

The model is ``dnn`` on one column of ids, whose embedding is as long as the schema makes it by itself (50), and one
number; the optimizer is Adam. Each training runs in a process of its own, with few steps, which are not compiled, and
for ours as one of more than 6,000 steps, which are. What is measured is also written to ``results/tables.json``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from machine import facts

RESULTS = Path(__file__).parent / "results" / "tables.json"
TABLES = (1_000, 100_000, 1_000_000)
BATCHES = (256, 1_024)
STEPS, EPOCHS = 250, 7
"""Steps an epoch, and epochs, of which the first, with all that is made once, does not count."""
COMPILED_EPOCHS = 25
"""Epochs of a training long enough to be compiled."""
KERAS_STEPS = 25
"""Steps an epoch of plain Keras, which takes a tenth of a second and more for each."""
HIDDEN, EMBEDDING = 32, 50


def main() -> None:
    """Measure, print, and write the results."""
    arguments = _arguments()
    if arguments.measure:
        way, table, batch = arguments.measure
        print(json.dumps(WAYS[way](int(table), int(batch))))
        return
    measured = {
        f"batch {batch}": {way: {f"{table} rows": _in_a_process(way, table, batch) for table in TABLES} for way in WAYS}
        for batch in BATCHES
    }
    for ways in measured.values():
        for seen in ways.values():
            seen["times_as_long"] = round(seen[f"{TABLES[-1]} rows"] / seen[f"{TABLES[0]} rows"], 2)
    print(json.dumps(measured, indent=2))
    results = {"machine": facts("tensorflow", "keras", "modelzoo-keras"), "milliseconds_a_step": measured}
    arguments.output.write_text(json.dumps(results, indent=2) + "\n")


def ours(table: int, batch: int, epochs: int = EPOCHS) -> float:
    """Return the milliseconds of a step in ``model.fit``."""
    import pyarrow as pa

    import modelzoo

    ids, numbers, targets = _rows(table, STEPS * batch)
    columns = [{"name": "id", "kind": "hashed", "buckets": table, "wide": False, "embedding": EMBEDDING}]
    schema = {"columns": [*columns, {"name": "x", "kind": "numeric"}]}
    clock = _clock()
    model = modelzoo.build("dnn", hidden=[HIDDEN], schema=schema)
    rows = pa.table({"id": ids, "x": numbers[:, 0], "y": targets})
    model.fit(rows, target="y", batch_size=batch, epochs=epochs, verbose=0, callbacks=[clock])
    return _milliseconds(clock, STEPS)


def ours_compiled(table: int, batch: int) -> float:
    """Return the milliseconds of a step in a ``model.fit`` that is long enough to be compiled."""
    return ours(table, batch, COMPILED_EPOCHS)


def plain_keras(table: int, batch: int) -> float:
    """Return the milliseconds of a step in Keras' own ``fit``, whose Adam updates all rows."""
    import keras

    ids, numbers, targets = _rows(table, KERAS_STEPS * batch)
    inputs = [keras.Input((), dtype="int32"), keras.Input((1,))]
    vectors = keras.layers.Embedding(table, EMBEDDING)(inputs[0])
    hidden = keras.layers.Dense(HIDDEN, activation="relu")(keras.layers.Concatenate()([vectors, inputs[1]]))
    model = keras.Model(inputs, keras.layers.Dense(1)(hidden))
    model.compile("adam", "mse", metrics=["mae", keras.metrics.RootMeanSquaredError()])
    clock = _clock()
    given = [(ids % table).astype(np.int32), numbers.astype(np.float32)]
    model.fit(given, targets.astype(np.float32), batch_size=batch, epochs=EPOCHS, verbose=0, callbacks=[clock])
    return _milliseconds(clock, KERAS_STEPS)


WAYS: dict[str, Callable[[int, int], float]] = {
    "ours": ours,
    "ours, long enough to be compiled": ours_compiled,
    "plain Keras": plain_keras,
}


def _rows(table: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ids, numbers (n, 1) and targets, drawn at random."""
    random = np.random.default_rng(0)
    return random.integers(0, 1_000 * table, count), random.normal(size=(count, 1)), random.normal(size=count)


def _clock() -> Any:
    """Return a callback that keeps the seconds of each epoch."""
    import keras

    class Clock(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
        """Look at the time where an epoch begins and ends."""

        def __init__(self) -> None:
            super().__init__()
            self.seconds: list[float] = []

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            self._began = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            self.seconds.append(time.perf_counter() - self._began)

    return Clock()


def _milliseconds(clock: Any, steps: int) -> float:
    return round(1e3 * median(clock.seconds[1:]) / steps, 3)


def _in_a_process(way: str, table: int, batch: int) -> float:
    command = [sys.executable, __file__, "--measure", way, str(table), str(batch)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    milliseconds: float = json.loads(done.stdout.splitlines()[-1])
    return milliseconds


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--output", type=Path, default=RESULTS, help="where the results are written")
    parser.add_argument("--measure", nargs=3, metavar=("WAY", "ROWS", "BATCH"), help="measure one training here")
    return parser.parse_args()


if __name__ == "__main__":
    main()
