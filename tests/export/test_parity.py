"""One model, four ways to score it: TensorFlow, ONNX Runtime, our predictor in bulk, and row by row."""

import numpy as np
import pytest

import modelzoo
from modelzoo.data import to_table
from modelzoo.export.onnx.run import RawModel
from modelzoo.export.tensorflow_scorer import TensorFlowScorer

pytestmark = pytest.mark.xdist_group("export")

SCHEMA = {
    "columns": [
        {"name": "age", "kind": "numeric"},
        {"name": "gain", "kind": "numeric", "scale": "log", "missing": "median"},
        {"name": "weight", "kind": "numeric", "scale": "quantile", "indicator": True},
        {"name": "size", "kind": "numeric", "scale": "none", "missing": "constant", "fill": 0.5},
        {"name": "age_buckets", "kind": "bucketized", "source": "age", "buckets": 8, "deep": True},
        {"name": "work", "kind": "categorical", "missing": "own"},
        {"name": "code", "kind": "categorical", "dtype": "integer", "missing": "constant", "fill": 3},
        {"name": "work_x_age", "kind": "crossed", "sources": ["work", "age_buckets"], "deep": True},
        {"name": "code_x_work", "kind": "crossed", "sources": ["code", "work"], "max_size": 5},
        {"name": "seen", "kind": "datetime", "indicator": True},
        {"name": "day", "kind": "datetime", "dtype": "string", "missing": "constant", "fill": "2024-01-01"},
    ]
}
HOSTILE = {
    "age": [None, np.nan, np.inf, -np.inf, 1e300, -1e300, 5e-324, -0.0],
    "gain": [None, np.inf, -np.inf, 1e300, -1e300, 1e-12, -1e-12],
    "weight": [None, np.inf, -np.inf, 1e300, -1e300, 0.0],
    "size": [None, -100.0, 100.0, -0.0],
    "work": [None, "", " ", "work 1 ", "WORK 1", "ünseen 🏠", "x" * 3000, "\t\"'\\"],
    "code": [None, -1, 2**63 - 1, -(2**63) + 1, 0],
    "seen": [None, np.datetime64("0001-01-01T00:00:00.000001", "us"), np.datetime64("9999-12-31T23:59:59", "us")],
    "day": [None, "", "no day", "2023-02-29", "2024-02-29", "0000-01-01", "9999-12-31T23:59:59.9999999-23:59",
            " 1969-12-31 23:59:59,5 +0530 ", "2024-1-1", "2024-06-15T24:00"],
}  # fmt: skip
MODELS = ["linear", "dnn", "deep_dnn", "wide_deep"]
CASES = [(model, task) for model in MODELS for task in ("regression", "binary", "multiclass")]


def drawn(rows, seed, hostile):
    """Return so many drawn rows, about a share of whose values are hostile."""
    draw = np.random.default_rng(seed)
    columns = {
        "age": draw.normal(40, 12, rows),
        "gain": np.round(np.exp(draw.normal(5, 3, rows)), 2),
        "weight": draw.gamma(2, 50, rows),
        "size": draw.uniform(0, 1, rows),
        "work": np.array([f"work {number}" for number in draw.integers(0, 12, rows)], object),
        "code": draw.integers(0, 9, rows).astype(object),
        "seen": np.datetime64("1970-01-01", "us") + draw.integers(0, 2 * 10**15, rows).astype("timedelta64[us]"),
        "day": np.datetime_as_string(
            np.datetime64("2000-01-01", "s") + draw.integers(0, 10**9, rows).astype("timedelta64[s]")
        ).astype(object),
    }
    for name, values in HOSTILE.items():
        column = columns[name].astype(object)
        if name == "seen":
            column = np.array(list(columns[name]), object)
        places = np.flatnonzero(draw.random(rows) < hostile)
        column[places] = [values[place] for place in draw.integers(0, len(values), places.size)]
        columns[name] = column.tolist()
    return columns


def targets(columns, task):
    """Return a target that depends on the columns."""
    age = np.array([value if isinstance(value, float) and abs(value) < 1e6 else 40 for value in columns["age"]], float)
    noise = np.array([len(value or "") for value in columns["work"]])
    number = age + 3 * noise
    if task == "regression":
        return number
    cut = np.quantile(number, [0.5] if task == "binary" else [0.3, 0.7])
    return [f"class {place}" for place in np.searchsorted(cut, number)]


def export(name, task, folder):
    model = modelzoo.build(name, schema=SCHEMA)
    rows = drawn(600, 1, 0.0 if task == "reconstruction" else 0.05)  # of 1e300 a mean would be of no use
    settings = {"epochs": 2, "batch_size": 64, "seed": 1, "verbose": 0}
    if task == "reconstruction":
        model.fit(rows, **settings)
    else:
        model.fit(rows, targets(rows, task), task=task, **settings)
    return model, model.export(folder)


def by_row(predictor, table):
    """Return the predictions of rows that are asked for one by one."""
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    return np.concatenate([
        predictor.predict(dict(zip(columns, values, strict=True))) for values in zip(*columns.values(), strict=True)
    ])  # fmt: skip


def compare(name, task, rows, folder):
    model, where = export(name, task, folder)
    predictor = modelzoo.load_export(where)
    table = to_table(drawn(rows, 2, 0.1))
    expected = model.predict(table)
    assert {one.name for one in predictor.manifest.inputs} == set(table.column_names)
    raw = RawModel(where, predictor.manifest).outputs(table)
    serving = TensorFlowScorer(where, predictor.manifest).outputs(table)
    unit = np.std(targets(drawn(600, 1, 0.05), task)) if task == "regression" else 1.0

    def agree(found):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * unit)

    output = "prediction" if task == "regression" else "probabilities"
    for outputs in (serving, raw):
        scores = outputs[output]
        agree(scores[:, 1] if task == "binary" else scores)
    agree(predictor.predict(table))
    agree(by_row(predictor, table))
    if task != "regression":
        probabilities = raw["probabilities"]
        ahead = np.diff(np.sort(probabilities, axis=1)[:, -2:], axis=1)[:, 0] > 1e-4
        labels = np.array([label.decode() for label in serving["label"]], object)
        np.testing.assert_array_equal(labels[ahead], model.fitted.target.classes[probabilities.argmax(axis=1)][ahead])
        np.testing.assert_array_equal(labels[ahead], raw["label"][ahead])


def test_all_ways_agree_on_drawn_and_hostile_rows(tmp_path):
    compare("wide_deep", "multiclass", 2000, tmp_path)


@pytest.mark.full
@pytest.mark.parametrize(("name", "task"), CASES)
def test_all_ways_agree_on_100_000_rows(name, task, tmp_path):
    compare(name, task, 100_000, tmp_path)


def rebuilt(name, rows, folder):
    model, where = export(name, "reconstruction", folder)
    predictor = modelzoo.load_export(where)
    table = to_table(drawn(rows, 2, 0.1))
    raw = RawModel(where, predictor.manifest).outputs(table)
    serving = TensorFlowScorer(where, predictor.manifest).outputs(table)
    errors = model.reconstruction_error(table)
    for found in (raw["reconstruction_error"], serving["reconstruction_error"], predictor.reconstruction_error(table)):
        np.testing.assert_allclose(found, errors, rtol=1e-5)
    codes = model.encode(table)
    for found in (raw["code"], serving["code"], predictor.encode(table)):
        np.testing.assert_allclose(found, codes, rtol=1e-5, atol=1e-5)
    expected, found = model.predict(table), predictor.predict(table)
    scalings = {one.column.name: one.scaling for one in model.fitted.encoder.columns if one.kind == "numeric"}
    steepest = max(np.diff(scalings["weight"].ranks.knots) / np.diff(scalings["weight"].ranks.ranks))
    units = {"age": scalings["age"].spread, "weight": scalings["weight"].spread * steepest, "size": 1.0}
    for column, unit in units.items():
        np.testing.assert_allclose(found[column], expected[column], rtol=1e-5, atol=1e-5 * unit)
        np.testing.assert_allclose(raw[f"reconstructed_{column}"], expected[column], rtol=1e-5, atol=1e-5 * unit)
    np.testing.assert_allclose(found["gain"], expected["gain"], rtol=1e-4)  # of what was a logarithm
    same = [one == other for one, other in zip(found["work"], expected["work"], strict=True)]
    assert np.mean(same) > 0.999  # but for ties


@pytest.mark.full
def test_an_autoencoder_agrees_on_100_000_rows(tmp_path):
    rebuilt("autoencoder", 100_000, tmp_path)
