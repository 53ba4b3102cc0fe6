"""Measure what regularizers do: the zeros of ``l1`` beside the Lasso, and what each does against over-fitting.

    pip install -e ".[bench]"; python benchmarks/regularizers.py

The Lasso is scikit-learn's, of the same objective on the same scaled rows. What is measured is also written to
``results/regularizers.json``.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
from arguments import make_parser
from machine import facts
from sklearn.linear_model import Lasso

import modelzoo

RESULTS = Path(__file__).parent / "results" / "regularizers.json"
ROWS, COLUMNS, RELEVANT = 10_000, 200, 5
STRENGTHS = {"exact": 0.01, "noisy": 0.02}
OPTIMIZERS = {"adam": 0.001, "sgd": 0.01}
"""With their learning rates."""
SMALL_ROWS, SMALL_COLUMNS, VALIDATION_ROWS, SEEDS = 200, 50, 2_000, 5
AGAINST_OVERFITTING: dict[str, list[Any]] = {
    "none": [],
    "l1": [{"name": "l1", "strength": 0.01}],
    "l2": [{"name": "l2", "strength": 0.01}],
    "dropout": [{"name": "dropout", "rate": 0.5}],
    "early_stopping": ["early_stopping"],
}


def main() -> None:
    """Measure, print, and write the results."""
    arguments = make_parser(__doc__, RESULTS).parse_args()
    measured = {
        "lasso": {
            f"{target} {optimizer}": lasso(target, optimizer) for target in STRENGTHS for optimizer in OPTIMIZERS
        },
        "keras_l1": keras_l1("exact"),
        "overfitting": overfitting(),
    }
    print(json.dumps(measured, indent=2))
    results = {"machine": facts("tensorflow", "keras", "scikit-learn", "modelzoo-keras"), **measured}
    arguments.output.write_text(json.dumps(results, indent=2) + "\n")


def lasso(target: str, optimizer: str) -> dict[str, float]:
    """Train ``linear`` with ``l1`` on columns of which few matter, and hold its weights against the Lasso's."""
    rows, valid = _sparse_rows(target, seed=0), _sparse_rows(target, seed=1)
    strength = STRENGTHS[target]
    model = modelzoo.build("linear", regularizers=[{"name": "l1", "strength": strength}], schema=_schema(COLUMNS))
    start = time.perf_counter()
    model.fit(rows, target="y", optimizer=optimizer, learning_rate=OPTIMIZERS[optimizer], verbose=0)
    seconds = time.perf_counter() - start
    weights, expected = _kernel(model), _lasso(model, rows, strength)
    return {
        "seconds": round(seconds, 1),
        "zeros": int(np.sum(weights == 0)),
        "zeros_of_the_lasso": int(np.sum(expected == 0)),
        "largest_difference": float(np.abs(weights - expected).max()),
        "largest_difference_of_those_that_matter": float(np.abs(weights - expected)[:RELEVANT].max()),
        "validation_r2": _r2(model, valid),
        "validation_r2_at_best": 1.0 if target == "exact" else 0.8,
    }


def keras_l1(target: str) -> dict[str, int]:
    """Train the same linear model with Keras' own L1 penalty, under Adam."""
    import keras

    rows = _sparse_rows(target, seed=0)
    inputs = np.stack([rows[name] for name in _names(COLUMNS)], axis=1)
    scaled = (rows["y"] - rows["y"].mean()) / rows["y"].std()
    penalty = keras.regularizers.L1(STRENGTHS[target])
    model = keras.Sequential([keras.Input((COLUMNS,)), keras.layers.Dense(1, kernel_regularizer=penalty)])
    model.compile("adam", "mse")
    model.fit(inputs, scaled, epochs=22, batch_size=64, verbose=0)
    return {"zeros": int(np.sum(model.layers[-1].kernel.numpy() == 0))}


def overfitting() -> dict[str, dict[str, Any]]:
    """Train ``deep_dnn`` on few noisy rows with each regularizer; the error on other rows, without any penalty."""
    errors: dict[str, list[float]] = {name: [] for name in AGAINST_OVERFITTING}
    for seed in range(SEEDS):
        rows, valid = _small_rows(SMALL_ROWS, [seed, 0]), _small_rows(VALIDATION_ROWS, [seed, 1])
        for name, regularizers in AGAINST_OVERFITTING.items():
            model = modelzoo.build("deep_dnn", regularizers=regularizers, schema=_schema(SMALL_COLUMNS))
            model.fit(rows, target="y", validation=valid, epochs=100, seed=seed, verbose=0)
            spread = model.fitted.target.spread
            errors[name].append((model.evaluate(valid)["rmse"] / spread) ** 2)
    return {name: {"validation_mse": median(found), "all": found} for name, found in errors.items()}


def _sparse_rows(target: str, seed: int) -> dict[str, np.ndarray]:
    """Return standard-normal columns of which the first few add up to y; noise leaves an R² of 0.8 at best."""
    random = np.random.default_rng(seed)
    columns = random.normal(size=(ROWS, COLUMNS))
    noise = 0 if target == "exact" else np.sqrt(RELEVANT / 4)
    y = columns[:, :RELEVANT].sum(axis=1) + noise * random.normal(size=ROWS)
    return {**dict(zip(_names(COLUMNS), columns.T, strict=True)), "y": y}


def _small_rows(rows: int, seed: list[int]) -> dict[str, np.ndarray]:
    """Return rows with a sum, a product and a square in them, and as much noise as a column has."""
    random = np.random.default_rng(seed)
    columns = random.normal(size=(rows, SMALL_COLUMNS))
    y = columns[:, 0] + columns[:, 1] * columns[:, 2] + columns[:, 3] ** 2 / 2 + random.normal(size=rows)
    return {**dict(zip(_names(SMALL_COLUMNS), columns.T, strict=True)), "y": y}


def _names(columns: int) -> list[str]:
    return [f"c{number}" for number in range(columns)]


def _schema(columns: int) -> dict[str, Any]:
    return {"columns": [{"name": name, "kind": "numeric"} for name in _names(columns)]}


def _kernel(model: modelzoo.Model) -> np.ndarray:
    kernel: np.ndarray = model.keras.get_layer("logits").kernel.numpy()[:, 0]
    return kernel


def _lasso(model: modelzoo.Model, rows: dict[str, np.ndarray], strength: float) -> np.ndarray:
    """Return the weights of scikit-learn's Lasso, whose objective is half of mean squared error + strength ‖w‖₁."""
    inputs = model.fitted.encoder.encode(pa.table(rows))["dense"].astype(float)
    scaled = (rows["y"] - model.fitted.target.center) / model.fitted.target.spread
    weights: np.ndarray = Lasso(alpha=strength / 2, tol=1e-10, max_iter=100_000).fit(inputs, scaled).coef_
    return weights


def _r2(model: modelzoo.Model, rows: dict[str, np.ndarray]) -> float:
    return float(1 - (model.evaluate(rows)["rmse"] / rows["y"].std()) ** 2)


if __name__ == "__main__":
    main()
