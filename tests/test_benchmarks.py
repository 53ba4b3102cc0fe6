"""What the training benchmark counts, compares and shows; not what it measures."""

import json
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from modelzoo.columns.schema import make_schema

ROOT = Path(__file__).parent.parent


@pytest.fixture
def module(monkeypatch):
    """Return a function that imports a script of benchmarks/ or docs/."""
    for folder in ("docs", "benchmarks"):
        monkeypatch.syspath_prepend(ROOT / folder)
    return import_module


@pytest.fixture
def comparison(module):
    """One side against another: seconds of an epoch, and final losses."""
    parts = module("comparison")
    return parts.Comparison(
        name="name",
        work="an epoch",
        against="others",
        ours="ours",
        theirs="theirs",
        figure=parts.Figure(parts.steady_epoch, "s"),
        ratio=lambda ours, theirs: theirs / ours,
        asked=4,
        error="loss",
    )


def rounds(*epochs, loss):
    return [{"seconds": seconds, "loss": loss} for seconds in epochs]


def test_multiply_adds_of_an_epoch_are_those_of_its_products(module):
    batch, widths = 5, (4, 3, 2)
    forward = batch * 4 * 3 + batch * 3 * 2
    by_kernel = 4 * batch * 3 + 3 * batch * 2
    by_input = batch * 2 * 3  # of the second layer alone

    assert module("comparison").multiply_adds(widths, batch) == forward + by_kernel + by_input


def test_a_row_has_medians_of_the_rounds_without_first_epochs(comparison):
    ours = rounds([9, 1, 2, 3], [9, 1, 1, 1], [9, 8, 8, 8], loss=1.0)
    theirs = rounds([9, 10], [90, 10], [9, 30], loss=1.04)

    row = comparison.row({"ours": ours, "theirs": theirs})

    assert (row["ours"], row["theirs"], row["ratio"]) == (2, 10, 5)
    assert (row["reached"], row["counts"], row["errors"]) == (True, True, [1.0, 1.04])


@pytest.mark.parametrize(
    ("ours", "theirs", "may_be_better", "counts"),
    [(1.0, 1.05, False, True), (1.0, 1.06, False, False), (1.06, 1.0, True, False), (5.0, 9.0, True, True)],
)
def test_a_row_counts_when_errors_are_near(module, ours, theirs, may_be_better, counts):
    assert module("comparison").agree(ours, theirs, may_be_better=may_be_better) is counts


def test_the_table_shows_figures_ratios_and_what_was_left_out(module, comparison, tmp_path, monkeypatch):
    generate = module("generate")
    near = comparison.row({"ours": rounds([9, 2], loss=1.0), "theirs": rounds([9, 9], loss=1.01)})
    far = comparison.row({"ours": rounds([9, 2], loss=1.0), "theirs": rounds([9, 9], loss=2.0)})
    rows = [near, far, comparison.left_out("needs torch: --python")]
    machine = {"cpu": "a processor", "cores": 2, "python": "3.11.7", "tensorflow": "2.21.0", "torch": "2.13.0"}
    written = {"machine": machine, "rounds": 5, "rows": rows}
    (tmp_path / "training.json").write_text(json.dumps(written))
    monkeypatch.setattr(generate, "RESULTS", tmp_path)

    assert generate.training().splitlines()[2:] == [
        "| an epoch | others | 2 s | 9 s | 4.5× | at least 4× | loss 1, 1.01 |",
        "| an epoch | others | 2 s | 9 s | does not count: the errors differ | at least 4× | loss 1, 2 |",
        "| an epoch | others |  |  | needs torch: --python | at least 4× |  |",
        "",
        (
            "Medians of 5 rounds. On a processor, 2 cores, Python 3.11.7, TensorFlow 2.21.0, PyTorch 2.13.0; "
            "threads as each chooses."
        ),
    ]


def test_every_comparison_is_of_sides_that_can_be_started(module, tmp_path):
    training = module("training")
    sides = training.sides_in(tmp_path, tmp_path, sys.executable)

    named = {name for each in training.comparisons() for name in (each.ours, each.theirs)}

    assert named == set(sides)
    assert [side.words[1] for side in sides.values() if side.run is None and not side.words[1].exists()] == []


@pytest.mark.parametrize("terminal", [False, True])
def test_a_program_is_measured_in_a_pipe_or_on_a_terminal(module, terminal):
    code = "import json, sys; print(json.dumps({'moves': sys.stderr.isatty()})); sys.stderr.write('x' * 100_000)"

    measured = module("program").measure([sys.executable, "-c", code], terminal=terminal)

    assert measured["moves"] is terminal
    assert measured["process_seconds"] > 0


@pytest.mark.parametrize("terminal", [False, True])
def test_a_program_that_fails_ends_the_benchmark_with_what_it_said(module, terminal):
    with pytest.raises(SystemExit, match=r"-c import nothing failed with 1:(?s:.)*No module named 'nothing'"):
        module("program").measure([sys.executable, "-c", "import nothing"], terminal=terminal)


def test_the_taxi_schema_has_the_grid_of_the_lab(module):
    schema = make_schema(module("rivals.taxi").SCHEMA)

    edges = {column.name: column.edges for column in schema.columns if column.kind == "bucketized"}
    for names, bounds in {("plat", "dlat"): (38, 42), ("plon", "dlon"): (-76, -72)}.items():
        for name in names:
            np.testing.assert_allclose(edges[name], np.linspace(*bounds, 16), rtol=1e-15)
    assert {column.name for column in schema.columns if column.kind == "crossed"} == {"ploc", "dloc", "pair"}


def test_scoring_is_held_against_what_was_asked(module):
    scoring = module("scoring")
    arguments = scoring.argparse.Namespace(rows=4_000_000, keras_rows=1_000_000, many_rows=10_000_000)
    one = {
        "bulk": {"process_seconds": 4.0},
        "keras": {"process_seconds": 60.0, "seconds": 2.5, "seconds_a_call": 0.05},
        "fresh": {"process_seconds": 0.4},
        "import": {"process_seconds": 3.0},
        "warm": {"process_seconds": 1.0, "seconds_a_call": 5e-5},
    }

    row = scoring.summarize([one, one, one], {"peak_bytes": 500_000_000}, arguments)

    del row["rounds"]
    ratios = {name: (value.get("ratio", value.get("share")), value["reached"]) for name, value in row.items()}
    assert (row["bulk"]["rows_a_second"], row["bulk"]["keras_rows_a_second"]) == (1_000_000, 400_000)
    assert ratios == {
        "bulk": (2.5, True), "memory": (None, True), "first_row": (0.1333, False), "one_row": (1000, True)
    }  # fmt: skip


def test_rows_to_score_have_the_shape_of_adult_and_are_drawn_alike(module, tmp_path):
    scoring = module("scoring")
    for name in ("one", "other"):
        scoring.write_rows(tmp_path / name, 100, seed=1, target=True)

    table = scoring.parquet.read_table(tmp_path / "one")

    assert table.equals(scoring.parquet.read_table(tmp_path / "other"))
    assert table.column_names == [*scoring.NUMBERS, *scoring.WORDS, "income"]
    assert set(table["income"].to_pylist()) == {"<=50K", ">50K"}
