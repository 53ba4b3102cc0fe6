"""The README's examples are run as they stand there."""

from __future__ import annotations

import random
import re
import tomllib
from pathlib import Path

import pytest
from pyarrow import csv, parquet

import modelzoo
import modelzoo.data.files
from modelzoo.columns.schema import make_schema

from .snippets import Block, Page, blocks

pytestmark = pytest.mark.xdist_group("readme")

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def under(heading: str) -> list[Block]:
    """Return the blocks of code under a heading."""
    found = re.search(rf"^## {heading}\n(.*?)^## ", README, re.DOTALL | re.MULTILINE)
    code = blocks(found.group(1)) if found else []
    assert code, f"the README has no code under {heading!r}"
    return code


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a runner of all blocks under a heading; it returns the names that the Python ones leave."""
    monkeypatch.chdir(tmp_path)

    def run(heading):
        page = Page("README.md", {}, monkeypatch)
        for block in under(heading):
            page.run(block)
        return page.names

    return run


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


def test_the_python_example_runs_as_it_stands(run, tmp_path):
    names = run("In Python")
    assert names["metrics"]["rmse"] < 1_000
    assert names["model"].encode(names["digits"]).shape == (1_797, 3)
    assert len(list((tmp_path / "exports" / "diamonds").iterdir())) == 1


def test_a_model_loses_weight_as_it_says(run):
    names = run("Regularizers, and models that lose weight")

    removed = {each.what: (each.before, each.after) for each in modelzoo.load_export(names["small"]).manifest.removed}
    before, after = removed["parameters"]
    assert after < before / 2


def test_rare_classes_weights_and_the_last_in_time_are_used_as_it_says(rides, run, capsys):
    names = run("Rare classes, weights, time")

    names["model"].summary()
    out = capsys.readouterr().out
    assert "240, and 60 for validation: the last 0.2 by pickup\n" in out
    assert 'weight_column = "w"' in out
    assert [raw.name for raw in names["model"].schema.raw] == ["distance", "pickup"]


def test_the_learning_rate_falls_and_gradients_are_bounded_as_it_says(rides, run):
    names = run("Learning rate, gradients, precision")

    rates = names["model"].fitted.history["learning_rate"]
    assert (len(rates), rates[0]) == (5, max(rates))
    assert rates == sorted(rates, reverse=True)
    assert names["model"].fitted.facts.training.clip_norm == 1.0


def test_rows_that_may_be_too_many_for_memory_are_trained_on_as_it_says(rides, run):
    names = run("More rows than memory holds")

    assert names["model"].fitted.facts.rows == 300


def test_the_schemas_it_shows_are_schemas():
    _, inferred, edited = under("The schema file")

    kinds = [[column.kind for column in make_schema(tomllib.loads(each.code)).columns] for each in (inferred, edited)]
    assert kinds[0].count("crossed") >= 3
    assert kinds[1] == ["numeric", "categorical", "hashed", "datetime"]


def test_the_commands_run_as_they_stand(shop, run):
    run("On the command line")

    assert csv.read_csv(shop / "priced.csv").column_names == ["prediction"]
    assert csv.read_csv(shop / "priced.csv").num_rows == 3
