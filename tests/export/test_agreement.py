"""An export predicts what its model predicts, on any row."""

import json
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.xdist_group("export")

TASKS = ["regression", "binary", "multiclass"]

PLAIN = """
import json, sys
import tensorflow as tf

def serve(folder, tensors):
    loaded = tf.saved_model.load(folder)
    given = {name: tf.constant(values, kind) for name, (values, kind) in tensors.items()}
    outputs = loaded.signatures["serving_default"](**given)
    return {name: value.numpy().tolist() for name, value in outputs.items()}

answers = [serve(folder, tensors) for folder, tensors in json.loads(sys.argv[1])]
assert "modelzoo" not in sys.modules
print(json.dumps(answers))
"""

numbers = st.floats() | st.none() | st.sampled_from([0.0, -0.0, 1e300, 5e-324, 50.0, math.inf, -math.inf, math.nan])
words = st.sampled_from(["up", "Löwe", "", " up", "UP", "\0", "🏠"]) | st.text(max_size=5) | st.none()
rows = st.fixed_dictionaries(
    {
        "number": numbers,
        "gappy": numbers,
        "whole": st.integers(-(2**63), 2**63 - 1) | st.none(),
        "word": words,
        "flag": st.sampled_from(["yes", "no", "maybe"]) | st.none(),
        "Number": numbers,
    }
)
EMPTY = dict.fromkeys(["number", "gappy", "whole", "word", "flag", "Number"])


@pytest.mark.parametrize("task", TASKS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(rows, min_size=1, max_size=8))
@example([EMPTY])
def test_the_export_agrees_with_the_model_on_hostile_rows(exported, task, drawn):
    model, export, names = exported[task]
    table = {names[name]: [row[name] for row in drawn] for name in EMPTY}

    expected = model.predict(table)

    assert np.isfinite(expected).all()
    # Numbers near zero are differences of large ones: there the spread of the target is what they compare with.
    nothing = 1e-6 * model.fitted.target.spread
    np.testing.assert_allclose(export.predict(table), expected, rtol=1e-5, atol=nothing)


@pytest.mark.parametrize("task", TASKS)
def test_form_task_and_classes_are_those_of_the_model(exported, tables, task):
    model, export, names = exported[task]
    table = {names[name]: values for name, values in tables[0].items()}

    ours, theirs = model.predict(table), export.predict(table)

    assert (theirs.shape, theirs.dtype) == (ours.shape, ours.dtype)
    assert export.task == model.task
    assert np.array_equal(export.classes, model.classes)


def as_tensors(export, table):
    """Return what a client sends: a value and a dtype for each tensor, missing ones as the manifest says."""
    missing = {"number": math.nan, "string": "", "integer": -(2**63)}
    return {
        given.tensor: ([missing[given.type] if each is None else each for each in table[given.name]], given.dtype)
        for given in export.manifest.inputs
    }


def test_plain_tensorflow_serves_them_without_modelzoo(exported, tables, outside):
    made = [
        (model, export, {names[name]: values for name, values in tables[0].items()})
        for model, export, names in exported.values()
    ]

    sent = [(str(export.folder), as_tensors(export, table)) for _, export, table in made]
    numbers, two, three = outside.answer(PLAIN, json.dumps(sent))

    (model, _, table), *classifiers = made
    np.testing.assert_allclose(numbers["prediction"], model.predict(table), rtol=1e-5)
    for answered, (model, _, table) in zip([two, three], classifiers, strict=True):
        expected, probabilities = model.predict(table), np.asarray(answered["probabilities"])
        np.testing.assert_allclose(probabilities[:, 1] if expected.ndim == 1 else probabilities, expected, rtol=1e-5)
        assert answered["label"] == model.classes[probabilities.argmax(axis=1)].tolist()
