"""Train the course's second lab, wide & deep over taxi fares, as it reads in Keras 3.

    python benchmarks/rivals/taxi_lab.py TRAIN.csv [--test TEST.csv]

It is as the lab is: ``make_csv_dataset`` reads the file while the model trains; the city is a grid of 16 edges a
side, its crosses are hashed, 16² cells for the pickup, as many for the drop-off, 16⁴ for the pair of both, and reach
the wide part as dense one-hot vectors; the deep part takes degrees as they are and an embedding of the pair. What
feature columns did, Keras' preprocessing layers do, since Keras 3 has no feature columns. Prints one line of JSON at
the end.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from epochs import EpochTimes
from keras import layers
from sides import report

CSV_COLUMNS = [
    "fare_amount",
    "pickup_datetime",
    "pickup_longitude",
    "pickup_latitude",
    "dropoff_longitude",
    "dropoff_latitude",
    "passenger_count",
    "key",
]
LABEL_COLUMN = "fare_amount"
DEFAULTS = [[0.0], ["na"], [0.0], [0.0], [0.0], [0.0], [0.0], ["na"]]
UNWANTED_COLS = ["pickup_datetime", "key"]
INPUT_COLS = ["pickup_longitude", "pickup_latitude", "dropoff_longitude", "dropoff_latitude", "passenger_count"]

NBUCKETS = 16
LATITUDES = np.linspace(38.0, 42.0, NBUCKETS).tolist()
LONGITUDES = np.linspace(-76.0, -72.0, NBUCKETS).tolist()
HIDDEN_UNITS = [32, 8]

TRAIN_BATCH_SIZE = 100
NUM_TRAIN_EXAMPLES = 50_000
NUM_EVALS = 5


def main() -> None:
    """Train, and say how long each epoch took."""
    arguments = parse_arguments()
    model = build_model(HIDDEN_UNITS)
    times = EpochTimes()
    with tempfile.TemporaryDirectory() as logs:
        history = model.fit(
            create_dataset(arguments.train, TRAIN_BATCH_SIZE),
            steps_per_epoch=NUM_TRAIN_EXAMPLES // (TRAIN_BATCH_SIZE * NUM_EVALS),
            epochs=NUM_EVALS,
            callbacks=[keras.callbacks.TensorBoard(logs), times],
        )
    errors = {"train_rmse": history.history["mse"][-1] ** 0.5}
    if arguments.test is not None:
        errors["rmse"] = error(model, arguments.test)
    report(seconds=times.seconds, **errors)


def features_and_labels(row_data: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """Take the label, and what is not wanted, out of a batch."""
    label = row_data.pop(LABEL_COLUMN)
    for unwanted_col in UNWANTED_COLS:
        row_data.pop(unwanted_col)
    return row_data, label


def create_dataset(pattern: str, batch_size: int) -> tf.data.Dataset:
    """Return shuffled batches of the file, again and again."""
    dataset = tf.data.experimental.make_csv_dataset(pattern, batch_size, CSV_COLUMNS, DEFAULTS, header=False)
    return dataset.map(features_and_labels).shuffle(buffer_size=1000).repeat().prefetch(1)


def rmse(y_true: Any, y_pred: Any) -> Any:
    """Return the root mean squared error of a batch."""
    return keras.ops.sqrt(keras.ops.mean(keras.ops.square(y_pred - y_true)))


def build_model(dnn_hidden_units: list[int]) -> keras.Model:
    """Return the compiled model: crosses beside a tower over degrees and the embedding of the pair."""
    inputs = {name: keras.Input(name=name, shape=(1,), dtype="float32") for name in INPUT_COLS}
    plat = layers.Discretization(LATITUDES)(inputs["pickup_latitude"])
    plon = layers.Discretization(LONGITUDES)(inputs["pickup_longitude"])
    dlat = layers.Discretization(LATITUDES)(inputs["dropoff_latitude"])
    dlon = layers.Discretization(LONGITUDES)(inputs["dropoff_longitude"])

    dloc = layers.HashedCrossing(NBUCKETS**2)((dlat, dlon))
    ploc = layers.HashedCrossing(NBUCKETS**2)((plat, plon))
    wide = layers.concatenate(
        [
            layers.HashedCrossing(NBUCKETS**2, output_mode="one_hot")((dlat, dlon)),
            layers.HashedCrossing(NBUCKETS**2, output_mode="one_hot")((plat, plon)),
            layers.HashedCrossing(NBUCKETS**4, output_mode="one_hot")((dloc, ploc)),
        ],
        name="wide_inputs",
    )
    pair = layers.HashedCrossing(NBUCKETS**4)((dloc, ploc))
    embedded = layers.Flatten()(layers.Embedding(NBUCKETS**4, 10)(pair))
    deep = layers.concatenate([embedded, *(inputs[name] for name in INPUT_COLS[:4])], name="deep_inputs")
    for num_nodes in dnn_hidden_units:
        deep = layers.Dense(num_nodes, activation="relu")(deep)
    output = layers.Dense(1, name="prediction")(layers.concatenate([deep, wide], name="combined"))

    model = keras.Model(inputs, output)
    model.compile(optimizer="adam", loss="mse", metrics=[rmse, "mse"])
    return model


def error(model: keras.Model, path: str) -> float:
    """Return the root mean squared error over all rows of a file."""
    rows = np.loadtxt(path, delimiter=",", usecols=range(2, 7), ndmin=2).astype(np.float32)
    fares = np.loadtxt(path, delimiter=",", usecols=0)
    inputs = {name: rows[:, [place]] for place, name in enumerate(INPUT_COLS)}
    return float(np.sqrt(np.mean((model.predict(inputs, verbose=0)[:, 0] - fares) ** 2)))


def parse_arguments() -> argparse.Namespace:
    """Return the files the user names."""
    parser = argparse.ArgumentParser(description="Train the course's wide & deep lab.")
    parser.add_argument("train", help="CSV file of rows to train on, without a header line")
    parser.add_argument("--test", type=Path, help="CSV file of rows to measure on in the end")
    return parser.parse_args()


if __name__ == "__main__":
    main()
