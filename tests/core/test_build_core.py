"""A model plugin builds one graph from the inputs to the prediction, or is told as broken."""

import keras
import pyarrow as pa
import pytest
from modelzoo_plugins.models.linear import Linear
from modelzoo_plugins.models.wide_deep import WideDeep
from modelzoo_registry import BrokenPluginError, ModelPlugin, ModelSpec, SchemaError

from modelzoo.columns import Encoder, infer_schema
from modelzoo.core.assemble import build_core
from modelzoo.core.inputs import PackedInputs


@pytest.fixture
def inputs(houses):
    """Return a maker of the packed inputs over some columns, for a task."""

    def make(*columns, task="regression", units=1):
        table = pa.table({name: houses[name] for name in columns})
        schema, _ = infer_schema(table, pa.array(houses["price"]).to_numpy())
        return PackedInputs(Encoder.fit(schema, table), task, units)

    return make


def plugin(build):
    class Mine(ModelPlugin):
        class Spec(ModelSpec):
            """Nothing to set."""

    Mine.build = lambda self, spec, inputs: build(inputs)
    return Mine()


@pytest.mark.parametrize(
    ("task", "units", "activation"),
    [("regression", 1, "linear"), ("binary", 1, "sigmoid"), ("multiclass", 3, "softmax")],
)
@pytest.mark.parametrize("plugin", [Linear(), WideDeep()], ids=["linear", "wide_deep"])
def test_the_output_fits_the_task(inputs, plugin, task, units, activation):
    core = build_core("mine", plugin, plugin.Spec(), inputs("area", "town", task=task, units=units))

    assert core.output_shape == (None, units)
    assert core.layers[-1].name == "prediction"
    assert core.layers[-1].activation is keras.activations.get(activation)


def test_the_wide_part_begins_at_zero_and_is_named_so(inputs):
    core = build_core("mine", WideDeep(), WideDeep.Spec(), inputs("area", "town"))

    wide = core.get_layer("wide")
    assert [variable.path for variable in wide.variables] == ["wide/table", "wide/bias"]
    assert not wide.table.numpy().any()


def test_a_linear_model_begins_at_zero(inputs):
    core = build_core("mine", Linear(), Linear.Spec(), inputs("area", "town"))

    assert not any(variable.numpy().any() for variable in core.trainable_variables)


def test_an_unnamed_layer_never_takes_a_name_that_is_taken(inputs):
    class Logits(keras.layers.Dense):
        """A layer Keras would call ``logits``."""

    keras.utils.clear_session()  # as in a fresh process, where the first unnamed Dense would be called "dense"
    build = plugin(lambda inputs: inputs.head(Logits(2)(keras.layers.Dense(2)(inputs.numeric))))

    core = build_core("mine", build, None, inputs("area"))

    dense = [layer.name for layer in core.layers if isinstance(layer, keras.layers.Dense)]
    assert dense == ["dense_1", "logits_1", "logits"]


def test_an_input_the_model_does_not_read_is_no_fault(inputs):
    core = build_core("mine", plugin(lambda inputs: inputs.head(inputs.numeric)), None, inputs("area", "town"))

    assert sorted(core.input) == ["dense", "ids"]


def test_a_wrong_shape_is_told(inputs):
    with pytest.raises(BrokenPluginError) as caught:
        build_core("mine", plugin(lambda inputs: inputs.numeric), None, inputs("area", "rooms"))

    assert str(caught.value) == (
        "model 'mine': build must return a Keras tensor of shape (None, 1). Received: (None, 3)"
    )


def test_something_else_than_a_tensor_is_told(inputs):
    with pytest.raises(BrokenPluginError) as caught:
        build_core("mine", plugin(lambda inputs: None), None, inputs("area"))

    assert str(caught.value) == "model 'mine': build must return a Keras tensor of shape (None, 1). Received: NoneType"


def test_what_build_raises_is_told_with_its_cause(inputs):
    with pytest.raises(BrokenPluginError) as caught:
        build_core("mine", plugin(lambda inputs: 1 / 0), None, inputs("area"))

    assert str(caught.value) == "model 'mine': build failed: ZeroDivisionError: division by zero"
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_graph_over_inputs_of_its_own_is_told(inputs):
    with pytest.raises(BrokenPluginError) as caught:
        build_core("mine", plugin(lambda inputs: keras.layers.Dense(1)(keras.Input((2,)))), None, inputs("area"))

    assert str(caught.value).startswith("model 'mine': build must return one graph over its inputs: ValueError: ")


def test_a_model_without_any_column_to_read_says_so(inputs):
    with pytest.raises(SchemaError) as caught:
        build_core("mine", plugin(lambda inputs: inputs.head(inputs.numeric)), None, inputs("town"))

    assert str(caught.value) == "the model has no input: its part of the columns is empty"
