"""Measure what pruning saves: diamonds with 1,000 useless one-hot columns, exported whole and without what is zero.

    python benchmarks/pruning.py

The models are ``wide_deep``, ``deep_dnn`` and ``residual_mlp``, which comes from the package in
``examples/third_party_plugin`` (installed into a temporary folder). What is measured is also written to
``results/pruning.json``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from arguments import make_parser
from machine import facts

import modelzoo
from modelzoo import datasets

RESULTS = Path(__file__).parent / "results" / "pruning.json"
THIRD_PARTY = Path(__file__).parent.parent / "examples" / "third_party_plugin"
STRENGTHS = {"wide_deep": 0.003, "deep_dnn": 0.01, "residual_mlp": 0.03}
"""Of ``l1``, by model; layer normalization undoes much of it, and asks for more."""
USELESS, VALUES = 1_000, 10
TRAINING_ROWS, TEST_ROWS, BATCH, REPEATS = 40_000, 5_000, 1_024, 21


def main() -> None:
    """Measure, print, and write the results."""
    arguments = make_parser(__doc__, RESULTS).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _install_third_party(Path(folder) / "plugins")
        rows = _rows()
        training, test = rows[:TRAINING_ROWS], rows[TRAINING_ROWS : TRAINING_ROWS + TEST_ROWS]
        measured = {name: pruning(name, training, test, Path(folder) / name) for name in STRENGTHS}
    print(json.dumps(measured, indent=2))
    results = {"machine": facts("tensorflow", "keras", "modelzoo-keras"), **measured}
    arguments.output.write_text(json.dumps(results, indent=2) + "\n")


def pruning(name: str, training: pa.Table, test: pa.Table, folder: Path) -> dict[str, Any]:
    """Train a model with ``l1``, export it twice, and compare size, time of a batch and error on test rows."""
    model = modelzoo.build(name, regularizers=[{"name": "l1", "strength": STRENGTHS[name]}])
    model.fit(training, target="price", validation=0.1, verbose=0)
    plain = modelzoo.load_export(model.export(folder / "plain", prune=False))
    pruned = modelzoo.load_export(model.export(folder / "pruned"))
    batch = test[:BATCH]
    seconds = _alternating([lambda: plain.predict(batch), lambda: pruned.predict(batch)])
    sizes = [_size(each.folder) for each in (plain, pruned)]
    errors = [_rmse(each.predict(test), test) for each in (plain, pruned)]
    difference = np.abs(plain.predict(test) - pruned.predict(test)).max() / model.fitted.target.spread
    return {
        "strength": STRENGTHS[name],
        "columns_read": [len(plain.manifest.inputs), len(pruned.manifest.inputs)],
        "parameters": [plain.manifest.parameters, pruned.manifest.parameters],
        "bytes": sizes,
        "times_smaller": round(sizes[0] / sizes[1], 1),
        "milliseconds_a_batch": [round(1e3 * each, 2) for each in seconds],
        "times_faster": round(seconds[0] / seconds[1], 1),
        "test_rmse": errors,
        "largest_difference_of_scaled_predictions": float(difference),
    }


def _rows() -> pa.Table:
    """Return shuffled diamonds beside the one-hot columns of categories of ten values, drawn at random."""
    random = np.random.default_rng(0)
    diamonds = pq.read_table(datasets.path("diamonds"))
    diamonds = diamonds.take(random.permutation(diamonds.num_rows)[: TRAINING_ROWS + TEST_ROWS])
    for category in range(USELESS // VALUES):
        values = random.integers(VALUES, size=diamonds.num_rows)
        for value in range(VALUES):
            diamonds = diamonds.append_column(f"c{category}_is_{value}", pa.array((values == value).astype(np.int8)))
    return diamonds


def _alternating(work: list[Any]) -> list[float]:
    """Return the median seconds of each piece of work, done in turn."""
    taken: list[list[float]] = [[] for _ in work]
    for _ in range(REPEATS):
        for seconds, piece in zip(taken, work, strict=True):
            start = time.perf_counter()
            piece()
            seconds.append(time.perf_counter() - start)
    return [median(seconds) for seconds in taken]


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _rmse(predictions: np.ndarray, rows: pa.Table) -> float:
    return float(np.sqrt(np.mean((predictions - rows["price"].to_numpy()) ** 2)))


def _install_third_party(folder: Path) -> None:
    """Install the example package where this process finds it, and nobody else."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(folder), str(THIRD_PARTY)], check=True)
    sys.path.insert(0, str(folder))


if __name__ == "__main__":
    main()
