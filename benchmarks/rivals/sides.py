"""Share what all sides of the comparison have in common: the same rows, arguments, and one line of result."""

from __future__ import annotations

import argparse
import json
import resource
from pathlib import Path
from typing import Any

import numpy as np

ROWS, FEATURES, CLASSES = 60_000, 784, 10
HIDDEN = (128, 128, 128)
LEARNING_RATE, BETAS, EPSILON = 1e-3, (0.9, 0.999), 1e-7
"""Of Adam, as Keras has them by default."""


def make_rows(folder: Path) -> None:
    """Write standard normal rows, float32 (n, 784), and classes, int64 (n,), that a noisy linear teacher gave them."""
    draw = np.random.default_rng(0)
    x = draw.standard_normal((ROWS, FEATURES), dtype=np.float32)
    x = (x - x.mean(axis=0)) / x.std(axis=0)  # so that whoever scales them once more changes nothing
    teacher = draw.standard_normal((FEATURES, CLASSES), dtype=np.float32) / np.sqrt(FEATURES / 4)
    y = (x @ teacher + draw.gumbel(size=(ROWS, CLASSES))).argmax(axis=1)
    np.save(folder / "x.npy", x.astype(np.float32))
    np.save(folder / "y.npy", y.astype(np.int64))


def read_rows(folder: Path, count: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows and their classes, or the first of them without reading the others."""
    if count is None:
        return np.load(folder / "x.npy"), np.load(folder / "y.npy")
    x, y = (np.load(folder / name, mmap_mode="r") for name in ("x.npy", "y.npy"))
    return np.array(x[:count]), np.array(y[:count])


def arguments(what: str) -> argparse.ArgumentParser:
    """Return a parser for the folder of the rows, the batch size and the number of epochs."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("folder", type=Path, help="where x.npy and y.npy lie")
    parser.add_argument("--batch", type=int, default=32, help="rows in one step")
    parser.add_argument("--epochs", type=int, default=4)
    return parser


def report(**measured: Any) -> None:
    """Print what was measured, and the most memory this process had, as one line of JSON."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({**measured, "peak_bytes": peak}), flush=True)
