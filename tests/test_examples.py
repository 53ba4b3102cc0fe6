"""The examples are run as they stand."""

import ast
import re
import runpy
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import modelzoo

from .rides import write_rides

EXAMPLES = Path(__file__).parent.parent / "examples"

pytestmark = pytest.mark.xdist_group("readme")


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return a runner of examples in a folder of their own: the name and arguments; it returns what was printed."""
    monkeypatch.chdir(tmp_path)

    def run(name, *arguments):
        monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
        runpy.run_path(str(EXAMPLES / name), run_name="__main__")
        return capsys.readouterr().out

    return run


@pytest.fixture(scope="module")
def rides(tmp_path_factory):
    """CSV files in the form of the taxi examples: a start fee, some dollars a kilometre, and noise."""
    return write_rides(tmp_path_factory.mktemp("rides"))


def rmse_of_the_mean(rides):
    train, test = (pd.read_csv(rides[name], header=None)[0] for name in ("train", "test"))
    return float(np.sqrt(np.mean((test - train.mean()) ** 2)))


def measured(said):
    """Return the metrics that an example printed."""
    return ast.literal_eval(re.search(r"^test: (.*)$", said, re.MULTILINE).group(1))


def test_the_diamonds_example_trains_exports_and_prices_a_stone(run, tmp_path):
    said = run("diamonds.py")

    price = float(said.partition("costs about ")[2].partition(" dollars")[0].replace(",", ""))
    assert 6_000 < price < 10_000
    assert (tmp_path / "zoo-demo" / "example" / "run.json").is_file()


def test_the_digits_example_reads_most_digits_and_draws_one_beside_its_reconstruction(run):
    said = run("digits.py")

    accuracies = {name: float(value) for name, value in re.findall(r"^(\w+) +accuracy ([\d.]+)$", said, re.MULTILINE)}
    assert list(accuracies) == ["linear", "dnn", "deep_dnn"]
    assert accuracies["linear"] >= 0.92
    assert accuracies["dnn"] >= 0.95
    error = re.search(r"^autoencoder +reconstruction error ([\d.]+), where", said, re.MULTILINE)
    assert float(error.group(1)) < 0.4
    image, rebuilt = zip(*[(line[2:18], line[21:]) for line in said.splitlines()[-8:]], strict=True)
    assert sum(shade in "#@" for line in image for shade in line) > 10
    assert sum(shade in "#@" for line in rebuilt for shade in line) > 10


def test_the_schema_example_writes_the_file_it_shows_and_trains_with_it(run, tmp_path):
    said = run("schema_file.py")

    written = (tmp_path / "zoo-demo" / "schema.toml").read_text(encoding="utf-8")
    assert said.startswith(written)
    kinds = {column.name: column.kind for column in modelzoo.Schema.from_toml("zoo-demo/schema.toml").columns}
    assert (kinds["color"], kinds["carat_x_cut"]) == ("hashed", "crossed")
    assert "depth" not in kinds
    assert '{name = "carat", kind = "numeric", scale = "log", missing = "median"},' in written
    assert measured(said)["rmse"] < 1_000


@pytest.mark.full
def test_the_useless_columns_example_reads_fewer_columns_and_prices_better(run):
    said = run("useless_columns.py")

    figures = re.findall(r"RMSE (\d+), ([\d,]+) parameters, (\d+) columns read", said)
    (plain_error, _, plain_read), (error, parameters, read) = figures
    assert int(error) < int(plain_error)
    assert int(plain_read) == 109
    assert int(read) < 50
    assert int(parameters.replace(",", "")) < 1_000
    assert {"carat", "x", "y"} <= set(said.partition("read: ")[2].strip().split(", "))


def test_the_taxi_dnn_example_learns_that_fares_grow_with_distance(run, rides):
    metrics = measured(run("taxi_dnn.py", *rides.values()))

    assert list(metrics) == ["rmse", "mae"]
    assert metrics["rmse"] < rmse_of_the_mean(rides) / 3


def test_the_taxi_wide_deep_example_learns_so_too_and_its_export_answers(run, rides, tmp_path):
    said = run("taxi_wide_deep.py", *rides.values(), tmp_path / "exports")

    assert measured(said)["rmse"] < rmse_of_the_mean(rides) / 3
    asked, price, folder = re.search(r"^(.*) costs about ([\d.]+) dollars, says (.*)$", said, re.MULTILINE).groups()
    answer = modelzoo.load_export(folder).predict([ast.literal_eval(asked)])
    assert float(price) == pytest.approx(answer[0], abs=0.006)
    assert answer[0] > 20


def test_the_taxi_wide_deep_example_exports_only_where_a_folder_is_named(run, rides, tmp_path):
    said = run("taxi_wide_deep.py", *rides.values())

    assert said.splitlines()[-1].startswith("test: ")
    assert list(tmp_path.iterdir()) == []


def test_every_example_is_described():
    described = re.findall(r"^## ([^\s/]+)/?$", (EXAMPLES / "README.md").read_text(encoding="utf-8"), re.MULTILINE)

    examples = [path.name for path in EXAMPLES.iterdir() if path.suffix == ".py" or (path / "pyproject.toml").is_file()]
    assert described == sorted(examples)
