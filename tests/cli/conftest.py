"""Run ``zoo`` in this process, in a folder of small files, beside one trained run."""

from __future__ import annotations

import io
import shlex
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from modelzoo import datasets
from modelzoo.cli.group import run
from modelzoo.data.files import write

TRAIN = "train --model linear --data train.csv --target price --epochs 2 --batch-size 256"


@dataclass(frozen=True)
class Said:
    """What one call of ``zoo`` returned and printed."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def diamonds() -> pa.Table:
    """300 diamonds, taken at random."""
    rows = datasets.load("diamonds")
    return rows.take(np.random.default_rng(1).permutation(rows.num_rows)[:300])


@pytest.fixture
def here(tmp_path: Path, diamonds: pa.Table, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: ``train.csv`` of 300 diamonds, and ``new.jsonl`` of three without a price."""
    monkeypatch.chdir(tmp_path)
    write(diamonds, tmp_path / "train.csv")
    write(diamonds.slice(0, 3).drop_columns(["price"]), tmp_path / "new.jsonl")
    return tmp_path


@pytest.fixture
def zoo(here: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Return a caller of ``zoo`` with a line as it is typed."""

    def call(line: str) -> Said:
        capsys.readouterr()  # what a fixture printed is not its own
        code = run(shlex.split(line))
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return call


@pytest.fixture
def refusal(zoo: Callable[..., Said]) -> Callable[..., str]:
    """Return a caller that must be refused as something to mend; it gives the message alone."""

    def call(line: str) -> str:
        said = zoo(line)
        assert (said.code, said.out) == (2, "")
        return said.err.partition("Error: ")[2].removesuffix("\n")

    return call


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Return a setter of what standard input holds."""
    return lambda content: monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, diamonds: pa.Table) -> Path:
    """A folder with the run ``run`` of a linear model for the price, and its export below ``exports``."""
    folder = tmp_path_factory.mktemp("trained")
    write(diamonds, folder / "train.csv")
    data, made, exports = folder / "train.csv", folder / "run", folder / "exports"
    assert run(["train", "--model", "linear", "--data", f"{data}", "--target", "price", "--out", f"{made}"]) == 0
    assert run(["export", f"{made}", "--to", f"{exports}"]) == 0
    return folder


@pytest.fixture
def beside(trained: Path, here: Path) -> Path:
    """The working folder with a copy of the run, ``run``, and of the export, ``exports``."""
    shutil.copytree(trained / "run", here / "run")
    shutil.copytree(trained / "exports", here / "exports")
    return here
