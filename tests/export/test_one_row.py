"""``zoo predict`` of a single row, which goes a shorter way than that of many, and must come to the same."""

import json
import shutil

import pytest

from modelzoo.cli.group import run

pytestmark = pytest.mark.xdist_group("export")

HEAVY = [
    *("tensorflow", "keras", "pandas", "onnx", "pyarrow", "pluggy", "tomllib", "difflib"),
    *("modelzoo.model", "modelzoo.fitted", "modelzoo.artifacts.run", "modelzoo.summary", "modelzoo.training"),
    *("modelzoo.data.csv", "modelzoo.data.files", "modelzoo.data.opening", "modelzoo.data.parquet"),
    *("modelzoo_registry.activations", "modelzoo_registry.plugins", "modelzoo_registry.registry"),
    *("modelzoo_registry.specs", "modelzoo_registry.training"),
]

LOADED = """
import io, json, sys
from modelzoo.cli.group import run

sys.stdout = io.TextIOWrapper(io.BytesIO())
code = run(["predict", sys.argv[1], "--data", sys.argv[2]])
said, sys.stdout = sys.stdout.buffer.getvalue(), sys.__stdout__
heavy = [name for name in json.loads(sys.argv[3]) if name in sys.modules]
print(json.dumps([code, list(json.loads(said)), heavy]))
"""


LISTED = """
import json, sys
import modelzoo

predictions = modelzoo.load_export(sys.argv[1]).predict(json.loads(sys.argv[2]))
print(json.dumps([predictions.tolist(), [name for name in json.loads(sys.argv[3]) if name in sys.modules]]))
"""

FILE = """
import io, json, sys
from modelzoo.cli import main

sys.argv = ["zoo", "predict", sys.argv[1], "--data", sys.argv[2], "--out", sys.argv[3]]
try:
    main()
except SystemExit as done:
    assert not done.code
print(json.dumps([name for name in ("tensorflow", "keras", "pandas") if sys.modules.get(name)]))
"""


@pytest.fixture
def rows(exported, tables):
    """Return what gives the rows a model was trained on, of which some lack a value, as dicts."""

    def of(task):
        names = exported[task][2]
        plain = [dict(zip(tables[0], values, strict=True)) for values in zip(*tables[0].values(), strict=True)]
        return [{names[name]: value for name, value in row.items()} for row in plain]

    return of


@pytest.fixture
def predict(tmp_path, capfd):
    """Return what scores rows with ``zoo predict``, and gives what it printed."""

    def call(folder, rows, *, code=0):
        data = tmp_path / "rows.jsonl"
        data.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
        assert run(["predict", str(folder), "--data", str(data)]) == code
        said = capfd.readouterr()
        return said.err if code else [json.loads(line) for line in said.out.splitlines()]

    return call


def _flat(scored):
    return {name: value for name, value in scored.items() if name != "probabilities"} | scored.get("probabilities", {})


@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_a_row_alone_is_scored_and_written_as_among_others(exported, rows, predict, task):
    folder = exported[task][1].folder
    together = predict(folder, rows(task)[:8])

    alone = [predict(folder, [row]) for row in rows(task)[:8]]

    assert [list(one) for (one,) in alone] == [list(one) for one in together]
    assert [type(one.get("label")) for (one,) in alone] == [type(one.get("label")) for one in together]
    for (one,), other in zip(alone, together, strict=True):
        assert _flat(one) == pytest.approx(_flat(other), rel=1e-5)


def test_a_row_alone_is_scored_without_arrow_tensorflow_plugins_or_readers_of_files(exported, rows, outside):
    """In a fresh process: what one row needs is NumPy, ONNX Runtime, pydantic and click."""
    data = outside.folder / "row.jsonl"
    data.write_text(json.dumps(rows("binary")[1]) + "\n", encoding="utf-8")
    folder = shutil.copytree(exported["binary"][1].folder, outside.folder / "1")

    assert outside.answer(LOADED, str(folder), str(data), json.dumps(HEAVY)) == [0, ["label", "probabilities"], []]


def test_rows_in_a_list_are_scored_as_in_a_table_and_without_arrow(exported, rows, outside):
    predictor = exported["regression"][1]
    folder = shutil.copytree(predictor.folder, outside.folder / "1")
    given = rows("regression")[:9]

    found, heavy = outside.answer(LISTED, str(folder), json.dumps(given), json.dumps(HEAVY))

    columns = {name: [row[name] for row in given] for name in given[0]}
    assert found == pytest.approx(predictor.predict(columns).tolist(), rel=1e-5)
    assert heavy == []


def test_a_file_is_scored_without_tensorflow_and_pandas_which_arrow_would_import(exported, rows, outside):
    data, out = outside.folder / "rows.jsonl", outside.folder / "scored.parquet"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows("binary")), encoding="utf-8")
    folder = shutil.copytree(exported["binary"][1].folder, outside.folder / "1")

    assert outside.answer(FILE, str(folder), str(data), str(out)) == []
    assert out.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            {"number": "many"},
            "the data does not fit the model:\n  number: a number belongs here. Received: row 1: 'many'",
        ),
        ({"word": ["up"]}, "the data does not fit the model:\n  word: text belongs here."),
    ],
)  # fmt: skip
def test_a_wrong_row_alone_is_refused_in_the_words_for_many(exported, rows, predict, wrong, said):
    refused = predict(exported["binary"][1].folder, [rows("binary")[1] | wrong], code=2)

    assert said in refused


def test_a_row_alone_that_lacks_a_column_is_refused_with_its_name(exported, predict):
    refused = predict(exported["binary"][1].folder, [{"number": 1.0}], code=2)

    assert "the data lacks columns the model reads (it has: number):\n  gappy: is not there." in refused
