"""Measure ``zoo list`` with 300 broken and 300 good plugins installed, and train beside them.

    python benchmarks/many_plugins.py

Each plugin is a distribution of its own with a module of its own: models, regularizers and hooks; the broken ones fail
in ten ways. Every one must be listed with its status, and ``zoo train --model dnn`` must end well. ``zoo list`` is the
median over fresh processes, in seconds; the first is not counted, since it reads the modules from disk. What is
measured is also written to ``results/many_plugins.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from arguments import make_parser
from machine import facts

GOOD, BROKEN = 300, 300
RESULTS = Path(__file__).parent / "results" / "many_plugins.json"
ZOO = Path(sys.executable).with_name("zoo")

HEAD = """\
from modelzoo_registry import SUPERVISED, ModelPlugin, ModelSpec, RegularizerPlugin, RegularizerSpec, hookimpl
from pydantic import Field
"""
MODEL = '''
class Plugin(ModelPlugin):
    """Put one dense layer between the columns and the head."""
    class Spec(ModelSpec):
        units: int = Field(16, ge=1, le=1_024, description="units of the hidden layer")
        activation: str = Field("relu", pattern="^(relu|gelu)$", description="activation of the hidden layer")
    tasks = SUPERVISED
    def build(self, spec, inputs):
        import keras
        return inputs.head(keras.layers.Dense(spec.units, activation=spec.activation)(inputs.deep()))
'''
REGULARIZER = '''
class Plugin(RegularizerPlugin):
    """Pull weights towards zero."""
    class Spec(RegularizerSpec):
        strength: float = Field(0.01, ge=0, le=1, description="factor of the squares in the loss")
    def penalty(self, weight):
        return None
'''
HOOK = '''
class Plugin:
    """Count epochs."""
    def __init__(self):
        self.epochs = 0
    @hookimpl
    def epoch_ended(self, epoch):
        self.epochs = epoch
'''
KINDS = ("model", "regularizer", "hook")
SOURCES = {"model": MODEL, "regularizer": REGULARIZER, "hook": HOOK}

FAULTS = {
    "raises": ("raise RuntimeError('broken')\n{}", "broken"),
    "ends the process": ("raise SystemExit(3)\n{}", "broken"),
    "needs what is not installed": ("import no_such_package\n{}", "broken"),
    "cannot be read": ("class (\n{}", "broken"),
    "holds nothing": ("", "broken"),
    "prints, and raises": ("print('hello')\nraise ValueError\n{}", "broken"),
    "holds something else": ("Plugin = 3\n", "broken"),
    "misspells a method": ("{}    def bild(self): ...\n    @hookimpl\n    def run_strated(self): ...\n", "broken"),
    "was built for another contract": ("{}", "incompatible"),
    "has a rival": ("{}", "conflict"),
}
"""What a broken plugin does: its source, around a good one, and the status it has."""


def main() -> None:
    """Measure, print, and write the results."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        expected = install(Path(folder), arguments.good, arguments.broken)
        environment = _environment(Path(folder))
        seconds = [_list(environment, expected) for _ in range(arguments.repeat + 1)][1:]
        trained = _train(environment, Path(folder))
    print(f"{arguments.good} good and {arguments.broken} broken plugins, each listed with its status")
    print(f"zoo list                 median {median(seconds):.3f} s, slowest {max(seconds):.3f} s, asked 2 s")
    print(f"zoo train --model dnn    {trained:.1f} s")
    results = {
        "machine": facts("tensorflow", "modelzoo-registry"),
        "good": arguments.good,
        "broken": arguments.broken,
        "median_seconds": median(seconds),
        "seconds": seconds,
        "train_seconds": trained,
    }
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(results, indent=2) + "\n")


def install(folder: Path, good: int, broken: int) -> dict[str, str]:
    """Write the distributions into a folder, and return the status each plugin is to have, by its name."""
    expected = {}
    for number in range(good):
        kind = KINDS[number % len(KINDS)]
        expected[_write(folder, f"good_{number}", kind, SOURCES[kind])] = "ok"
    faults = list(FAULTS)
    for number in range(broken):
        fault, kind = faults[number % len(faults)], KINDS[number % len(KINDS)]
        source, status = FAULTS[fault]
        contract = ">=2,<3" if status == "incompatible" else ">=0.1,<0.2"
        name = _write(folder, f"bad_{number}", kind, source.replace("{}", SOURCES[kind]), contract)
        if status == "conflict":
            _write(folder, f"rival_{number}", kind, SOURCES[kind], name=name)
        expected[name] = status
    return expected


def _write(folder: Path, module: str, kind: str, source: str, contract: str = ">=0.1,<0.2", name: str = "") -> str:
    """Write one distribution with one plugin, as installers do, and return the plugin's name."""
    name = name or module
    info = folder / f"zoo_{module}-1.0.dist-info"
    info.mkdir()
    description = "A plugin of many.\n\n" + "It has a long description, as real ones do.\n" * 60
    info.joinpath("METADATA").write_text(
        f"Metadata-Version: 2.1\nName: zoo-{module}\nVersion: 1.0\nSummary: One of many\n"
        f"Requires-Dist: modelzoo-registry{contract}\n\n{description}"
    )
    info.joinpath("entry_points.txt").write_text(f"[modelzoo.{kind}s]\n{name} = zoo_{module}:Plugin\n")
    info.joinpath("RECORD").write_text(f"zoo_{module}.py,,\n")
    folder.joinpath(f"zoo_{module}.py").write_text(HEAD + source)
    return name


def _list(environment: Mapping[str, str], expected: Mapping[str, str]) -> float:
    """Time one ``zoo list``, as people see it, and check what it says of every plugin."""
    start = time.perf_counter()
    shown = _run(environment, "list").stdout.splitlines()
    taken = time.perf_counter() - start
    told = {line.split()[0]: line for line in shown[1:]}
    wrong = [name for name, status in expected.items() if _status(told.get(name, "")) != status]
    if wrong:
        raise SystemExit(f"listed otherwise than expected: {[told.get(name) for name in wrong]}")
    return taken


def _status(line: str) -> str:
    """Return the status a line of the listing tells; one that tells none is of a plugin that is well."""
    named = [status for status in ("broken", "conflict", "incompatible") if f"  {status.upper()}: " in line]
    return named[0] if named else ("ok" if line else "absent")


def _train(environment: Mapping[str, str], folder: Path) -> float:
    """Time a training beside all of them."""
    lines = "".join(f"{n % 7},{n % 3},{n % 7 + 2 * (n % 3)}\n" for n in range(200))
    folder.joinpath("rows.csv").write_text(f"a,b,price\n{lines}")
    start = time.perf_counter()
    words = ("train", "--model", "dnn", "--data", "rows.csv", "--target", "price", "--epochs", "2", "--out", "run")
    _run(environment, *words, cwd=folder)
    taken = time.perf_counter() - start
    if not folder.joinpath("run", "run.json").is_file():
        raise SystemExit("zoo train left no run")
    return taken


def _run(environment: Mapping[str, str], *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([str(ZOO), *words], env={**environment}, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"zoo {' '.join(words)} failed with {done.returncode}:\n{done.stderr}")
    return done


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(folder)}


def _arguments() -> argparse.Namespace:
    parser = make_parser(__doc__, RESULTS)
    parser.add_argument("--good", type=int, default=GOOD, help="how many plugins are good")
    parser.add_argument("--broken", type=int, default=BROKEN, help="how many are broken, in ten ways")
    parser.add_argument("--repeat", type=int, default=5, help="how often zoo list is measured")
    return parser.parse_args()


if __name__ == "__main__":
    main()
