"""Measure what listing costs: ``zoo list`` beside ``import tensorflow``, and 300 more plugins beside none.

    python benchmarks/listing.py

Each figure is the median over fresh processes, in turns, in seconds; the first turn is not counted, since it
reads the programs from disk. What is measured is also written to ``results/listing.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

from arguments import make_parser
from machine import facts

PLUGINS = 300
RESULTS = Path(__file__).parent / "results" / "listing.json"
ZOO = Path(sys.executable).with_name("zoo")

READ_ENTRIES = """
import time
from modelzoo_registry import Registry
start = time.perf_counter()
registry = Registry()
names = [registry.names(kind) for kind in ("model", "regularizer", "hook")]
print(time.perf_counter() - start, len(registry.entries))
"""


def main() -> None:
    """Measure, print a table, and write the results."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        many = Path(folder)
        install_plugins(many, PLUGINS)
        start_up = in_turns({"zoo list": listing, "import tensorflow": importing}, arguments.repeat)
        reading = in_turns(
            {
                "entries of this environment": lambda: read_entries(None),
                f"and of {PLUGINS} more plugins": lambda: read_entries(many),
            },
            arguments.repeat,
        )
    show("whole process", start_up)
    show("Registry() and names()", reading)
    write(arguments.output, {"start_up": start_up, "reading": reading}, arguments.repeat)


def in_turns(programs: Mapping[str, Callable[[], float]], repeat: int) -> dict[str, list[float]]:
    """Run each program once uncounted, then all of them in turns."""
    for program in programs.values():
        program()
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(repeat):
        for name, program in programs.items():
            seconds[name].append(program())
    return seconds


def listing() -> float:
    """Time ``zoo list`` as a user sees it."""
    return _whole_process(ZOO, "list")


def importing() -> float:
    """Time a process that does nothing but import TensorFlow."""
    return _whole_process(sys.executable, "-c", "import tensorflow")


def read_entries(folder: Path | None) -> float:
    """Time the reading of all entries inside a fresh process, with the packages of a folder on its path."""
    environment = dict(os.environ) | ({"PYTHONPATH": str(folder)} if folder else {})
    command = [sys.executable, "-c", READ_ENTRIES]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    seconds, entries = done.stdout.split()
    if folder and int(entries) < PLUGINS:
        raise SystemExit(f"only {entries} entries were found: the {PLUGINS} plugins in {folder} are not seen")
    return float(seconds)


def install_plugins(folder: Path, count: int) -> None:
    """Write the metadata of that many distributions, each with one model; nothing imports their modules."""
    for number in range(count):
        info = folder / f"zoo_plugin_{number}-1.0.dist-info"
        info.mkdir()
        info.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: zoo-plugin-{number}\nVersion: 1.0\n")
        info.joinpath("entry_points.txt").write_text(f"[modelzoo.models]\nmodel_{number} = zoo_{number}:Model\n")


def show(title: str, seconds: Mapping[str, list[float]]) -> None:
    """Print one line a program."""
    print(f"{title:<32} {'median':>10} {'fastest':>10}")
    for name, taken in seconds.items():
        print(f"  {name:<30} {median(taken):>8.4f} s {min(taken):>8.4f} s")


def write(path: Path, measured: Mapping[str, Mapping[str, list[float]]], repeat: int) -> None:
    """Write medians, every single figure, and the machine they were taken on."""
    medians = {part: {name: median(taken) for name, taken in each.items()} for part, each in measured.items()}
    results = {
        "machine": facts("tensorflow", "modelzoo-registry"),
        "repeat": repeat,
        "plugins": PLUGINS,
        "median_seconds": medians,
        "seconds": measured,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=2) + "\n")


def _whole_process(*command: str | Path) -> float:
    start = time.perf_counter()
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    taken = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed with {done.returncode}:\n{done.stderr}")
    return taken


def _arguments() -> argparse.Namespace:
    parser = make_parser(__doc__, RESULTS)
    parser.add_argument("--repeat", type=int, default=5, help="how often each program is measured")
    return parser.parse_args()


if __name__ == "__main__":
    main()
