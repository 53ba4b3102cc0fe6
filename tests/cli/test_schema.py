"""``zoo schema``: what it writes and tells, and that a training takes it."""

import json
import tomllib

import pytest

import modelzoo
from modelzoo import Schema
from modelzoo.cli.parse import ROWS
from modelzoo.columns.schema import KINDS

from .conftest import TRAIN

pytestmark = pytest.mark.xdist_group("cli")

PLAIN = "train --model linear --data train.csv --target price --epochs 1 --validation 0"


@pytest.fixture
def schema_file(here):
    """Return a writer of ``mine.toml`` from its entries."""

    def write(*entries: str) -> None:
        (here / "mine.toml").write_text("columns = [\n" + "".join(f"  {{{entry}}},\n" for entry in entries) + "]\n")

    return write


def test_a_schema_is_toml_with_what_was_assumed_and_left_out_as_comments_and_told(zoo, here):
    lines = (here / "train.csv").read_text().splitlines()
    numbered = [f"{line},d{place}" for place, line in enumerate(lines[1:])]
    (here / "train.csv").write_text("\n".join([f"{lines[0]},d\n", *numbered]).replace("\n\n", "\n") + "\n")

    said = zoo("schema train.csv --target price")

    left_out = "left out 'd': an identifier or free text: 300 different values in 300 rows"
    assert said.code == 0
    assert said.err.splitlines()[0].startswith("target 'price': numbers with ")
    assert said.err.splitlines()[1:] == [left_out]
    assert said.out.startswith(
        "# What each column is, inferred from train.csv for price (regression, 300 rows).\n"
        f"# {left_out}\n"
        "# One entry a line: "
    )
    assert '\n  {name = "carat_buckets", kind = "bucketized", source = "carat"},\n' in said.out
    assert Schema.model_validate(tomllib.loads(said.out)) == modelzoo.infer_schema("train.csv", target="price")


def test_python_tells_the_same_lines(here, capsys):
    modelzoo.infer_schema({"x": [1, 1, 1], "z": [1, 2, 3], "y": ["a", "b", None]}, target="y")

    assert capsys.readouterr().err.splitlines() == [
        "left out 1 rows that have no 'y'",
        "target 'y': two values → binary (or give a task)",
        "left out 'x': it is constant",
    ]


def test_columns_are_chosen_and_dropped_and_reconstruction_has_no_target(zoo):
    written = tomllib.loads(zoo("schema train.csv --task reconstruction --columns carat,cut,color --drop cut").out)

    assert written == {
        "columns": [{"name": "carat", "kind": "numeric"}, {"name": "color", "kind": "categorical"}]
    }  # fmt: skip


def test_a_training_with_the_inferred_schema_is_the_training_without_one(zoo, here):
    written = zoo("schema train.csv --target price --out schema.toml")
    assert (written.code, written.out) == (0, "")
    assert written.err.splitlines()[-1] == "schema written to schema.toml"
    (here / "mine.toml").write_text('schema = "schema.toml"\n')

    assert zoo(f"{PLAIN} --out without").code == 0
    assert zoo(f"{PLAIN} --config mine.toml --out with").code == 0

    without, given = (json.loads((here / f"{run}/run.json").read_text()) for run in ("without", "with"))
    assert given["encoder"] == without["encoder"]
    assert (here / "with/history.json").read_text() == (here / "without/history.json").read_text()
    assert (given["schema_given"], without["schema_given"]) == (True, False)
    stored = (here / "with/train.toml").read_text()
    assert '\n  {name = "carat", kind = "numeric", ' in stored
    assert Schema.model_validate(tomllib.loads(stored)["schema"]) == Schema.from_toml("schema.toml")


def test_a_file_that_may_have_been_edited_is_not_replaced(refusal, here):
    (here / "mine.toml").write_text("columns = []")

    assert refusal("schema train.csv --target price --out mine.toml") == (
        "mine.toml exists, and may have been edited by hand: choose another place, or remove it"
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "schema",
            f"missing PATH: {ROWS} (or --kinds)",
        ),
        ("schema tain.csv --target price", "there is no file tain.csv. Did you mean 'train.csv'?"),
        (
            "schema train.csv",
            "missing --target, which decides what is crossed (or --task reconstruction without one)",
        ),
        (f"{TRAIN} --out run --schema nowhere.toml", "there is no file nowhere.toml"),
        (f"{TRAIN} --out run --schema mine.toml", "mine.toml is not TOML: Invalid value (at line 2, column 11)"),
        (
            f"{TRAIN} --out run --schema train.csv",
            (
                'the schema cannot be used:\n  a Schema, the path of a .toml file, or a dict such as {"columns": '
                '[{"kind": "numeric", "name": "x"}]}, is expected. Received: \'train.csv\''
            ),
        ),
        (
            f"{TRAIN} --out . --schema mine.toml",
            "--data train.csv is inside --out .: writing the run would replace it",
        ),
        (
            "train --model linear --data train.csv --target price --out old --schema old/mine.toml",
            "--schema old/mine.toml is inside --out old: writing the run would replace it",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(refusal, here, line, message):
    (here / "mine.toml").write_text("columns = [\n  {name = a}\n]\n")

    assert refusal(line) == message


def test_all_that_the_rows_do_not_have_for_a_schema_is_told_at_once(refusal, schema_file):
    schema_file(
        'name = "carat", kind = "numeric"',
        'name = "carot", kind = "numeric"',
        'name = "wide", kind = "bucketized", source = "carot"',
        'name = "cut_buckets", kind = "bucketized", source = "cut"',
        'name = "dear", kind = "bucketized", source = "price"',
        'name = "color", kind = "array", shape = [2]',
    )

    title, *told = refusal(f"{TRAIN} --out run --schema mine.toml").splitlines()

    assert title == "the data cannot be used:"
    assert told[0] == "  carot: is not there. Did you mean 'carat'? Read by columns.1 (carot), columns.2 (wide)"
    assert told[1].startswith("  cut: a number belongs here. Received: row ")
    assert told[1].endswith(". Read by columns.3 (cut_buckets)")
    assert told[2:] == [
        "  price: is the target, which no entry may read. Read by columns.4 (dear)",
        "  color: arrays of shape (2,) belong here. Received: a column of string. Read by columns.5 (color)",
    ]


def test_every_kind_is_explained_with_its_settings(zoo):
    said = zoo("schema --kinds")
    rows = [" ".join(line.split()) for line in said.out.splitlines()]

    assert (said.code, said.err) == (0, "")
    assert [line for line in said.out.splitlines() if line in KINDS] == list(KINDS)
    assert "buckets 16 a whole number, 2 to 10,000 number of quantile buckets" in rows
    assert "sources (required) a list of 2 to 8, each text" in " ".join(rows)


def test_inferring_a_schema_imports_no_tensorflow(outside):
    (outside.folder / "a.csv").write_text("carat,price\n1,5\n2,6\n3,4\n")

    assert outside.answer(
        """
        import json, sys
        from modelzoo.cli.group import run
        assert run(["schema", "a.csv", "--target", "price"]) == run(["schema", "--kinds"]) == 0
        print(json.dumps([name for name in ("tensorflow", "keras") if name in sys.modules]))
        """
    ) == []  # fmt: skip
