"""Measure scoring without TensorFlow against Keras, and against importing TensorFlow.

    python benchmarks/scoring.py

Draws rows of the shape of UCI Adult (six numbers, eight columns of words), trains ``dnn`` 128-64 on some of them for
one epoch, and exports it. Each side runs in a process of its own, in turns:

- ``zoo predict`` of a Parquet file to a Parquet file, the whole process, beside ``keras.Model.predict`` of one Keras
  model with raw strings in (StringLookup, Normalization, layers of the same sizes) of rows that lie in memory as
  tensors, the prediction alone after a first one. Keras gets fewer rows, of which it predicts more in a second: of
  4,000,000 (``--keras-rows``) it took four times as long a row when this was written;
- the peak of resident memory of ``zoo predict`` of more rows, in row groups of a million;
- ``zoo predict`` of one row of JSON in a fresh process, beside ``import tensorflow`` in one;
- ``load_export(...).predict`` of one row, a dict, in a warm process, beside ``keras.Model.predict`` of one row.

Figures are medians over the rounds. What is measured is also written to ``results/scoring.json``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
from machine import facts
from program import measure, run_python
from pyarrow import parquet

RESULTS = Path(__file__).parent / "results" / "scoring.json"
ZOO = Path(sys.executable).with_name("zoo")
GROUP = 1_000_000
NUMBERS = {"age": 91, "fnlwgt": 1_500_000, "education_num": 17, "capital_gain": 99_999, "capital_loss": 4_400,
           "hours_per_week": 99}  # fmt: skip
"""Each column of numbers, and what they lie below."""
WORDS = {"workclass": 9, "education": 16, "marital_status": 7, "occupation": 15, "relationship": 6, "race": 5, "sex": 2,
         "native_country": 42}  # fmt: skip
"""Each column of words, and how many there are."""
TRAIN = """
import sys
import modelzoo
data, to = sys.argv[1:]
model = modelzoo.build("dnn", hidden=[128, 64])
model.fit(data, target="income", epochs=1, batch_size=256, verbose=0)
print(model.export(to))
"""
PEAK = """
import json, resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(json.dumps({"peak_bytes": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024}))
"""
KERAS = """
import json, sys, time
import keras
import tensorflow as tf
from pyarrow import parquet

train, data, rows, calls, hidden = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), (128, 64)
sample = parquet.read_table(train)

def tensors(table):
    columns = {name: table[name] for name in table.column_names if name != "income"}
    return {name: tf.constant(column.to_pylist(), tf.string) if name in words
            else tf.constant(column.to_numpy(), "float32") for name, column in columns.items()}

words = [field.name for field in sample.schema if field.type == "string"]
inputs, parts = {}, []
for name, values in tensors(sample).items():
    inputs[name] = keras.Input((), name=name, dtype="string" if name in words else "float32")
    column = keras.layers.Reshape((1,))(inputs[name]) if name not in words else inputs[name]
    if name in words:
        lookup = keras.layers.StringLookup()
        lookup.adapt(values)
        size = lookup.vocabulary_size()
        parts.append(keras.layers.Embedding(size, max(1, min(50, round(1.6 * size**0.56))))(lookup(column)))
    else:
        normal = keras.layers.Normalization()
        normal.adapt(values[:, None])
        parts.append(normal(column))
layer = keras.layers.Concatenate()(parts)
for units in hidden:
    layer = keras.layers.Dense(units, "relu")(layer)
model = keras.Model(inputs, keras.layers.Dense(1, "sigmoid")(layer))

table = parquet.read_table(data).slice(0, rows)
given = tensors(table)
model.predict({name: values[:8192] for name, values in given.items()}, batch_size=8192, verbose=0)
start = time.perf_counter()
model.predict(given, batch_size=8192, verbose=0)
seconds = time.perf_counter() - start
one = {name: values[:1] for name, values in given.items()}
model.predict(one, verbose=0)
start = time.perf_counter()
for _ in range(calls):
    model.predict(one, verbose=0)
print(json.dumps({"seconds": seconds, "seconds_a_call": (time.perf_counter() - start) / calls}))
"""
ONE_ROW = """
import json, sys, time
import modelzoo
export, rows, calls = modelzoo.load_export(sys.argv[1]), sys.argv[2], int(sys.argv[3])
given = [json.loads(line) for line in open(rows, encoding="utf-8")]
for row in given:
    export.predict(row)
start = time.perf_counter()
for call in range(calls):
    export.predict(given[call % len(given)])
print(json.dumps({"seconds_a_call": (time.perf_counter() - start) / calls}))
"""


def main() -> None:
    """Measure, print, and write the results."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as temporary:
        measured = measure_all(Path(temporary), arguments)
    print(json.dumps(measured, indent=2))
    results = {"machine": facts("modelzoo-keras", "onnxruntime", "pyarrow", "tensorflow", "keras"), **measured}
    arguments.output.write_text(json.dumps(results, indent=2) + "\n")


def measure_all(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Make rows and an export in a folder; return what is measured of them."""
    write_rows(folder / "train.parquet", arguments.train_rows, seed=0, target=True)
    write_rows(folder / "rows.parquet", arguments.rows, seed=1)
    write_rows(folder / "many.parquet", arguments.many_rows, seed=2)
    few = adult(8, np.random.default_rng(3)).to_pylist()
    (folder / "few.jsonl").write_text("".join(json.dumps(row) + "\n" for row in few))
    (folder / "one.jsonl").write_text(json.dumps(few[0]) + "\n")
    export = run_python("-c", TRAIN, folder / "train.parquet", folder / "exports").splitlines()[-1]
    predict = [ZOO, "predict", export, "--data"]
    to = ["--out", folder / "scored.parquet"]
    sides = {
        "bulk": [*predict, folder / "rows.parquet", *to],
        "keras": [sys.executable, "-c", KERAS, folder / "train.parquet", folder / "rows.parquet", arguments.keras_rows,
                  arguments.keras_calls],
        "fresh": [*predict, folder / "one.jsonl"],
        "import": [sys.executable, "-c", "import tensorflow"],
        "warm": [sys.executable, "-c", ONE_ROW, export, folder / "few.jsonl", arguments.calls],
    }  # fmt: skip
    rounds = [{name: measure(words) for name, words in sides.items()} for _ in range(arguments.rounds)]
    peak = measure([sys.executable, "-c", PEAK, *predict, folder / "many.parquet", *to])
    return summarize(rounds, peak, arguments)


def summarize(
    rounds: Sequence[dict[str, dict[str, Any]]], peak: dict[str, Any], arguments: argparse.Namespace
) -> dict[str, Any]:
    """Return figures, their ratios, and whether these are what was asked for."""

    def seconds(side: str, field: str = "process_seconds") -> float:
        return median(one[side][field] for one in rounds)

    keras_rows = min(arguments.keras_rows, arguments.rows)
    bulk, keras = arguments.rows / seconds("bulk"), keras_rows / seconds("keras", "seconds")
    one, keras_one = seconds("warm", "seconds_a_call"), seconds("keras", "seconds_a_call")
    fresh, imported = seconds("fresh"), seconds("import")
    return {
        "rounds": len(rounds),
        "bulk": {
            "rows": arguments.rows,
            "rows_a_second": round(bulk),
            "keras_rows": keras_rows,
            "keras_rows_a_second": round(keras),
            "ratio": round(bulk / keras, 2),
            "asked": 2.5,
            "reached": bulk >= 2.5 * keras,
        },
        "memory": {
            "rows": arguments.many_rows,
            "peak_bytes": peak["peak_bytes"],
            "asked": 600_000_000,
            "reached": peak["peak_bytes"] <= 600_000_000,
        },
        "first_row": {
            "seconds": round(fresh, 3),
            "import_tensorflow_seconds": round(imported, 3),
            "share": round(fresh / imported, 4),
            "asked": 0.125,
            "reached": fresh <= imported / 8,
        },
        "one_row": {
            "seconds": round(one, 7),
            "keras_seconds": round(keras_one, 5),
            "ratio": round(keras_one / one),
            "asked": 400,
            "asked_seconds": 80e-6,
            "reached": keras_one >= 400 * one and one < 80e-6,
        },
    }


def write_rows(path: Path, rows: int, *, seed: int, target: bool = False) -> None:
    """Write rows of Adult's shape to a Parquet file, in row groups of a million; equal seeds draw equal rows."""
    draw = np.random.default_rng(seed)
    with parquet.ParquetWriter(path, adult(1, draw, target=target).schema) as writer:
        for start in range(0, rows, GROUP):
            writer.write_table(adult(min(GROUP, rows - start), draw, target=target), row_group_size=GROUP)


def adult(rows: int, draw: np.random.Generator, *, target: bool = False) -> pa.Table:
    """Draw rows of Adult's shape, with the ``income`` to be predicted if it is wanted."""
    columns: dict[str, Any] = {name: draw.integers(0, most, rows) for name, most in NUMBERS.items()}
    for name, count in WORDS.items():
        places = (count * draw.random(rows) ** 2).astype(np.int32)
        columns[name] = pa.array([f"{name} {word}" for word in range(count)]).take(pa.array(places))
    if target:
        effort = columns["age"] + columns["hours_per_week"] - 100 + 20 * draw.normal(size=rows)
        chance = 1 / (1 + np.exp(-effort / 20))
        columns["income"] = np.where(draw.random(rows) < chance, ">50K", "<=50K")
    return pa.table(columns)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=4_000_000, help="rows to score for speed")
    parser.add_argument("--many-rows", type=int, default=10_000_000, help="rows to score for memory")
    parser.add_argument("--keras-rows", type=int, default=200_000, help="rows that Keras predicts, at most --rows")
    parser.add_argument("--train-rows", type=int, default=32_561)
    parser.add_argument("--calls", type=int, default=20_000, help="predictions of one row by the export")
    parser.add_argument("--keras-calls", type=int, default=50, help="predictions of one row by Keras")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=RESULTS, help="where the results are written")
    return parser.parse_args()


if __name__ == "__main__":
    main()
