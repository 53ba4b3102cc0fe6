"""``zoo plot``: the picture of a run."""

import json

import pytest

import modelzoo
from modelzoo.artifacts.checksums import write_sums


def test_a_run_is_drawn(zoo, beside):
    said = zoo("plot run --out m.svg")

    assert (said.code, said.out, said.err) == (0, "diagram written to m.svg\n", "")
    drawn = (beside / "m.svg").read_text(encoding="utf-8")
    assert "<title>linear predicts price</title>" in drawn
    assert drawn == modelzoo.load("run").plot("again.svg").read_text(encoding="utf-8")


def test_a_run_from_before_layers_were_kept_is_drawn_all_the_same(zoo, beside):
    zoo("plot run --out m.svg")
    record = json.loads((beside / "run/run.json").read_text())
    del record["layers"]
    (beside / "run/run.json").write_text(json.dumps(record))
    write_sums(beside / "run")

    assert zoo("plot run --out again.svg").code == 0

    assert (beside / "again.svg").read_bytes() == (beside / "m.svg").read_bytes()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("plot run --out m.png", "m.png: cannot write '.png'. Writable: .svg"),
        ("plot run --out no/m.svg", "no/m.svg: the folder no is not there"),
        ("plot nothing --out m.svg", "there is no run in nothing: run.json is not there"),
        ("plot run", "Missing option '--out'."),
    ],
)
def test_what_cannot_be_drawn_is_refused(refusal, beside, line, message):
    assert refusal(line) == message
    assert not list(beside.glob("*.svg"))


def test_a_damaged_run_is_not_drawn(zoo, beside):
    (beside / "run/history.json").write_text("{}")

    said = zoo("plot run --out m.svg")

    assert (said.code, said.out) == (1, "")
    assert (
        said.err == "Error: run is damaged; restore it or make it anew:\n  history.json: does not match its checksum\n"
    )
