"""Cores become ONNX as they are, and whole models predict from raw columns what they do in Keras."""

import logging

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from modelzoo_registry import ExportError

import modelzoo
from modelzoo.columns.table import read_wire
from modelzoo.data import to_table
from modelzoo.export.onnx.raw import input_names, raw_model
from modelzoo.runtime import require_tensorflow

from ...columns.in_onnx import run
from ..test_agreement import EMPTY, TASKS, rows

pytestmark = pytest.mark.xdist_group("export")


def core_model(core):
    from modelzoo.export.onnx.core import core_model  # which imports TensorFlow

    return core_model(core)


@pytest.fixture(scope="module")
def written(exported):
    """Of each task the model, what is written of it, and the names of columns and inputs."""
    made = {}
    for task, (model, _, names) in exported.items():
        core, fitted = core_model(model.fitted.core), model.fitted
        called = input_names(core, fitted.encoder, fitted.target)
        made[task] = model, core, raw_model(core, fitted.encoder, fitted.target), names, called
    return made


def answers(model, whole, called, table):
    wire = read_wire(model.fitted.encoder.raw, to_table(table))
    return run(whole, {called[name]: values for name, values in wire.items()})


@pytest.mark.parametrize("task", TASKS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(rows, min_size=1, max_size=8))
def test_onnx_predicts_from_raw_columns_what_the_model_does_on_hostile_rows(written, task, drawn):
    model, _, whole, names, called = written[task]
    table = {names[name]: [row[name] for row in [*drawn, EMPTY]] for name in EMPTY}

    outputs = answers(model, whole, called, table)

    expected = model.predict(table)
    if task == "regression":
        # Numbers near zero are differences of large ones: there the spread of the target is what they compare with.
        nothing = 1e-6 * model.fitted.target.spread
        np.testing.assert_allclose(outputs["prediction"], expected, rtol=1e-5, atol=nothing)
    else:
        found = outputs["probabilities"]
        np.testing.assert_allclose(found[:, 1] if task == "binary" else found, expected, rtol=1e-5, atol=1e-6)
        assert outputs["label"].tolist() == model.classes[found.argmax(axis=1)].tolist()


def said_of(output):
    """Return what an ONNX model says of an output: name, dtype and shape of one row's."""
    kind = onnx.helper.tensor_dtype_to_np_dtype(output.type.tensor_type.elem_type)
    shape = tuple(dim.dim_value for dim in output.type.tensor_type.shape.dim[1:])
    return output.name, "string" if kind.hasobject else kind.name, shape


@pytest.mark.parametrize("task", TASKS)
def test_the_outputs_are_those_the_manifest_tells(exported, written, task):
    told = exported[task][1].manifest.outputs

    assert [said_of(output) for output in written[task][2].graph.output] == [
        (output.name, output.dtype, output.shape) for output in told
    ]


@pytest.mark.parametrize("task", TASKS)
def test_a_core_keeps_the_names_of_its_inputs_and_has_no_nodes_that_wrap_ids(written, task):
    core = written[task][1]

    assert {given.name for given in core.graph.input} == {"dense", "ids"}
    assert [output.name for output in core.graph.output] == ["output"]
    kinds = {node.op_type for node in core.graph.node}
    assert "Gather" in kinds
    assert kinds & {"Less", "Not", "Where"} == set()
    onnx.checker.check_model(core, full_check=True)


def test_an_autoencoder_hands_out_its_code_too():
    draw = np.random.default_rng(1)
    table = {"a": draw.normal(size=40).tolist(), "word": draw.choice(["x", "y"], 40).tolist()}
    model = modelzoo.build("autoencoder", hidden=[4])
    model.fit(table, epochs=1, batch_size=20, verbose=0)
    core = core_model(model.fitted.core)

    whole = raw_model(core, model.fitted.encoder, model.fitted.target)
    outputs = answers(model, whole, {"a": "a", "word": "word"}, table)

    from modelzoo.export.outputs import describe_outputs  # which imports TensorFlow

    told = describe_outputs(model.fitted.target, model.fitted.encoder, model.fitted.core)
    assert {said_of(output) for output in whole.graph.output} == {(one.name, one.dtype, one.shape) for one in told}
    np.testing.assert_allclose(outputs["code"], model.encode(table), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(outputs["reconstruction_error"], model.reconstruction_error(table), rtol=1e-5)
    rebuilt = model.predict(table)
    assert outputs["reconstructed_word"].tolist() == [word or "" for word in rebuilt["word"]]
    np.testing.assert_allclose(outputs["reconstructed_a"], rebuilt["a"], rtol=1e-5)


def test_an_operator_that_onnx_lacks_is_named_with_the_remedy_and_nothing_is_logged(caplog, capfd):
    tf = require_tensorflow("this test")
    import keras

    class Digamma(keras.layers.Layer):
        def call(self, inputs):
            return tf.math.digamma(inputs)

    dense = keras.Input((3,), name="dense")
    core = keras.Model({"dense": dense}, Digamma()(keras.layers.Dense(2, name="hidden")(dense)))
    capfd.readouterr()

    with caplog.at_level(logging.DEBUG), pytest.raises(ExportError) as refused:
        core_model(core)

    assert str(refused.value) == (
        'the model cannot be written as ONNX, which has no Digamma. Export with formats=("savedmodel",)'
    )
    assert [record for record in caplog.records if record.name.startswith(("tf2onnx", "tensorflow"))] == []
    assert capfd.readouterr() == ("", "")


def test_a_core_of_another_precision_than_onnx_runtime_has_is_refused_with_the_remedy():
    require_tensorflow("this test")
    import keras

    dense = keras.Input((3,), name="dense")
    core = keras.Model({"dense": dense}, keras.layers.Dense(2, dtype="mixed_bfloat16", name="hidden")(dense))

    with pytest.raises(ExportError) as refused:
        core_model(core)

    assert str(refused.value) == (
        "the model cannot be written as ONNX, since it computes in bfloat16, which ONNX Runtime does not on processors."
        ' Export with formats=("savedmodel",)'
    )


def test_a_conversion_that_fails_is_told_with_the_remedy():
    require_tensorflow("this test")
    import keras

    class Unfinished(keras.layers.Layer):
        def compute_output_shape(self, shape):
            return shape

        def call(self, inputs):
            raise ValueError("not like this")

    dense = keras.Input((3,), name="dense")

    with pytest.raises(ExportError, match=r"since its conversion failed with ValueError: (.|\n)*not like this"):
        core_model(keras.Model({"dense": dense}, Unfinished()(dense)))
