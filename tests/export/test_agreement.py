"""An export predicts what its model predicts, on any row."""

import json
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

TASKS = ["regression", "binary", "multiclass"]

PLAIN = """
import json, sys
import numpy as np
import tensorflow as tf
loaded = tf.saved_model.load(sys.argv[1])
tensors = {name: tf.constant(values, kind) for name, (values, kind) in json.loads(sys.argv[2]).items()}
outputs = loaded.signatures["serving_default"](**tensors)
assert "modelzoo" not in sys.modules
print(json.dumps({name: [each.decode() if isinstance(each, bytes) else each for each in value.numpy().tolist()]
                  for name, value in outputs.items()}))
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


@pytest.mark.parametrize("task", TASKS)
def test_plain_tensorflow_serves_it_without_modelzoo(exported, tables, outside, task):
    model, export, names = exported[task]
    raw = {"number": (math.nan, "float64"), "string": ("", "string"), "integer": (None, "int64")}
    by_column = {names[name]: values for name, values in tables[0].items()}
    sent = {
        given.tensor: ([raw[given.type][0] if each is None else each for each in by_column[given.name]], given.dtype)
        for given in export.manifest.inputs
    }

    outputs = outside.answer(PLAIN, export.folder, json.dumps(sent))

    expected = model.predict(by_column)
    if task == "regression":
        np.testing.assert_allclose(outputs["prediction"], expected, rtol=1e-5)
        return
    probabilities = np.asarray(outputs["probabilities"])
    np.testing.assert_allclose(probabilities[:, 1] if task == "binary" else probabilities, expected, rtol=1e-5)
    assert outputs["label"] == model.classes[probabilities.argmax(axis=1)].tolist()
