"""Measure training side by side: ``modelzoo`` beside Keras, PyTorch, scikit-learn, the course's lab, and bare products.

    python benchmarks/training.py --taxi FOLDER --python RIVALS/bin/python

Every training has a process of its own, and each round runs all of them once, so that a slow moment of the machine
hits every side; figures are medians of the rounds. A row counts when both final losses are within 5% of each other.
The sides are the scripts in ``rivals/``, which can be run alone; all libraries choose their threads themselves.

FOLDER holds the course's taxi-train.csv and taxi-test.csv; without it those rows are left out. PyTorch and
scikit-learn (the extra ``bench``) had better live in an environment of their own, named by ``--python``: Keras imports
scikit-learn where it finds it. What is measured is also written to ``results/training.json``, but with ``--only``.

What is counted. An epoch is the median of those after the first, by callbacks that watch no single batch, of
``model.fit`` with metrics and with progress into a pipe. A taxi portion is 10,000 of 50,000 examples, in the same way:
no import, no compiling, of the lab no filling of its shuffle buffer, but the reading of the file, which never ends
there. Taxi errors are compared in dollars, on the test file or, of a whole process, on the last portion, since ours
are trained on scaled fares; ours must not be the larger by more than 5%.

Memory is the most a process that trains on all rows ever had resident, from its first import on. TensorFlow's own is
that of a process that trains the same model in as many steps, compiled by XLA likewise, on 320 rows, which take 1 MB.
The rest is divided by the size of the encoded rows, and there is nothing else in it but: the encoded rows, the chunks
of them on their way to the step, and whatever reading and encoding copied. Where the caller hands over arrays, these
are subtracted, once: they are the caller's. Of a file nothing is.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from comparison import Comparison, Figure, multiply_adds, peak, progress_share, steady_epoch, whole_process
from machine import facts
from program import lacking, measure
from rivals.sides import CLASSES, FEATURES, HIDDEN, ROWS, make_rows, read_rows
from rivals.taxi import zoo_train

RESULTS = Path(__file__).parent / "results" / "training.json"
RIVALS = Path(__file__).parent / "rivals"
ZOO = Path(sys.executable).with_name("zoo")
NETWORK = "→".join(map(str, (FEATURES, *HIDDEN, CLASSES)))
SMALL_EPOCHS, LARGE_EPOCHS, FEW_ROWS = 4, 8, 320
"""Epochs with small and with large batches; and rows that take next to no memory."""
ENCODED = ROWS * (FEATURES + 1) * 4
"""Bytes of the encoded rows: float32, and an int32 class."""
HELD = ROWS * (FEATURES * 4 + 8)
"""Bytes of the arrays the caller holds: float32, and an int64 class."""
FLOATING_POINT = 2 * multiply_adds((FEATURES, *HIDDEN, CLASSES), ROWS)

SECONDS = Figure(steady_epoch, "s")
PROCESS = Figure(whole_process, "s")
MEMORY = Figure(peak, "bytes")
RATE = Figure(lambda rounds: FLOATING_POINT / steady_epoch(rounds), "FLOP/s")
SHARE = Figure(progress_share, "of the time")


@dataclass(frozen=True)
class Side:
    """Say how one side is run."""

    words: tuple[Any, ...]
    needs: tuple[str, ...] = ()
    """Packages that the rivals' interpreter must have."""
    terminal: bool = False
    run: Path | None = None
    """The run folder it leaves, for a side that reports nothing itself."""

    def measure(self) -> dict[str, Any]:
        """Run it once."""
        measured = measure(self.words, terminal=self.terminal)
        if self.run is not None:
            measured["train_rmse"] = json.loads((self.run / "history.json").read_text())["rmse"][-1]
        return measured


def main() -> None:
    """Measure, print, and write the results."""
    given = _arguments()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        chosen = [each for each in comparisons() if given.only in (None, each.name)]
        sides = sides_in(folder, given.taxi, given.python)
        wanted = [name for name in sides if any(name in (each.ours, each.theirs) for each in chosen)]
        absent = {name: why for name in wanted if (why := _absent(sides[name], given))}
        _write_rows(folder)
        rounds: dict[str, list[dict[str, Any]]] = {name: [] for name in wanted if name not in absent}
        for number in range(given.repeat):
            for name, measured in rounds.items():
                print(f"round {number + 1}/{given.repeat}: {name}", file=sys.stderr)
                measured.append(sides[name].measure())
    rows = [_row(each, rounds, absent) for each in chosen]
    for row in rows:
        print(json.dumps(row, ensure_ascii=False))
    if given.only is None:
        results = {"machine": _machine(rounds), "rounds": given.repeat, "rows": rows, "sides": _brief(rounds)}
        given.output.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def sides_in(folder: Path, taxi: Path | None, python: str) -> dict[str, Side]:
    """Return every side by name, with its rows in a folder."""
    small, large = ("--epochs", SMALL_EPOCHS), ("--batch", 1024, "--epochs", LARGE_EPOCHS)
    steps = SMALL_EPOCHS * ROWS
    few = ("--rows", FEW_ROWS, "--epochs", round(steps / FEW_ROWS))
    train, test = (None if taxi is None else taxi / f"taxi-{part}.csv" for part in ("train", "test"))

    def keras(script: str, *words: Any, terminal: bool = False) -> Side:
        return Side((sys.executable, RIVALS / script, *words), terminal=terminal)

    def other(script: str, package: str) -> Side:
        return Side((python, RIVALS / script, folder, *small), needs=(package, "numpy"))

    return {
        "modelzoo": keras("modelzoo_fit.py", folder, *small),
        "Keras": keras("keras_fit.py", folder, *small),
        "PyTorch, DataLoader": other("torch_loader.py", "torch"),
        "PyTorch, indexed": other("torch_indexed.py", "torch"),
        "scikit-learn": other("sklearn_mlp.py", "sklearn"),
        "modelzoo, large batches": keras("modelzoo_fit.py", folder, *large),
        "Keras, large batches": keras("keras_fit.py", folder, *large),
        "matrix products": keras("matrix_products.py", folder, *large),
        "modelzoo, few rows": keras("modelzoo_fit.py", folder, *few),
        "modelzoo, from a file": keras("modelzoo_fit.py", folder, *small, "--file"),
        "modelzoo, on a terminal": keras("modelzoo_fit.py", folder, *small, terminal=True),
        "taxi, modelzoo": keras("modelzoo_taxi.py", train, "--test", test),
        "taxi, lab": keras("taxi_lab.py", train, "--test", test),
        "taxi, zoo train": Side((ZOO, *zoo_train(train, folder / "run")), run=folder / "run"),
        "taxi, lab as a script": keras("taxi_lab.py", train),
    }


def comparisons() -> list[Comparison]:
    """Return every row of the table."""
    small, large = (f"{NETWORK}, batch {batch}, {ROWS:,} rows: an epoch" for batch in ("32", "1,024"))
    taxi = "taxi wide & deep, batch 100"

    def faster(name: str, work: str, against: str, sides: tuple[str, str], asked: float, **more: Any) -> Comparison:
        settings = {"figure": SECONDS, "error": "loss", **more}
        return Comparison(name, work, against, *sides, ratio=_times_as_fast, asked=asked, **settings)

    def memory(work: str, side: str, held: int) -> Comparison:
        return Comparison(
            "memory",
            f"peak memory, {work}",
            "TensorFlow's own; the ratio is of the rest to the encoded rows",
            *(side, "modelzoo, few rows"),
            figure=MEMORY,
            ratio=lambda ours, theirs: (ours - theirs - held) / ENCODED,
            asked=1.6,
            at_least=False,
        )

    def progress(where: str, side: str) -> Comparison:
        return Comparison(
            "progress",
            f"progress {where}",
            "the epochs it shows",
            *(side, side),
            figure=SHARE,
            ratio=lambda ours, _: ours,
            asked=0.01,
            at_least=False,
        )

    return [
        faster("batch_32", small, "plain `keras.Model.fit` on arrays", ("modelzoo", "Keras"), 4.5),
        faster("batch_32", small, "PyTorch with a DataLoader", ("modelzoo", "PyTorch, DataLoader"), 4),
        faster("batch_32", small, "PyTorch, indexed tensors, fused Adam", ("modelzoo", "PyTorch, indexed"), 2.5),
        faster("batch_32", small, "scikit-learn's MLPClassifier", ("modelzoo", "scikit-learn"), 3.5),
        faster(
            *("batch_1024", large, "plain `keras.Model.fit` on arrays"),
            *(("modelzoo, large batches", "Keras, large batches"), 2),
        ),
        faster(
            *("taxi", f"{taxi}: 10,000 of 50,000 examples", "the course's lab in Keras 3"),
            *(("taxi, modelzoo", "taxi, lab"), 40),
            error="rmse",
            may_be_better=True,
        ),
        faster(
            *("taxi_process", f"{taxi}: `zoo train` on 50,000 examples, whole process", "the same lab as a script"),
            *(("taxi, zoo train", "taxi, lab as a script"), 1.8),
            figure=PROCESS,
            error="train_rmse",
            may_be_better=True,
        ),
        Comparison(
            "products",
            f"{NETWORK}, batch 1,024: arithmetic of the layers",
            "bare matrix products of the same shapes",
            *("modelzoo, large batches", "matrix products"),
            figure=RATE,
            ratio=lambda ours, theirs: ours / theirs,
            asked=0.5,
        ),
        memory("rows in arrays, which are not counted", "modelzoo", HELD),
        memory("rows in a Parquet file", "modelzoo, from a file", 0),
        progress("in a pipe", "modelzoo"),
        progress("on a terminal", "modelzoo, on a terminal"),
    ]


def _times_as_fast(ours: float, theirs: float) -> float:
    return theirs / ours


def _write_rows(folder: Path) -> None:
    """Write the rows as arrays and as a Parquet file."""
    make_rows(folder)
    x, y = read_rows(folder)
    columns = {"x": pa.FixedSizeListArray.from_arrays(pa.array(x.reshape(-1)), FEATURES), "y": y}
    pq.write_table(pa.table(columns), folder / "rows.parquet", compression="none", use_dictionary=False)


def _absent(side: Side, given: argparse.Namespace) -> str:
    """Return why a side cannot be run, or ""."""
    if None in side.words:
        return "needs the course's files: --taxi"
    missing = lacking(given.python, side.needs) if side.needs else []
    return f"needs {', '.join(missing)}: --python" if missing else ""


def _row(comparison: Comparison, rounds: dict[str, list[dict[str, Any]]], absent: dict[str, str]) -> dict[str, Any]:
    reasons = [absent[name] for name in (comparison.ours, comparison.theirs) if name in absent]
    return comparison.left_out(reasons[0]) if reasons else comparison.row(rounds)


def _brief(rounds: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Return what sides reported, with two numbers for the epochs of each training."""

    def brief(seconds: list[float] | None = None, **others: Any) -> dict[str, Any]:
        epochs = {} if seconds is None else {"first_epoch": seconds[0], "steady_epoch": median(seconds[1:])}
        return {
            name: round(value, 6) if isinstance(value, float) else value for name, value in (epochs | others).items()
        }

    return {name: [brief(**each) for each in measured] for name, measured in rounds.items()}


def _machine(rounds: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return the machine, with the versions that rivals in another interpreter told."""
    told = [measured[0].get("versions", {}) for measured in rounds.values()]
    others = {name: version for versions in told for name, version in versions.items()}
    return facts("tensorflow", "keras", "modelzoo-keras") | others


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--taxi", type=Path, help="folder of the course's taxi files")
    parser.add_argument("--python", default=sys.executable, help="interpreter that has PyTorch and scikit-learn")
    parser.add_argument("--repeat", type=int, default=5, help="how many rounds")
    names = list(dict.fromkeys(each.name for each in comparisons()))
    parser.add_argument("--only", choices=names, help="measure these rows alone, and write nothing")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where the results are written")
    return parser.parse_args()


if __name__ == "__main__":
    main()
