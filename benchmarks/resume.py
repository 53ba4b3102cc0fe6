"""Kill a training again and again, and see whether it ends with the bits of one that was left alone.

    python benchmarks/resume.py --kills 30

Trains ``wide_deep`` on made, streamed rows (``make_rows.py``) with dropout, early stopping and l1, once in peace and
once killed by SIGKILL at moments drawn over the whole training, each time to go on by ``zoo train --resume``; then
compares weights and history. A kill falls into start-up (before the first step of the process), training, or
validation; which one is told by hooks of the process that is killed. What checkpoints cost is measured in the same
training: seconds and bytes of one, and their share of the time at the default setting. What is measured is also
written to ``results/resume.json``.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from machine import facts
from program import run_python

RESULTS = Path(__file__).parent / "results" / "resume.json"
MAKE_ROWS = Path(__file__).with_name("make_rows.py")
FOLLOWED = """
import sys
from pathlib import Path
from modelzoo.cli.group import run
from modelzoo.training import callbacks

phase = Path(sys.argv[1])
phase.write_text("start-up")

class Followed(callbacks.EpochCounter):
    def on_train_batch_begin(self, batch, logs=None):
        if self.batch_follows:
            phase.write_text("training")
            self.batch_follows = False

    def on_epoch_begin(self, epoch, logs=None):
        super().on_epoch_begin(epoch, logs)
        self.batch_follows = True

    def on_test_begin(self, logs=None):
        super().on_test_begin(logs)
        phase.write_text("validation")

    def on_train_end(self, logs=None):
        phase.write_text("the end")

from modelzoo.training import train
train.EpochCounter = Followed
sys.exit(run(sys.argv[2:]))
"""
COST = """
import json, sys, time
import modelzoo
from modelzoo.training import checkpoints

taken = []
write = checkpoints.Checkpoints._write

def timed(self, *args, **kwargs):
    start = time.perf_counter()
    write(self, *args, **kwargs)
    taken.append((time.perf_counter() - start, (args[0].folder / "checkpoint.npz").stat().st_size))

checkpoints.Checkpoints._write = timed
settings = json.loads(sys.argv[1])
model = modelzoo.build(settings.pop("model"), regularizers=settings.pop("regularizers"))
start = time.perf_counter()
model.fit(settings.pop("data"), verbose=0, **settings)
print(json.dumps({"seconds": time.perf_counter() - start, "taken": taken}))
"""
REGULARIZERS = ["dropout", "early_stopping:patience=3", "l1:strength=0.0001"]


def main() -> None:
    """Measure, print, and write the results."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        run_python(MAKE_ROWS, folder / "rows", "--rows", arguments.rows, "--files", 2)
        measured = {
            "rows": arguments.rows,
            **measure_kills(folder, arguments),
            "checkpoints": measure_cost(folder, arguments),
        }
    print(json.dumps(measured, indent=2))
    results = {"machine": facts("tensorflow", "keras", "modelzoo-keras"), **measured}
    arguments.output.write_text(json.dumps(results, indent=2) + "\n")


def measure_kills(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Train in peace and under kills; return what was killed where, and whether the ends are equal."""
    began = time.perf_counter()
    _wait(_train(folder, "peace", arguments))
    peace = time.perf_counter() - began
    draw = random.Random(arguments.seed)  # noqa: S311  (moments, no secrets)
    phases: Counter[str] = Counter()
    rounds, processes = 0, 0
    equal = True
    while phases.total() < arguments.kills:
        processes += 1
        process = _train(folder, "killed", arguments)
        try:
            code = process.wait(draw.uniform(0, arguments.longest * peace))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            phases[(folder / "phase").read_text()] += 1
            continue
        if code:
            raise SystemExit(f"a training that went on ended with {code}")
        rounds += 1
        equal &= _same(folder / "peace", folder / "killed")
        shutil.rmtree(folder / "killed")
    if (folder / "killed.unfinished").exists():
        _wait(_train(folder, "killed", arguments))
        equal &= _same(folder / "peace", folder / "killed")
        rounds += 1
    return {
        "kills": phases.total(),
        "kills_in": dict(sorted(phases.items())),
        "trainings_ended": rounds,
        "processes": processes + 1,
        "seconds_in_peace": round(peace, 1),
        "equal_to_the_bit": bool(equal),
    }


def measure_cost(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what one checkpoint takes, and their share of the time when nothing is said about them."""
    names = [{"name": name.partition(":")[0], **_settings(name)} for name in REGULARIZERS]
    settings = {
        "model": "wide_deep",
        "regularizers": names,
        "data": str(folder / "rows"),
        "target": "target",
        "validation": 0.1,
        "epochs": arguments.epochs,
        "memory": arguments.memory,
    }
    often = _measure({**settings, "out": str(folder / "often"), "checkpoint_every": arguments.every})
    default = _measure({**settings, "out": str(folder / "default")})
    seconds, sizes = zip(*often["taken"], strict=True)
    return {
        "seconds_of_one": round(float(np.median(seconds)), 4),
        "bytes_of_one": int(np.median(sizes)),
        "written_when_often": len(seconds),
        "written_at_the_default": len(default["taken"]),
        "share_of_the_time_at_the_default": round(sum(one[0] for one in default["taken"]) / default["seconds"], 4),
        "share_of_the_time_that_the_default_settles_at": round(float(np.median(seconds)) / 30, 5),
    }


def _train(folder: Path, name: str, arguments: argparse.Namespace) -> subprocess.Popen[bytes]:
    """Begin a training in a process of its own, or go on with it."""
    # A process may be killed when its run is in place already: going on then says so, and ends well.
    if (folder / f"{name}.unfinished" / "train.toml").exists() or (folder / name).exists():
        words = ["train", "--resume", folder / name]
    else:
        regularizers = [word for one in REGULARIZERS for word in ("--regularizer", one)]
        words = ["train", "--model", "wide_deep", "--data", folder / "rows", "--target", "target", *regularizers]
        words += ["--epochs", arguments.epochs, "--memory", arguments.memory, "--out", folder / name]
        words += ["--checkpoint-every", arguments.every]
    (folder / "phase").write_text("start-up")
    command = [sys.executable, "-c", FOLLOWED, folder / "phase", *words]
    return subprocess.Popen([*map(str, command)], stdout=subprocess.DEVNULL, stderr=(folder / f"{name}.err").open("wb"))


def _wait(process: subprocess.Popen[bytes]) -> None:
    if process.wait():
        raise SystemExit(f"a training ended with {process.returncode}")


def _same(one: Path, other: Path) -> bool:
    with np.load(one / "weights.npz") as first, np.load(other / "weights.npz") as second:
        same = first.files == second.files and all(np.array_equal(first[name], second[name]) for name in first.files)
    return same and (one / "history.json").read_bytes() == (other / "history.json").read_bytes()


def _settings(regularizer: str) -> dict[str, float]:
    pairs = (pair.split("=") for pair in regularizer.partition(":")[2].split(",") if pair)
    return {name: float(value) if "." in value else int(value) for name, value in pairs}


def _measure(settings: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(run_python("-c", COST, json.dumps(settings)).splitlines()[-1]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--rows", type=int, default=600_000)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--memory", default="20MB", help="bytes that encoded rows may take")
    parser.add_argument("--every", type=float, default=0.5, help="seconds between checkpoints while it is killed")
    parser.add_argument("--longest", type=float, default=0.6, help="latest kill, as a part of the time taken in peace")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=RESULTS, help="where the results are written")
    return parser.parse_args()


if __name__ == "__main__":
    main()
