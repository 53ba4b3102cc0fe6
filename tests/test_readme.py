"""The README's examples are run as they stand there."""

from __future__ import annotations

import random
import re
import shlex
import tomllib
from pathlib import Path

import pytest
from pyarrow import csv, parquet

import modelzoo
import modelzoo.data.files
from modelzoo.cli.group import run
from modelzoo.columns.schema import make_schema

pytestmark = pytest.mark.xdist_group("readme")

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def blocks(heading: str) -> list[str]:
    """Return the code under a heading, block by block."""
    found = re.search(rf"^## {heading}\n(.*?)^## ", README, re.DOTALL | re.MULTILINE)
    code = re.findall(r"^```\w+\n(.*?)^```", found.group(1), re.DOTALL | re.MULTILINE) if found else []
    assert code, f"the README has no code under {heading!r}"
    return code


def block(heading: str) -> str:
    """Return the code under a heading, all blocks of it."""
    return "".join(blocks(heading))


@pytest.fixture
def shop(tmp_path):
    """A folder with the files the README's commands name."""
    diamonds = modelzoo.datasets.load("diamonds")
    parquet.write_table(diamonds.slice(0, 5_000), tmp_path / "diamonds.parquet")
    csv.write_csv(diamonds.slice(5_000, 500), tmp_path / "test.csv")
    modelzoo.data.files.write(diamonds.slice(5_500, 3).drop_columns(["price"]), tmp_path / "new.jsonl")
    many = diamonds.slice(6_000, 500)
    parquet.write_table(many.append_column("id", [list(range(many.num_rows))]), tmp_path / "many.parquet")
    return tmp_path


@pytest.fixture
def rides(tmp_path):
    """A folder with the files the README weighs, splits and streams: one ride in ten, the long ones, was tipped."""
    draw = random.Random(0)
    long = [draw.random() < 0.1 for _ in range(300)]
    lines = [
        f"{5 * far + draw.random()},2024-01-{1 + place // 12:02}T{place % 12:02}:00:00,{draw.random()},{far}"
        for place, far in enumerate(long)
    ]
    (tmp_path / "rides.csv").write_text("\n".join(["distance,pickup,w,tipped", *lines]) + "\n", encoding="utf-8")
    (tmp_path / "rows").mkdir()
    parquet.write_table(modelzoo.datasets.load("diamonds").slice(0, 300), tmp_path / "rows" / "part-0.parquet")
    return tmp_path


def test_the_python_example_runs_as_it_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(compile(block("In Python"), "README.md", "exec"), names)
    assert names["metrics"]["rmse"] < 1_000
    assert names["model"].encode(names["digits"]).shape == (1_797, 3)
    assert len(list((tmp_path / "exports" / "diamonds").iterdir())) == 1


def test_a_model_loses_weight_as_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(compile(block("Regularizers, and models that lose weight"), "README.md", "exec"), names)

    removed = {each.what: (each.before, each.after) for each in modelzoo.load_export(names["small"]).manifest.removed}
    before, after = removed["parameters"]
    assert after < before / 2


def test_rare_classes_weights_and_the_last_in_time_are_used_as_it_says(rides, monkeypatch, capsys):
    monkeypatch.chdir(rides)
    names: dict = {}
    exec(compile(block("Rare classes, weights, time"), "README.md", "exec"), names)

    names["model"].summary()
    out = capsys.readouterr().out
    assert "240, and 60 for validation: the last 0.2 by pickup\n" in out
    assert 'weight_column = "w"' in out
    assert [raw.name for raw in names["model"].schema.raw] == ["distance", "pickup"]


def test_the_learning_rate_falls_and_gradients_are_bounded_as_it_says(rides, monkeypatch):
    monkeypatch.chdir(rides)
    names: dict = {}
    exec(compile(block("Learning rate, gradients, precision"), "README.md", "exec"), names)

    rates = names["model"].fitted.history["learning_rate"]
    assert (len(rates), rates[0]) == (5, max(rates))
    assert rates == sorted(rates, reverse=True)
    assert names["model"].fitted.facts.training.clip_norm == 1.0


def test_rows_that_may_be_too_many_for_memory_are_trained_on_as_it_says(rides, monkeypatch):
    monkeypatch.chdir(rides)
    names: dict = {}
    exec(compile(block("More rows than memory holds"), "README.md", "exec"), names)

    assert names["model"].fitted.facts.rows == 300


def test_the_schemas_it_shows_are_schemas():
    _, inferred, edited = blocks("The schema file")

    kinds = [[column.kind for column in make_schema(tomllib.loads(text)).columns] for text in (inferred, edited)]
    assert kinds[0].count("crossed") >= 3
    assert kinds[1] == ["numeric", "categorical", "hashed", "datetime"]


def test_the_commands_run_as_they_stand(shop, monkeypatch, capsys):
    monkeypatch.chdir(shop)
    for line in block("On the command line").splitlines():
        program, *words = shlex.split(line, comments=True)
        assert program == "zoo"
        assert run(words) == 0, f"{line}\n{capsys.readouterr().err}"
    assert csv.read_csv(shop / "priced.csv").column_names == ["prediction"]
    assert csv.read_csv(shop / "priced.csv").num_rows == 3
