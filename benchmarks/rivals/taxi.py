"""Hold what the taxi lab trains on, as settings of ``modelzoo``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).with_name("taxi.toml")
TARGET = "fare_amount"
COLUMNS = (
    TARGET,
    "pickup_datetime",
    "pickup_longitude",
    "pickup_latitude",
    "dropoff_longitude",
    "dropoff_latitude",
    "passenger_count",
    "key",
)
DROPPED = ("pickup_datetime", "passenger_count", "key")
HIDDEN = (32, 8)
BATCH_SIZE, TRAIN_EXAMPLES, EVALS = 100, 50_000, 5


def zoo_train(rows: Path, run: Path) -> list[Any]:
    """Return the words behind ``zoo`` that train on a file and write a run."""
    return [
        *("train", "--model", "wide_deep", "--set", f"hidden={list(HIDDEN)}", "--schema", SCHEMA, "--data", rows),
        *("--target", TARGET, "--columns", ",".join(COLUMNS), "--drop", ",".join(DROPPED), "--validation", 0),
        *("--batch-size", BATCH_SIZE, "--train-examples", TRAIN_EXAMPLES, "--evals", EVALS),
        *("--out", run, "--overwrite"),
    ]
