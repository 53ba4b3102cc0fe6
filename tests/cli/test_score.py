"""``zoo evaluate``, ``predict`` and ``export``: with a run and with an export, from files and standard input."""

import json
import re

import numpy as np
import pytest
from pyarrow import csv, parquet

import modelzoo
from modelzoo.data.files import read

pytestmark = pytest.mark.xdist_group("cli")


def test_evaluate_prints_the_metrics_by_name(zoo, beside):
    said = zoo("evaluate run --data train.csv")
    metrics = modelzoo.load("run").evaluate("train.csv")

    assert (said.code, said.err) == (0, "")
    assert dict(line.split() for line in said.out.splitlines()) == {n: f"{value:.6g}" for n, value in metrics.items()}


def test_evaluate_prints_json_for_programs(zoo, beside):
    assert json.loads(zoo("evaluate run --data train.csv --json").out) == modelzoo.load("run").evaluate("train.csv")


@pytest.mark.parametrize("scorer", ["run", "exports"])
def test_predictions_are_json_lines_in_the_order_of_the_rows(zoo, beside, scorer):
    said = zoo(f"predict {scorer} --data train.csv")

    assert (said.code, said.err) == (0, "")
    predicted = [json.loads(line)["prediction"] for line in said.out.splitlines()]
    expected = modelzoo.load("run").predict("train.csv")
    np.testing.assert_allclose(predicted, expected, rtol=1e-5, atol=1e-6 * np.abs(expected).max())


def test_an_export_is_named_by_its_own_folder_too(zoo, beside):
    (version,) = (beside / "exports").iterdir()

    assert zoo(f"predict exports/{version.name} --data new.jsonl").out == zoo("predict exports --data new.jsonl").out


@pytest.mark.parametrize("scorer", ["run", "exports"])
def test_rows_come_from_standard_input(zoo, beside, stdin, scorer):
    from_file = zoo(f"predict {scorer} --data new.jsonl").out
    stdin((beside / "new.jsonl").read_bytes())

    assert zoo(f"predict {scorer} --data -").out == from_file


def test_a_person_at_a_terminal_is_told_how_to_give_rows(zoo, beside, stdin, monkeypatch):
    stdin((beside / "new.jsonl").read_bytes())
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)

    assert zoo("predict exports --data -").err == "type one JSON object a line, then Ctrl-D\n"


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl", ".ndjson"])
def test_predictions_are_written_by_suffix(zoo, beside, suffix):
    said = zoo(f"predict run --data new.jsonl --out priced{suffix}")

    assert (said.code, said.out, said.err) == (0, "", f"3 predictions written to priced{suffix}\n")
    written = read(beside / f"priced{suffix}")
    np.testing.assert_allclose(written["prediction"].to_numpy(), modelzoo.load("run").predict("new.jsonl"))


def test_predictions_of_classes_are_a_label_with_the_probability_of_each(zoo, here):
    assert zoo("train --model linear --data train.csv --target cut --drop price --epochs 1 --out run").code == 0
    model = modelzoo.load("run")

    lines = [json.loads(line) for line in zoo("predict run --data new.jsonl").out.splitlines()]
    zoo("predict run --data new.jsonl --out cut.csv")
    zoo("predict run --data new.jsonl --out cut.parquet")

    for line, probabilities in zip(lines, model.predict("new.jsonl"), strict=True):
        assert list(line["probabilities"]) == list(model.classes)
        assert list(line["probabilities"].values()) == pytest.approx(probabilities, rel=1e-5)
        assert line["label"] == model.classes[probabilities.argmax()]
    assert csv.read_csv("cut.csv").column_names == ["label", *(f"probabilities.{name}" for name in model.classes)]
    assert parquet.read_table("cut.parquet").to_pylist() == [
        {"label": line["label"], "probabilities": pytest.approx(line["probabilities"])} for line in lines
    ]


def test_of_two_classes_both_get_their_probability(zoo, here):
    rows = [{"carat": carat / 100, "dear": "yes" if carat > 50 else "no"} for carat in range(100)]
    (here / "two.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert zoo("train --model linear --data two.jsonl --target dear --learning-rate 0.1 --out run").code == 0

    first, *_, last = [json.loads(line) for line in zoo("predict run --data two.jsonl").out.splitlines()]

    assert (first["label"], last["label"]) == ("no", "yes")
    assert sum(first["probabilities"].values()) == pytest.approx(1)
    assert first["probabilities"]["no"] > 0.5 > first["probabilities"]["yes"]


def test_export_says_where_it_wrote(zoo, beside):
    said = zoo("export run --to deployed/diamonds")
    (version,) = (beside / "deployed/diamonds").iterdir()

    verified, where = said.out.splitlines()
    assert (said.code, where) == (0, f"exported to deployed/diamonds/{version.name}")
    assert re.fullmatch(
        r"verified with \d+ rows in savedmodel, predictor, predictor, row by row, onnx: "
        r"largest relative difference [0-9.e-]+",
        verified,
    )
    assert re.fullmatch(r"\d{14}", version.name)


@pytest.mark.parametrize("command", ["evaluate run", "predict run", "predict exports"])
class TestRowsThatDoNotFit:
    def test_a_missing_column_is_told_with_those_there_are(self, refusal, beside, command):
        (beside / "mine.csv").write_text("cut,color,clarit,depth,table,x,y,z,price\nGood,E,SI1,61,57,6,6,4,5000\n")

        assert refusal(f"{command} --data mine.csv") == (
            "the data lacks columns the model reads (it has: cut, color, clarit, depth, table, x, y, z, price):\n"
            "  carat: is not there. Did you mean 'clarit'?\n"
            "  clarity: is not there. Did you mean 'clarit'?"
        )

    def test_text_where_numbers_belong_is_told_with_column_row_and_value(self, refusal, beside, command):
        header, *rows = (beside / "train.csv").read_text().splitlines()
        broken = ["heavy," + row.split(",", 1)[1] if place in (1, 4) else row for place, row in enumerate(rows)]
        (beside / "mine.csv").write_text("\n".join([header, *broken]))

        assert refusal(f"{command} --data mine.csv") == (
            "the data does not fit the model:\n  carat: a number belongs here. Received: row 2: 'heavy', row 5: 'heavy'"
        )

    def test_a_file_that_is_not_there_is_told_before_anything_is_loaded(self, refusal, beside, command, monkeypatch):
        monkeypatch.setattr("modelzoo.load", lambda _: pytest.fail("the run was loaded"), raising=False)
        monkeypatch.setattr("modelzoo.load_export", lambda _: pytest.fail("the export was loaded"), raising=False)

        assert refusal(f"{command} --data new.json") == "there is no file new.json. Did you mean 'new.jsonl'?"

    def test_an_empty_file_is_told(self, refusal, beside, command):
        (beside / "mine.csv").touch()

        assert refusal(f"{command} --data mine.csv") == "mine.csv is empty"

    def test_a_file_without_rows_is_told(self, refusal, beside, command):
        (beside / "mine.csv").write_text("carat,price\n")

        assert refusal(f"{command} --data mine.csv") == "mine.csv holds no rows"


def test_a_metric_that_is_not_finite_is_null_in_json(zoo, beside):
    row = read(beside / "train.csv").to_pylist()[0] | {"price": 1e300}
    (beside / "far.jsonl").write_text(json.dumps(row) + "\n")

    assert '"rmse": null' in zoo("evaluate run --data far.jsonl --json").out


def test_evaluate_needs_the_target(refusal, beside):
    assert refusal("evaluate run --data new.jsonl").startswith(
        "the data has no target:\n  price: no column has this name."
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "standard input is empty: one JSON object a line is expected"),
        (b'{"carat": 1}\n{"carat"\n', "standard input, line 2, column 9: not JSON: "),
        (b"carat,cut\n", "standard input, line 1, column 1: not JSON: "),
    ],
)  # fmt: skip
def test_standard_input_that_is_no_json_is_told_with_its_line(refusal, beside, stdin, content, message):
    stdin(content)

    assert refusal("predict run --data -").startswith(message)  # the rest are Python's words


class TestAFileThatCannotBeWritten:
    @pytest.fixture(autouse=True)
    def _no_model(self, monkeypatch):
        monkeypatch.setattr("modelzoo.load", lambda _: pytest.fail("the run was loaded"), raising=False)

    def test_an_unknown_suffix_is_refused(self, refusal, beside):
        assert refusal("predict run --data new.jsonl --out priced.txt") == (
            "priced.txt: cannot write '.txt'. Writable: .csv, .tsv, .parquet, .jsonl, .ndjson"
        )

    def test_a_folder_that_is_not_there_is_refused(self, refusal, beside):
        assert refusal("predict run --data new.jsonl --out nowhere/priced.csv") == (
            "nowhere/priced.csv: the folder nowhere is not there"
        )

    def test_a_folder_is_refused(self, refusal, beside):
        (beside / "priced.csv").mkdir()

        assert refusal("predict run --data new.jsonl --out priced.csv") == (
            "priced.csv is a folder: name a file (.csv, .tsv, .parquet, .jsonl, .ndjson)"
        )

    @pytest.mark.parametrize("name", ["new.jsonl", "./new.jsonl", "link.jsonl"])
    def test_the_rows_themselves_are_never_replaced(self, refusal, beside, name):
        (beside / "link.jsonl").symlink_to("new.jsonl")
        before = (beside / "new.jsonl").read_bytes()

        assert refusal(f"predict run --data new.jsonl --out {name}") == (
            f"--out {name.removeprefix('./')} is the file of --data: the predictions would replace the rows"
        )
        assert (beside / "new.jsonl").read_bytes() == before

    def test_none_of_several_files_of_rows_is_replaced_either(self, refusal, beside):
        assert refusal("predict run --data n*.jsonl --out new.jsonl") == (
            "--out new.jsonl is the file of --data: the predictions would replace the rows"
        )


@pytest.mark.parametrize("command", ["evaluate nothing --data train.csv", "export nothing --to x"])
def test_a_run_that_is_not_there_is_told(refusal, here, command):
    assert refusal(command) == "there is no run in nothing: run.json is not there"


def test_predict_tells_a_folder_that_is_not_there_from_one_that_is_neither(refusal, here):
    (here / "letters").mkdir()

    assert refusal("predict nothing --data train.csv") == "there is no folder nothing"
    assert refusal("predict letters --data train.csv") == (
        "there is neither a run in letters (run.json is not there) nor an export (zoo.json is not there)"
    )


def test_export_into_a_file_is_refused(refusal, beside):
    assert refusal("export run --to train.csv") == "Invalid value for '--to': Directory 'train.csv' is a file."


@pytest.mark.parametrize("name", ["run.json", "weights.npz", "history.json", "train.toml"])
class TestADamagedRun:
    @pytest.mark.parametrize(
        "command", ["evaluate run --data train.csv", "predict run --data new.jsonl", "export run --to x"]
    )
    def test_a_file_that_does_not_match_is_named(self, zoo, beside, name, command):
        content = bytearray((beside / "run" / name).read_bytes())
        content[len(content) // 2] ^= 1
        (beside / "run" / name).write_bytes(content)

        said = zoo(command)

        assert (said.code, said.out) == (1, "")
        assert said.err == (
            f"Error: run is damaged; restore it or make it anew:\n  {name}: does not match its checksum\n"
        )
        assert not (beside / "x").exists()

    def test_a_file_that_is_missing_is_named(self, zoo, beside, name):
        (beside / "run" / name).unlink()

        assert zoo("predict run --data new.jsonl").err == (
            f"Error: run is damaged; restore it or make it anew:\n  {name}: is missing\n"
        )


@pytest.mark.parametrize("name", ["zoo.json", "saved_model.pb", "variables/variables.index"])
def test_a_damaged_export_is_told_with_the_file(zoo, beside, name):
    (version,) = (beside / "exports").iterdir()
    (version / name).unlink()

    said = zoo("predict exports --data new.jsonl")

    assert (said.code, said.out) == (1, "")
    assert said.err == (
        f"Error: exports/{version.name} is damaged; restore it or make it anew:\n  {name}: is missing\n"
    )
