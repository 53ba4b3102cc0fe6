"""Share small tables and fresh Python processes with every test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest


@pytest.fixture(scope="session")
def houses() -> dict[str, list[Any]]:
    """160 rows: two numbers (one with gaps), a text column, and a target of each task."""
    import numpy as np

    draw = np.random.default_rng(7)
    count = 160
    area, rooms = draw.normal(100, 30, count), draw.integers(1, 9, count)
    town = draw.choice(["Ulm", "Köln", "Bonn"], count)
    price = 3 * area + 20 * rooms + 50 * (town == "Ulm") + draw.normal(0, 5, count)
    grade = np.digitize(price, np.quantile(price, [0.33, 0.66]))
    return {
        "area": [None if row % 13 == 5 else value for row, value in enumerate(area.tolist())],
        "rooms": rooms.tolist(),
        "town": town.tolist(),
        "price": price.tolist(),
        "sold": np.where(price > np.median(price), "yes", "no").tolist(),
        "grade": [["low", "mid", "top"][place] for place in grade],
    }


@pytest.fixture(scope="session")
def rows_for(houses):
    """Return a maker of the same rows with the target of one task alone, and the name of that target."""
    targets = {"regression": "price", "binary": "sold", "multiclass": "grade"}

    def rows(task: str) -> tuple[dict[str, list[Any]], str]:
        others = set(targets.values()) - {targets[task]}
        return {name: values for name, values in houses.items() if name not in others}, targets[task]

    return rows


def flip(path: Path) -> None:
    """Damage a file: change one bit in its middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    """Damage a file: take its last byte."""
    path.write_bytes(path.read_bytes()[:-1])


@dataclass(frozen=True)
class Outside:
    """A folder of installed packages, and fresh Python processes that see it."""

    folder: Path

    def install(self, name: str, entry_points: str, **sources: str) -> None:
        """Install version 1.0 of a distribution with these modules."""
        info = self.folder / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        info.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        info.joinpath("entry_points.txt").write_text(dedent(entry_points))
        for module, source in sources.items():
            self.folder.joinpath(f"{module}.py").write_text(dedent(source))

    def run(self, script: str, *arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        ours = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "MODELZOO"))}
        return subprocess.run(
            [sys.executable, "-c", dedent(script), *map(str, arguments)],
            env=ours | {"PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"} | variables,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def answer(self, script: str, *arguments: object, **variables: str) -> Any:
        """Run a script whose last line is JSON, and return that."""
        done = self.run(script, *arguments, **variables)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    folder = tmp_path / "outside"
    folder.mkdir()
    return Outside(folder)
