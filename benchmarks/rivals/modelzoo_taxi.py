"""Train what the course's second lab trains (``taxi_lab.py``) with ``modelzoo``: metrics, progress and logs on.

    python benchmarks/rivals/modelzoo_taxi.py TRAIN.csv --test TEST.csv

Same columns, grid, crosses, layers, batch size and number of examples, cut into as many portions.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from epochs import EpochTimes
from sides import report
from taxi import BATCH_SIZE, COLUMNS, DROPPED, EVALS, HIDDEN, SCHEMA, TARGET, TRAIN_EXAMPLES

import modelzoo


def main() -> None:
    """Train, and report."""
    arguments = parse_arguments()
    model = modelzoo.build("wide_deep", hidden=HIDDEN, schema=SCHEMA)
    times = EpochTimes()
    with tempfile.TemporaryDirectory() as folder:
        history = model.fit(
            arguments.train,
            target=TARGET,
            columns=COLUMNS,
            drop=DROPPED,
            metrics=["rmse", "mse"],
            batch_size=BATCH_SIZE,
            train_examples=TRAIN_EXAMPLES,
            evals=EVALS,
            callbacks=[times],
            out=Path(folder) / "run",
        ).history
    report(
        seconds=times.seconds,
        train_rmse=history["rmse"][-1],
        rmse=model.evaluate(arguments.test)["rmse"],
        engine=model.fitted.facts.engine,
    )


def parse_arguments() -> argparse.Namespace:
    """Return the files the user names."""
    parser = argparse.ArgumentParser(description="Train the taxi lab's model with modelzoo.")
    parser.add_argument("train", help="CSV file of rows to train on, without a header line")
    parser.add_argument("--test", required=True, help="CSV file of rows to measure on in the end")
    return parser.parse_args()


if __name__ == "__main__":
    main()
