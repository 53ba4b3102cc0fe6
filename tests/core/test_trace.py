"""The graph of a core as plain data: every call, what it reads, its shape and parameters."""

import keras
import numpy as np
import pytest

from modelzoo.artifacts.run import LayerRecord
from modelzoo.core.trace import trace


def calls(core):
    """Return name, type, shape and inputs of each call, without those of the core's inputs."""
    return [(layer.name, layer.type, layer.shape, layer.inputs) for layer in trace(core) if layer.type != "InputLayer"]


def over(*layers):
    """Return a core of layers over three numbers, one on top of the other."""
    given = tensor = keras.Input((3,), name="given")
    for layer in layers:
        tensor = layer(tensor)
    return keras.Model({"given": given}, tensor)


def test_layers_are_told_with_what_they_read_and_hold(dense_core):
    core = dense_core(
        keras.layers.Dense(4, activation="relu", name="hidden_1"), keras.layers.Dropout(0.25, name="drop")
    )

    assert trace(core) == (
        LayerRecord(name="dense", type="InputLayer", shape=(3,), inputs=()),
        LayerRecord(name="hidden_1", type="Dense", shape=(4,), inputs=(0,), parameters=16, detail="relu"),
        LayerRecord(name="drop", type="Dropout", shape=(4,), inputs=(1,), detail="rate 0.25"),
        LayerRecord(name="logits", type="Dense", shape=(1,), inputs=(2,), parameters=5),
        LayerRecord(name="prediction", type="Activation", shape=(1,), inputs=(3,), detail="linear"),
    )


def test_every_input_is_told_read_or_not():
    given = {"dense": keras.Input((2,), name="dense"), "ids": keras.Input((3,), dtype="int32", name="ids")}

    assert [layer.name for layer in trace(keras.Model(given, keras.layers.Dense(1, name="read")(given["dense"])))] == [
        "dense", "ids", "read",
    ]  # fmt: skip


def test_operations_are_told_too():
    given = keras.Input((4,), dtype="int32", name="ids")
    core = keras.Model({"ids": given}, keras.ops.stack([given[:, 2], given[:, 0]], axis=1))

    assert sorted(calls(core)) == [
        ("get_item", "GetItem", (), (0,)),
        ("get_item_1", "GetItem", (), (0,)),
        ("stack", "Stack", (2,), (1, 2)),
    ]


def test_each_output_of_an_operation_leads_back_to_it():
    given = keras.Input((4,), name="dense")
    left, right = keras.ops.split(given, 2, axis=1)

    assert calls(keras.Model({"dense": given}, left * right)) == [
        ("split", "Split", (2,), (0,)),
        ("multiply", "Multiply", (2,), (1,)),
    ]


def test_a_layer_called_twice_is_there_twice_with_its_parameters_once():
    shared = keras.layers.Dense(3, name="shared")
    core = over(shared, shared)

    assert calls(core) == [("shared", "Dense", (3,), (0,)), ("shared", "Dense", (3,), (1,))]
    assert [layer.parameters for layer in trace(core)] == [0, 12, 0]
    assert core.count_params() == 12


def test_a_model_inside_the_core_is_one_layer():
    inner = over(keras.layers.Dense(2), keras.layers.Dense(2))

    (layer,) = [layer for layer in trace(over(lambda tensor: inner({"given": tensor}))) if layer.type != "InputLayer"]

    assert (layer.type, layer.shape, layer.parameters) == ("Functional", (2,), 14)


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        (lambda: keras.layers.Dense(2), "dense"),
        (lambda: keras.layers.BatchNormalization(), "batch_normalization"),
        (lambda: keras.layers.LeakyReLU(), "leaky_re_lu"),
        (lambda: keras.layers.Dense(2, name="tower_7"), "tower_7"),
        (lambda: keras.layers.Dense(2, name="dense__7"), "dense__7"),
    ],
)
def test_names_that_keras_numbers_are_the_same_in_every_process(layer, name):
    layer()  # takes a number

    assert trace(over(layer()))[1].name == name


def test_an_activation_of_the_users_own_is_told_by_its_name():
    def halved(tensor):
        return tensor / 2

    details = [layer.detail for layer in trace(over(keras.layers.Dense(2, activation=halved), keras.layers.PReLU()))]

    assert details == ["", "halved", ""]


@keras.saving.register_keras_serializable("tests")
class Doubled(keras.layers.Layer):
    """A layer Keras cannot rebuild from its configuration, with a weight of its own."""

    def __init__(self, factor):
        super().__init__(name="doubled")
        self.factor = factor

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), name="scale")

    def call(self, tensor):
        return tensor * self.scale * self.factor


def test_a_layer_of_someone_elses_is_told():
    assert trace(over(Doubled(np.float32(2))))[1] == LayerRecord(
        name="doubled", type="Doubled", shape=(3,), inputs=(0,), parameters=3
    )


def test_tracing_leaves_the_core_as_it_was(dense_core):
    core = dense_core()
    before = [layer.output for layer in core.layers], core({"dense": np.ones((2, 3), np.float32)}).numpy().tolist()

    assert trace(core) == trace(core)

    assert all(layer.output is output for layer, output in zip(core.layers, before[0], strict=True))
    assert core({"dense": np.ones((2, 3), np.float32)}).numpy().tolist() == before[1]
