"""The export of an autoencoder rebuilds, encodes and judges rows as its model does, whatever columns are called."""

import json
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import modelzoo

from .test_agreement import PLAIN, words

pytestmark = pytest.mark.xdist_group("autoencoder")

ODD_NAMES = {
    "plain": "with space",
    "gappy": "reconstruction_error",
    "word": "class",
    "whole": "code",
    "full": "self",
    "other": "Code",
    "image": "Größe 🏠",
}
SCHEMA = {
    "columns": [
        {"kind": "categorical", "name": ODD_NAMES["whole"], "dtype": "integer"},
        {"kind": "numeric", "name": ODD_NAMES["plain"]},
        {"kind": "numeric", "name": ODD_NAMES["gappy"]},
        {"kind": "categorical", "name": ODD_NAMES["word"], "min_count": 2},
        {"kind": "array", "name": ODD_NAMES["image"], "shape": [3, 2]},
        {"kind": "numeric", "name": ODD_NAMES["full"], "scale": "none"},
        {"kind": "numeric", "name": ODD_NAMES["other"]},
    ]
}


@pytest.fixture(scope="module")
def table():
    """96 rows over oddly named columns of every type: numbers with gaps, text, whole numbers, images."""
    draw = np.random.default_rng(4)
    plain = {
        "plain": draw.normal(50, 20, 96).tolist(),
        "gappy": [None if row % 7 == 0 else value for row, value in enumerate(draw.normal(0, 1, 96).tolist())],
        "word": draw.choice(["up", "down", "Löwe"], 96).tolist(),
        "whole": draw.choice([-7, 0, 2**60], 96).tolist(),
        "full": draw.normal(0, 1, 96).tolist(),
        "other": draw.normal(5, 1, 96).tolist(),
        "image": pa.FixedShapeTensorArray.from_numpy_ndarray(draw.normal(8, 3, (96, 3, 2)).astype(np.float32)),
    }
    return pa.table({ODD_NAMES[name]: values for name, values in plain.items()})


@pytest.fixture(scope="module")
def made(table, tmp_path_factory):
    """An autoencoder whose regularizers put layers into it, and its export."""
    model = modelzoo.build("autoencoder", hidden=[8], regularizers=["dropout"], schema=SCHEMA)
    model.fit(table, epochs=3, batch_size=16, learning_rate=0.01, verbose=0)
    return model, modelzoo.load_export(model.export(tmp_path_factory.mktemp("exports")))


def assert_agree(model, export, rows):
    """Hold all outputs of an export against those of its model."""
    ours, theirs = model.predict(rows), export.predict(rows)
    assert [(name, values.dtype, values.shape) for name, values in theirs.items()] == [
        (name, values.dtype, values.shape) for name, values in ours.items()
    ]
    for name, values in ours.items():
        if values.dtype == object:
            assert theirs[name].tolist() == values.tolist()
        else:
            np.testing.assert_allclose(theirs[name], values, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(export.encode(rows), model.encode(rows), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        export.reconstruction_error(rows), model.reconstruction_error(rows), rtol=1e-4, atol=1e-5
    )


def test_it_agrees_with_the_model_on_the_rows_of_the_training(made, table):
    assert_agree(*made, table)


numbers = st.none() | st.sampled_from([0.0, -0.0, math.inf, -math.inf, math.nan, 1e300]) | st.floats(-100, 100)
small = st.sampled_from([math.nan, -0.0]) | st.floats(-10, 10)
hostile_rows = st.fixed_dictionaries(
    {
        ODD_NAMES["plain"]: numbers,
        ODD_NAMES["gappy"]: numbers,
        ODD_NAMES["word"]: words,
        ODD_NAMES["whole"]: st.none() | st.sampled_from([-7, 0, 2**60]) | st.integers(-(2**63), 2**63 - 1),
        ODD_NAMES["full"]: st.none() | small,
        ODD_NAMES["other"]: numbers,
        ODD_NAMES["image"]: st.none() | st.lists(st.lists(small, min_size=2, max_size=2), min_size=3, max_size=3),
    }
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(hostile_rows, min_size=1, max_size=5))
def test_it_agrees_with_the_model_on_hostile_rows(made, drawn):
    assert_agree(*made, {name: [row[name] for row in drawn] for name in ODD_NAMES.values()})


def test_the_manifest_says_what_comes_out(made):
    manifest = json.loads((made[1].folder / "zoo.json").read_text())

    assert [tuple(each[key] for key in ("name", "column", "dtype", "shape")) for each in manifest["outputs"]] == [
        ("reconstructed_code", "code", "int64", []),
        ("reconstructed_with_space", "with space", "float64", []),
        ("reconstructed_reconstruction_error", "reconstruction_error", "float64", []),
        ("reconstructed_column_class", "class", "string", []),
        ("reconstructed_Gr__e__", "Größe 🏠", "float32", [3, 2]),
        ("reconstructed_column_self", "self", "float64", []),
        ("reconstructed_Code_2", "Code", "float64", []),
        ("reconstruction_error", None, "float32", []),
        ("code", None, "float32", [3]),
    ]
    assert [each["meaning"] for each in manifest["outputs"]][-3:] == [
        "Code as it was rebuilt, in its own unit",
        "mean squared difference of the encoded inputs and their reconstruction",
        "output of the layer named code",
    ]
    assert (manifest["target"]["name"], manifest["target"]["task"]) == (None, "reconstruction")


def test_every_output_of_the_signature_is_in_the_manifest_and_the_other_way_round(made, table, outside):
    """Served by plain TensorFlow, without modelzoo."""
    model, export = made
    rows = table.slice(0, 5)
    missing = {"number": math.nan, "string": "", "integer": -(2**63)}
    tensors = {
        each.tensor: (
            [missing[each.type] if value is None else value for value in as_list(rows[each.name])],
            each.dtype,
        )
        for each in export.manifest.inputs
    }

    (answered,) = outside.answer(PLAIN_BYTES, json.dumps([(str(export.folder), tensors)]))

    assert sorted(answered) == sorted(each.name for each in export.manifest.outputs)
    for each in export.manifest.outputs:
        assert np.shape(answered[each.name]) == (5, *each.shape)
    np.testing.assert_allclose(answered["code"], model.encode(rows), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(answered["reconstruction_error"], model.reconstruction_error(rows), rtol=1e-4)


PLAIN_BYTES = PLAIN.replace("print(json.dumps(answers))", "print(json.dumps(answers, default=bytes.decode))")


def as_list(column):
    is_array = isinstance(column.type, pa.FixedShapeTensorType)
    return column.combine_chunks().to_numpy_ndarray().tolist() if is_array else column.to_pylist()


def test_of_an_export_the_task_is_told_and_there_are_no_classes(made):
    _, export = made

    assert (export.task, export.classes) == ("reconstruction", None)
    assert repr(export).startswith("<modelzoo export of autoencoder for reconstruction, ")
