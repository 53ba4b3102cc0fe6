"""An export refuses rows that lack what the schema requires, as the model does."""

import json
from datetime import datetime, timedelta

import pytest
from modelzoo_registry import DataError

import modelzoo

pytestmark = pytest.mark.xdist_group("export")

SCHEMA = {
    "columns": [
        {"name": "day", "kind": "datetime", "dtype": "string", "missing": "reject"},
        {"name": "size", "kind": "numeric", "missing": "reject"},
        {"name": "town", "kind": "hashed", "buckets": 4, "missing": "reject"},
        {"name": "note", "kind": "categorical"},
    ]
}
BELONGS = 'a value belongs here, since the schema says missing = "reject". Received none: '
ROW = {"day": "2024-02-29", "size": 3.0, "town": "Oslo", "note": "good"}


@pytest.fixture(scope="module")
def model():
    days = [(datetime(2024, 1, 1) + timedelta(hours=7 * row)).isoformat() for row in range(32)]  # noqa: DTZ001
    rows = {"day": days, "size": [float(row) for row in range(32)], "town": ["Oslo", "Bergen"] * 16, "note": ["x"] * 32}
    model = modelzoo.build("linear", schema=SCHEMA)
    model.fit(rows, [float(row) for row in range(32)], epochs=1, validation=0, verbose=0)
    return model


@pytest.fixture(scope="module")
def export(model, tmp_path_factory):
    return modelzoo.load_export(model.export(tmp_path_factory.mktemp("exports") / "required"))


@pytest.mark.parametrize(
    ("lacking", "row"),
    [
        ({"day": "yesterday"}, "row 2: 'yesterday'"),
        ({"day": ""}, "row 2"),
        ({"day": None}, "row 2"),
        ({"size": None}, "row 2"),
        ({"size": float("nan")}, "row 2"),
        ({"town": ""}, "row 2"),
    ],
)
def test_a_row_without_what_is_required_is_refused_by_column_and_row(model, export, lacking, row):
    (column,) = lacking
    message = f"the data does not fit the model:\n  {column}: {BELONGS}{row}"

    for predictor in (model, export):
        with pytest.raises(DataError) as caught:
            predictor.predict([ROW, {**ROW, **lacking}])
        assert str(caught.value) == message


def test_whole_rows_are_predicted_alike_whatever_other_columns_lack(model, export):
    rows = [ROW, {**ROW, "note": None}]

    assert export.predict(rows) == pytest.approx(model.predict(rows), rel=1e-6)


def test_the_manifest_says_which_columns_are_required_and_which_hold_dates(export):
    inputs = json.loads((export.folder / "zoo.json").read_text())["inputs"]

    assert {each["name"]: (each["required"], each["dates"], each["missing"]) for each in inputs} == {
        "day": (True, True, "refused"),
        "size": (True, False, "refused"),
        "town": (True, False, "refused"),
        "note": (False, False, '""'),
    }
