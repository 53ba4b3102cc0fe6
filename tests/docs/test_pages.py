"""The code on the pages of the site is run as it stands there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from modelzoo_registry.registry import of_environment
from pyarrow import csv

import modelzoo

from ..rides import COLUMNS, write_rides
from ..snippets import RUN, Page, blocks

pytestmark = pytest.mark.xdist_group("pages")

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = {str(path.relative_to(DOCS)): path.read_text(encoding="utf-8") for path in sorted(DOCS.rglob("*.md"))}
ELSEWHERE = {
    "how-to/scikit-learn.md": "tests/integrations/test_sklearn_page.py",
    "how-to/test-a-plugin.md": "tests/testing/test_page.py",
    "how-to/write-a-hook.md": "tests/test_hook_page.py",
    "how-to/write-a-plugin.md": "tests/scaffold/test_page.py",
}
"""Pages whose code is run by a test of their own, and that test."""
WITH_CODE = [
    name for name, text in PAGES.items() if any(block.runs for block in blocks(text)) and name not in ELSEWHERE
]


def taxi_files() -> None:
    for name, path in write_rides(Path()).items():
        path.rename(f"taxi-{name}.csv")


def train_file() -> None:
    """A file with a header line."""
    train = write_rides(Path())["train"]
    csv.write_csv(csv.read_csv(train, read_options=csv.ReadOptions(column_names=COLUMNS)), train)


FILES = {"tutorial/taxi.md": taxi_files, "reference/schema.md": train_file}
"""What makes the files that a page takes for given."""


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Return a runner of a page in an empty folder; it returns the names that its Python blocks leave."""
    monkeypatch.chdir(tmp_path)

    def run(name):
        FILES.get(name, lambda: None)()
        page = Page(name, {"__name__": "__main__"}, monkeypatch)
        for block in blocks(PAGES[name]):
            page.run(block)
        return page.names

    yield run
    of_environment.cache_clear()


@pytest.mark.parametrize("name", WITH_CODE)
def test_the_code_of_a_page_runs_as_it_stands(page, name):
    names = page(name)

    check = CHECKS.get(name)
    if check:
        check(names)


def first_model(names: dict) -> None:
    assert names["metrics"]["rmse"] < 1_000
    assert len(names["history"].history["val_rmse"]) == 3
    assert csv.read_csv("priced.csv").num_rows == 5_000


def taxi(names: dict) -> None:
    assert max(names["metrics"]["rmse"], names["dnn_metrics"]["rmse"]) < 2
    assert 20 < names["fare"][0] < 100
    (line,) = Path("fares.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["prediction"] == pytest.approx(names["fare"][0], rel=1e-4)


def digits(names: dict) -> None:
    assert names["metrics"]["accuracy"] > 0.9
    assert names["codes"].shape == (1_797, 3)


def regularizer(names: dict) -> None:
    assert json.loads(Path("runs/huber/run.json").read_text(encoding="utf-8"))["regularizers"] == [
        {"name": "huber", "distribution": "zoo-huber", "version": "0.1.0", "settings": {"strength": 0.01, "delta": 0.3}}
    ]


def smaller(names: dict) -> None:
    assert {"carat", "y"} <= set(names["read"])
    assert len(names["read"]) < 40
    assert "input columns" in [each.what for each in names["manifest"].removed]


def repeated(_: dict) -> None:
    first, second, third = (modelzoo.load(f"runs/{name}") for name in ("first", "second", "third"))
    assert first.regularizers == second.regularizers == ({"name": "dropout", "rate": 0.1},)
    assert second.fitted.facts.training.learning_rate == 0.01
    assert (third.spec.hidden, third.fitted.facts.training.seed) == ((32, 16), 7)
    assert [column.name for column in third.schema.columns] == ["carat", "cut", "clarity"]


def streamed(names: dict) -> None:
    assert names["model"].fitted.facts.streamed
    assert modelzoo.load("runs/streamed").fitted.facts.rows > 48_000


def scoring(names: dict) -> None:
    assert names["predictions"].reshape(-1) == pytest.approx(names["model"].predict(names["rows"]), rel=1e-4)
    assert csv.read_csv("priced.csv").column_names == ["carat", "cut", "prediction"]


CHECKS = {
    "how-to/make-a-model-smaller.md": smaller,
    "how-to/repeat-a-training.md": repeated,
    "how-to/score-without-tensorflow.md": scoring,
    "how-to/write-a-regularizer.md": regularizer,
    "how-to/train-on-large-files.md": streamed,
    "tutorial/digits.md": digits,
    "tutorial/first-model.md": first_model,
    "tutorial/taxi.md": taxi,
}
"""What must have come of a page, beyond that it ran."""


def test_no_code_of_a_page_is_overlooked():
    fences = {
        name: len(re.findall(rf"^ *```(?:{'|'.join(RUN)})\b", text, re.MULTILINE)) for name, text in PAGES.items()
    }
    found = {name: sum(block.language in RUN for block in blocks(text)) for name, text in PAGES.items()}

    assert found == fences


@pytest.mark.parametrize(("page", "test"), ELSEWHERE.items())
def test_a_page_whose_code_is_run_elsewhere_is_named_there(page, test):
    assert Path(page).name in (ROOT / test).read_text(encoding="utf-8")
