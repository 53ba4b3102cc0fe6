"""Predict taxi fares with wide & deep over hand-made columns, as in the second lab of an introductory course.

    python examples/taxi_wide_deep.py TRAIN.csv VALID.csv TEST.csv [EXPORTS]

The files have no header line; their columns are those of ``COLUMNS``. The city becomes a grid of 16 by 16: one cell
for the pickup, one for the drop-off, and the pair of both, which the wide part memorises and the deep part embeds.
Trains on 50,000 examples in all and prints the error in dollars on the test file. Where a folder for exports is
named, exports the model to it, and asks the export for one fare.
"""

from __future__ import annotations

import argparse

import numpy as np

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
NUM_BUCKETS = 16
LATITUDES = np.linspace(38, 42, NUM_BUCKETS + 1)[1:-1].tolist()
LONGITUDES = np.linspace(-76, -72, NUM_BUCKETS + 1)[1:-1].tolist()
"""The edges between 16 buckets of degrees; the outer buckets take what lies beyond."""

SCHEMA = {
    "columns": [
        {"kind": "numeric", "name": "pickup_latitude"},
        {"kind": "numeric", "name": "pickup_longitude"},
        {"kind": "numeric", "name": "dropoff_latitude"},
        {"kind": "numeric", "name": "dropoff_longitude"},
        {"kind": "numeric", "name": "passenger_count"},
        {"kind": "bucketized", "name": "plat", "source": "pickup_latitude", "edges": LATITUDES, "wide": False},
        {"kind": "bucketized", "name": "plon", "source": "pickup_longitude", "edges": LONGITUDES, "wide": False},
        {"kind": "bucketized", "name": "dlat", "source": "dropoff_latitude", "edges": LATITUDES, "wide": False},
        {"kind": "bucketized", "name": "dlon", "source": "dropoff_longitude", "edges": LONGITUDES, "wide": False},
        {"kind": "crossed", "name": "pickup_cell", "sources": ["plat", "plon"]},
        {"kind": "crossed", "name": "dropoff_cell", "sources": ["dlat", "dlon"]},
        {
            "kind": "crossed",
            "name": "trip",
            "sources": ["pickup_cell", "dropoff_cell"],
            "deep": True,
            "embedding": 10,
        },
    ]
}
"""What each column is, written by hand; without a schema it is inferred from the data. The buckets are there for
their crosses alone, so they get no weights of their own (``wide``)."""

TRIP = {
    "pickup_longitude": -73.9858,
    "pickup_latitude": 40.7484,
    "dropoff_longitude": -73.7781,
    "dropoff_latitude": 40.6413,
    "passenger_count": 2,
}
"""From Manhattan to the airport."""


def main() -> None:
    """Train, measure on the test file, export, and ask for a fare."""
    arguments = parse_arguments()
    model = modelzoo.build("wide_deep", hidden=[30, 20, 10], schema=SCHEMA)
    model.fit(
        arguments.train,
        columns=COLUMNS,
        target="fare_amount",
        drop=["pickup_datetime", "key"],
        validation=arguments.valid,
        batch_size=TRAIN_BATCH_SIZE,
        train_examples=NUM_TRAIN_EXAMPLES,
        evals=NUM_EVALS,
    )
    print("test:", {name: round(value, 3) for name, value in model.evaluate(arguments.test).items()})
    if arguments.exports:
        export = modelzoo.load_export(model.export(arguments.exports))
        print(f"{TRIP} costs about {export.predict([TRIP])[0]:.2f} dollars, says {export.folder}")


def parse_arguments() -> argparse.Namespace:
    """Return the files the user names, and the folder for exports, if any."""
    parser = argparse.ArgumentParser(description="Predict taxi fares with wide & deep.")
    parser.add_argument("train", help="CSV file of rows to train on, without a header line")
    parser.add_argument("valid", help="CSV file of rows to evaluate on while training")
    parser.add_argument("test", help="CSV file of rows to measure on in the end")
    parser.add_argument("exports", nargs="?", help="folder to export the model to")
    return parser.parse_args()


if __name__ == "__main__":
    main()
