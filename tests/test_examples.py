"""The examples are run as they stand."""

import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"

pytestmark = pytest.mark.xdist_group("readme")


def test_the_diamonds_example_trains_exports_and_prices_a_stone(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    runpy.run_path(str(EXAMPLES / "diamonds.py"), run_name="__main__")

    said = capsys.readouterr().out
    price = float(said.partition("costs about ")[2].partition(" dollars")[0].replace(",", ""))
    assert 6_000 < price < 10_000
    assert (tmp_path / "zoo-demo" / "example" / "run.json").is_file()
