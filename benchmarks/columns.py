"""Measure what columns cost: encoding rows on the host, fitting an encoder, and a cross of which few cells occur.

    python benchmarks/columns.py

Times are medians of several, taken in turns after one that is not counted. What is measured is also written to
``results/columns.json``.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
from arguments import make_parser
from listing import in_turns
from machine import facts

import modelzoo
from modelzoo.columns import Encoder, Schema, infer_schema
from modelzoo.columns.bucketized import BucketizedColumn
from modelzoo.columns.categorical import CategoricalColumn
from modelzoo.columns.crossed import CrossedColumn
from modelzoo.columns.hashed import HashedColumn
from modelzoo.columns.numeric import NumericColumn

RESULTS = Path(__file__).parent / "results" / "columns.json"

ADULT_NUMBERS = {"age": 74, "fnlwgt": 28_523, "education_num": 16, "capital_gain": 123, "capital_loss": 99, "hours": 96}
"""Number of distinct values of each numeric column of the census table known as Adult."""
ADULT_TEXTS = {
    "workclass": 9,
    "education": 16,
    "marital_status": 7,
    "occupation": 15,
    "relationship": 6,
    "race": 5,
    "sex": 2,
    "native_country": 42,
}
ADULT_WITH_MISSING = ("workclass", "occupation", "native_country")
ADULT_PAIRS = (
    ("workclass", "education"),
    ("occupation", "relationship"),
    ("race", "sex"),
    ("marital_status", "native_country"),
)
ADULT_ROWS = 500_000

FLOATS, FLOAT_ROWS, BATCH = 10, 50_000, 1024

SIDES, BUCKETS, CELLS, CROSSED_ROWS = 4, 16, 21, 5_000


def main() -> None:
    """Measure, print, and write the results."""
    arguments = _arguments()
    table = adult(ADULT_ROWS)
    measured = {
        "encoding": encoding(table, arguments.repeat),
        "one_row": one_row(table, arguments.repeat),
        "fitting": fitting(arguments.repeat),
        "crossing": crossing(),
    }
    print(json.dumps(measured, indent=2))
    results = {"machine": facts("tensorflow", "keras", "modelzoo-keras", "pyarrow", "numpy"), **measured}
    arguments.output.write_text(json.dumps(results, indent=2) + "\n")


def adult(rows: int) -> pa.Table:
    """Return made rows of Adult's shape: whole numbers, and text of which the first values are the most frequent."""
    draw = np.random.default_rng(0)
    columns = {name: pa.array(draw.integers(0, size, rows)) for name, size in ADULT_NUMBERS.items()}
    for name, size in ADULT_TEXTS.items():
        shares = 1 / np.arange(1, size + 1)
        places = draw.choice(size, rows, p=shares / shares.sum())
        values = pa.array([f"{name}-{value}" for value in range(size)])
        missing = draw.random(rows) < (0.05 if name in ADULT_WITH_MISSING else 0)
        columns[name] = values.take(pa.array(places, mask=missing))
    return pa.table(columns)


def adult_schema() -> Schema:
    """Return each column of Adult's shape as what it is, without buckets and crosses."""
    numbers = [NumericColumn(name=name) for name in ADULT_NUMBERS]
    return Schema(columns=(*numbers, *(CategoricalColumn(name=name) for name in ADULT_TEXTS)))


def hashed_schema() -> Schema:
    """Return the same with all text hashed."""
    numbers = [NumericColumn(name=name) for name in ADULT_NUMBERS]
    return Schema(columns=(*numbers, *(HashedColumn(name=name) for name in ADULT_TEXTS)))


def inferred_schema(table: pa.Table) -> Schema:
    """Return the schema inferred for a target that depends on pairs of columns, so that there are crosses."""
    signs = [np.where((_codes(table, one) + _codes(table, other)) % 2, 1, -1) for one, other in ADULT_PAIRS]
    noise = np.random.default_rng(1).normal(size=table.num_rows)
    return infer_schema(table, (sum(signs) + noise > 0).astype(np.int64))[0]


def encoding(table: pa.Table, repeat: int) -> dict[str, Any]:
    """Encode a table in memory; asked: 1,000,000 rows/s with the plain schema."""
    schemas = {
        "6_numeric_8_categorical": adult_schema(),
        "6_numeric_8_hashed": hashed_schema(),
        "inferred": inferred_schema(table),
    }
    encoders = {name: Encoder.fit(schema, table) for name, schema in schemas.items()}
    seconds = in_turns({name: _timed(encoder.encode, table) for name, encoder in encoders.items()}, repeat)
    return {
        name: {"entries": _kinds(encoders[name]), **_figures(taken), "rows_per_second": _rate(table, taken)}
        for name, taken in seconds.items()
    }


def one_row(table: pa.Table, repeat: int, rows: int = 500) -> dict[str, Any]:
    """Encode rows that come as dicts, one at a time: by the path for one row, and each as a table."""
    encoder = Encoder.fit(adult_schema(), table)
    given = table.slice(0, rows).to_pylist()

    def as_rows() -> None:
        for row in given:
            encoder.encode_row(row)

    def as_tables() -> None:
        for row in given:
            encoder.encode(pa.Table.from_pylist([row], schema=table.schema))

    taken = in_turns({"as_row": _timed(as_rows), "as_table": _timed(as_tables)}, repeat)
    return {name: {"microseconds_per_row": round(median(each) / rows * 1e6, 1)} for name, each in taken.items()}


def fitting(repeat: int) -> dict[str, Any]:
    """Fit an encoder to float columns, asked: 0.1 s, beside ``FeatureSpace.adapt`` on batches of the same numbers."""
    import keras
    import tensorflow as tf

    values = {f"x{place}": numbers for place, numbers in enumerate(_floats())}
    table = pa.table(values)
    schema = Schema(columns=tuple(NumericColumn(name=name) for name in values))
    batches = tf.data.Dataset.from_tensor_slices(values).batch(BATCH)

    def adapt() -> None:
        keras.utils.FeatureSpace(dict.fromkeys(values, "float_normalized")).adapt(batches)

    seconds = in_turns({"encoder": _timed(Encoder.fit, schema, table), "feature_space": _timed(adapt)}, repeat)
    return {name: _figures(taken) for name, taken in seconds.items()}


def crossing() -> dict[str, int]:
    """Train ``linear`` on a cross of which few cells occur; count rows of its table and bytes on the disk."""
    model = modelzoo.build("linear", schema=crossed_schema())
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        model.fit(crossed_rows(), target="y", epochs=1, out=run, verbose=0)
        export = Path(model.export(Path(folder) / "export"))
        return {
            "possible_cells": BUCKETS**SIDES,
            "occurring_cells": CELLS,
            "encoder_rows": model.fitted.encoder.id_layout[0].size - 1,
            "table_rows_with_unseen": _table(model).shape[0],
            "run_weight_bytes": _bytes(run, "weights*"),
            "export_variable_bytes": _bytes(export, "variables/*"),
        }


def crossed_schema() -> Schema:
    """Return four bucketized columns that are there only to be crossed."""
    edges = tuple(range(1, BUCKETS))
    sides = [
        BucketizedColumn(name=f"bucket_{side}", source=f"x{side}", edges=edges, wide=False) for side in range(SIDES)
    ]
    cross = CrossedColumn(name="cross", sources=tuple(side.name for side in sides))
    return Schema(columns=(*sides, cross))


def crossed_rows() -> pa.Table:
    """Return rows in which every bucket of every side occurs, but few of their combinations."""
    draw = np.random.default_rng(2)
    diagonal = np.repeat(np.arange(BUCKETS)[:, None], SIDES, axis=1)
    others = np.stack([np.arange(side, side + CELLS - BUCKETS) for side in range(1, SIDES + 1)], axis=1)
    cells = np.concatenate([diagonal, others])
    rows = cells[np.arange(CROSSED_ROWS) % CELLS] + 0.5
    return pa.table({f"x{side}": rows[:, side] for side in range(SIDES)} | {"y": draw.normal(size=CROSSED_ROWS)})


def _codes(table: pa.Table, name: str) -> np.ndarray:
    return np.asarray(table.column(name).combine_chunks().dictionary_encode().indices.fill_null(0))


def _floats() -> np.ndarray:
    return np.random.default_rng(3).normal(size=(FLOATS, FLOAT_ROWS))


def _timed(work: Callable[..., Any], *given: Any) -> Callable[[], float]:
    def run() -> float:
        start = time.perf_counter()
        work(*given)
        return time.perf_counter() - start

    return run


def _figures(taken: list[float]) -> dict[str, Any]:
    return {"median_seconds": round(median(taken), 4), "seconds": [round(each, 4) for each in taken]}


def _kinds(encoder: Encoder) -> dict[str, int]:
    return dict(Counter(fitted.kind for fitted in encoder.columns))


def _rate(table: pa.Table, taken: list[float]) -> int:
    return round(table.num_rows / median(taken))


def _table(model: modelzoo.Model) -> Any:
    return next(weight for weight in model.keras.weights if weight.path.endswith("/table"))


def _bytes(folder: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in folder.glob(pattern))


def _arguments() -> argparse.Namespace:
    parser = make_parser(__doc__, RESULTS)
    parser.add_argument("--repeat", type=int, default=5, help="how often each time is taken")
    return parser.parse_args()


if __name__ == "__main__":
    main()
