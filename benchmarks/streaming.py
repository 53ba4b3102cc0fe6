"""Measure training on more rows than memory holds against training on rows in memory.

    python benchmarks/streaming.py

Makes 20 million rows of ten columns as Parquet, and two million more for the rows in memory (``make_rows.py``), then
trains ``linear`` for one epoch on each, in a process of its own. Seconds are those of ``fit``: reading, inferring the
schema, fitting the encoder, encoding and training, after TensorFlow was imported. Memory is the process' peak, and
what it had when TensorFlow was imported. What is measured is also written to ``results/streaming.json``.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from machine import facts
from program import run_python

RESULTS = Path(__file__).parent / "results" / "streaming.json"
MAKE_ROWS = Path(__file__).with_name("make_rows.py")
TRAIN = """
import json, resource, sys, time
import tensorflow as tf
import modelzoo

def gigabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9

data, memory = sys.argv[1:]
tf.constant(0.0) + 1
baseline, start = gigabytes(), time.perf_counter()
model = modelzoo.build("linear")
model.fit(data, target="target", epochs=1, memory=memory, verbose=0)
seconds = time.perf_counter() - start
facts = model.fitted.facts
print(json.dumps({
    "rows": facts.rows,
    "seconds": round(seconds, 1),
    "rows_a_second": round(facts.rows / seconds),
    "seconds_of_the_epoch": round(facts.seconds, 1),
    "rmse": round(model.fitted.metrics["rmse"], 4),
    "peak_gb": round(gigabytes(), 2),
    "gb_with_tensorflow_alone": round(baseline, 2),
    "notes": list(facts.notes),
}))
"""


def main() -> None:
    """Measure, print, and write the results."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        streamed = train(_rows(folder / "streamed", arguments.rows), arguments.memory)
        in_memory = train(_rows(folder / "in_memory", arguments.rows // 10), "100GB")
    measured = {
        "memory": arguments.memory,
        "streamed": streamed,
        "in_memory": in_memory,
        "peak_above_tensorflow_gb": round(streamed["peak_gb"] - streamed["gb_with_tensorflow_alone"], 2),
        "speed_of_streaming": round(streamed["rows_a_second"] / in_memory["rows_a_second"], 2),
    }
    print(json.dumps(measured, indent=2))
    results = {"machine": facts("tensorflow", "keras", "pyarrow", "modelzoo-keras"), **measured}
    arguments.output.write_text(json.dumps(results, indent=2) + "\n")


def train(data: Path, memory: str) -> dict[str, Any]:
    """Train in a fresh process and return what it measured."""
    return dict(json.loads(run_python("-c", TRAIN, data, memory).splitlines()[-1]))


def _rows(folder: Path, rows: int) -> Path:
    """Make the rows, unless they are there."""
    if not folder.exists():
        run_python(MAKE_ROWS, folder, "--rows", rows)
    return folder


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=20_000_000, help="rows to stream; a tenth as many are in memory")
    parser.add_argument("--memory", default="1GB", help="bytes that streamed rows may take")
    parser.add_argument("--folder", type=Path, help="where the rows are made, or lie from another time")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where the results are written")
    return parser.parse_args()


if __name__ == "__main__":
    main()
