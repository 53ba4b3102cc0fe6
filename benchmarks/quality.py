"""Measure what the models are worth: the demo, digits and diamonds under default settings, taxi fares, repeatability.

    python benchmarks/quality.py --taxi FOLDER

FOLDER holds the course's taxi-train.csv, taxi-valid.csv and taxi-test.csv; without it those parts are left out.
Everything goes through ``zoo``, the examples or ``modelzoo`` as a user would run it. What is measured is also written
to ``results/quality.json``.
"""

from __future__ import annotations

import argparse
import ast
import csv
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from arguments import make_parser
from defaults import autoencoder, diamonds, digits
from machine import facts
from rivals.taxi import COLUMNS, TARGET

RESULTS = Path(__file__).parent / "results" / "quality.json"
ZOO = Path(sys.executable).with_name("zoo")
EXAMPLES = Path(__file__).parent.parent / "examples"
TAXI_EXAMPLES = ("taxi_dnn.py", "taxi_wide_deep.py")


def main() -> None:
    """Measure, print, and write the results."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        measured = {"demo": demo(Path(folder)), "repeatability": repeatability(Path(folder))}
        measured |= {"digits": digits(), "autoencoder": autoencoder(), "diamonds": diamonds()}
        if arguments.taxi is not None:
            measured["taxi"] = taxi(arguments.taxi, Path(folder), drop=("pickup_datetime",))
            measured["taxi_with_dates"] = taxi(arguments.taxi, Path(folder), drop=())
            measured["taxi_examples"] = {name: taxi_example(name, arguments.taxi) for name in TAXI_EXAMPLES}
    print(json.dumps(measured, indent=2))
    results = {"machine": facts("tensorflow", "keras", "modelzoo-keras"), **measured}
    arguments.output.write_text(json.dumps(results, indent=2) + "\n")


def demo(folder: Path) -> dict[str, float]:
    """Run ``zoo demo`` and return its seconds, start-up included, and its errors on test rows."""
    start = time.perf_counter()
    printed = _zoo("demo", "--out", folder / "demo")
    seconds = time.perf_counter() - start
    rmse, of_mean = (float(number) for number in re.findall(r"^rmse.*?\s([\d.]+)$", printed, re.MULTILINE))
    return {"seconds": round(seconds, 1), "test_rmse": rmse, "test_rmse_of_the_mean": of_mean}


def repeatability(folder: Path) -> dict[str, bool]:
    """Train twice from one configuration in fresh processes and compare losses and weights digit for digit."""
    config = folder / "demo" / "run" / "train.toml"
    data = folder / "diamonds.parquet"
    _export_diamonds(data)
    runs = [folder / "first", folder / "second"]
    for run in runs:
        _zoo("train", "--config", config, "--data", data, "--epochs", "3", "--out", run)
    return {
        "same_losses": _same(runs, "history.json"),
        "same_weights": _same(runs, "weights.npz"),
    }


def taxi(source: Path, folder: Path, *, drop: Sequence[str]) -> dict[str, float]:
    """Train wide_deep on raw taxi columns, by the inferred schema; return seconds and the error on the test file."""
    run = folder / f"taxi-{len(drop)}"
    start = time.perf_counter()
    _zoo(
        "train",
        *("--model", "wide_deep", "--data", source / "taxi-train.csv", "--validation", source / "taxi-valid.csv"),
        *("--target", TARGET, "--columns", ",".join(COLUMNS), "--drop", ",".join(drop)),
        *("--out", run),
    )
    seconds = time.perf_counter() - start
    metrics = json.loads(_zoo("evaluate", run, "--data", source / "taxi-test.csv", "--json"))
    return {
        "train_seconds": round(seconds, 1),
        "test_rmse": metrics["rmse"],
        "test_rmse_of_the_mean": _rmse_of_mean(source),
    }


def taxi_example(name: str, source: Path) -> dict[str, float]:
    """Run an example on the taxi files and return its error on the test file, and its seconds, start-up included."""
    files = [source / f"taxi-{part}.csv" for part in ("train", "valid", "test")]
    start = time.perf_counter()
    printed = _run(sys.executable, EXAMPLES / name, *files)
    seconds = time.perf_counter() - start
    metrics = ast.literal_eval(printed.partition("test: ")[2].splitlines()[0])
    return {"seconds": round(seconds, 1), "test_rmse": metrics["rmse"], "test_rmse_of_the_mean": _rmse_of_mean(source)}


def _rmse_of_mean(source: Path) -> float:
    def fares(name: str) -> list[float]:
        with (source / name).open(newline="") as lines:
            return [float(row[COLUMNS.index(TARGET)]) for row in csv.reader(lines)]

    train, test = fares("taxi-train.csv"), fares("taxi-test.csv")
    mean = sum(train) / len(train)
    return float((sum((fare - mean) ** 2 for fare in test) / len(test)) ** 0.5)


def _export_diamonds(path: Path) -> None:
    from modelzoo import datasets

    path.write_bytes(datasets.path("diamonds").read_bytes())


def _same(runs: list[Path], name: str) -> bool:
    first, second = ((run / name).read_bytes() for run in runs)
    return first == second


def _zoo(*arguments: Any) -> str:
    return _run(ZOO, *arguments)


def _run(*command: Any) -> str:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed with {done.returncode}:\n{done.stderr}")
    return done.stdout


def _arguments() -> argparse.Namespace:
    parser = make_parser(__doc__, RESULTS)
    parser.add_argument("--taxi", type=Path, help="folder of the course's taxi files")
    return parser.parse_args()


if __name__ == "__main__":
    main()
