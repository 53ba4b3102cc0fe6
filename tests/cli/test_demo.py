"""``zoo demo``, on few rows."""

import re

import pytest

import modelzoo

pytestmark = pytest.mark.xdist_group("cli")


@pytest.fixture
def few_diamonds(monkeypatch, diamonds):
    monkeypatch.setattr(modelzoo.datasets, "load", lambda name: diamonds)


def test_the_demo_goes_all_the_way_and_says_where_things_are(zoo, here, few_diamonds):
    said = zoo("demo --out shown")
    (export,) = (here / "shown/exports").iterdir()

    assert said.code == 0
    assert re.findall(r"^(rmse|mae|rmse of predicting the mean)  +[\d.]+$", said.out, re.MULTILINE) == [
        "rmse", "mae", "rmse of predicting the mean"
    ]  # fmt: skip
    assert "carat  cut" in said.out
    assert said.out.endswith(f"\n\nrun:    shown/run\nexport: shown/exports/{export.name}\n")
    assert modelzoo.load("shown/run").name == "wide_deep"


def test_the_demo_replaces_nothing_but_an_earlier_demo(zoo, here, few_diamonds):
    (here / "shown/run").mkdir(parents=True)
    (here / "shown/run/letter.txt").write_text("Dear")

    said = zoo("demo --out shown")

    assert said.code == 2
    assert said.err == ("Error: shown/run exists and is not one of ours (no run.json in it): choose another place\n")
    assert (here / "shown/run/letter.txt").read_text() == "Dear"
