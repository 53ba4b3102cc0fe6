"""Predict taxi fares with a small DNN, as in the first lab of an introductory course.

    python examples/taxi_dnn.py TRAIN.csv VALID.csv TEST.csv

The files have no header line; their columns are those of ``COLUMNS``. Trains on 50,000 examples in all, passing over
the rows as often as that takes, evaluates 50 times on the way, and prints the error in dollars on the test file.
"""

from __future__ import annotations

import argparse
from typing import Any

import modelzoo

COLUMNS = [
    "fare_amount",
    "pickup_datetime",
    "pickup_longitude",
    "pickup_latitude",
    "dropoff_longitude",
    "dropoff_latitude",
    "passenger_count",
    "key",
]
NUM_TRAIN_EXAMPLES = 50_000
NUM_EVALS = 50
TRAIN_BATCH_SIZE = 32


def rmse(y_true: Any, y_pred: Any) -> Any:
    """Return the root mean squared error of a batch: any function of both tensors is a metric."""
    from keras import ops

    return ops.sqrt(ops.mean(ops.square(y_pred - y_true)))


def main() -> None:
    """Train, and measure on the test file."""
    files = parse_arguments()
    model = modelzoo.build("dnn", hidden=[32, 8])
    model.fit(
        files.train,
        columns=COLUMNS,
        target="fare_amount",
        drop=["pickup_datetime", "key"],
        validation=files.valid,
        batch_size=TRAIN_BATCH_SIZE,
        train_examples=NUM_TRAIN_EXAMPLES,
        evals=NUM_EVALS,
        metrics=[rmse, "mae"],
    )
    print("test:", {name: round(value, 3) for name, value in model.evaluate(files.test).items()})


def parse_arguments() -> argparse.Namespace:
    """Return the files the user names."""
    parser = argparse.ArgumentParser(description="Predict taxi fares with a small DNN.")
    parser.add_argument("train", help="CSV file of rows to train on, without a header line")
    parser.add_argument("valid", help="CSV file of rows to evaluate on while training")
    parser.add_argument("test", help="CSV file of rows to measure on in the end")
    return parser.parse_args()


if __name__ == "__main__":
    main()
