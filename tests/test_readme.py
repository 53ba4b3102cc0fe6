"""The README's examples are run as they stand there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from pyarrow import csv, parquet

import modelzoo
import modelzoo.data.files
from modelzoo.cli.group import run

pytestmark = pytest.mark.xdist_group("readme")

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def block(heading: str) -> str:
    """Return the code under a heading, all blocks of it."""
    found = re.search(rf"^## {heading}\n(.*?)^## ", README, re.DOTALL | re.MULTILINE)
    blocks = re.findall(r"^```\w+\n(.*?)^```", found.group(1), re.DOTALL | re.MULTILINE) if found else []
    assert blocks, f"the README has no code under {heading!r}"
    return "".join(blocks)


@pytest.fixture
def shop(tmp_path):
    """A folder with the files the README's commands name."""
    diamonds = modelzoo.datasets.load("diamonds")
    parquet.write_table(diamonds.slice(0, 5_000), tmp_path / "diamonds.parquet")
    csv.write_csv(diamonds.slice(5_000, 500), tmp_path / "test.csv")
    modelzoo.data.files.write(diamonds.slice(5_500, 3).drop_columns(["price"]), tmp_path / "new.jsonl")
    return tmp_path


def test_the_python_example_runs_as_it_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(compile(block("In Python"), "README.md", "exec"), names)
    assert names["metrics"]["rmse"] < 1_000
    assert names["model"].encode(names["digits"]).shape == (1_797, 3)
    assert len(list((tmp_path / "exports" / "diamonds").iterdir())) == 1


def test_the_commands_run_as_they_stand(shop, monkeypatch, capsys):
    monkeypatch.chdir(shop)
    for line in block("On the command line").splitlines():
        program, *words = shlex.split(line, comments=True)
        assert program == "zoo"
        assert run(words) == 0, f"{line}\n{capsys.readouterr().err}"
    assert csv.read_csv(shop / "priced.csv").column_names == ["prediction"]
    assert csv.read_csv(shop / "priced.csv").num_rows == 3
