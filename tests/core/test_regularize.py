"""Regularizers change any core: layers and penalties where they belong, and nothing else."""

import keras
import numpy as np
import pytest
from modelzoo_plugins.regularizers.dropout import Dropout
from modelzoo_plugins.regularizers.l2 import L2
from modelzoo_registry import BrokenPluginError, RegularizerPlugin, RegularizerSpec

from modelzoo.core.assemble import regularize

ROWS = {"dense": np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3)}


class Nothing(RegularizerSpec):
    """Nothing to set."""


class Marker(RegularizerPlugin):
    """Insert layers that change nothing, with this object's name in theirs."""

    Spec = Nothing

    def __init__(self, name, *, before=False):
        super().__init__(None)
        self.name, self.before = name, before

    def layers_before_activation(self, layer):
        return self._mark(layer) if self.before else ()

    def layers_after(self, layer):
        return () if self.before else self._mark(layer)

    def _mark(self, layer):
        return (keras.layers.Identity(name=f"{layer.name}_{self.name}"),) if layer.hidden else ()


class Bounded(RegularizerPlugin):
    """Apply two operations to each kernel after an update."""

    Spec = Nothing

    def __init__(self, operation):
        super().__init__(None)
        self.operation = operation

    def constraint(self, weight):
        return self.operation if weight.name == "kernel" else None


class Gate(keras.layers.Layer):
    """Scale by a weight; a custom layer that cannot be rebuilt from configuration."""

    def __init__(self, sharpness_of_someone_elses, **options):
        super().__init__(**options)
        self.sharpness = sharpness_of_someone_elses

    def build(self, shape):
        self.gain = self.add_weight(shape=(shape[-1], 1), name="gain")

    def call(self, inputs):
        return inputs * keras.ops.sigmoid(self.sharpness * inputs @ self.gain)

    get_config = None


def dropout(rate=0.5):
    return "dropout", Dropout(Dropout.Spec(rate=rate))


def l2(strength):
    return "l2", L2(L2.Spec(strength=strength))


def names(core):
    return [layer.name for layer in core.layers]


def test_dropout_stands_behind_hidden_layers_alone_and_the_layers_stay_the_same_objects(dense_core):
    core = dense_core()

    changed, acting = regularize(core, [dropout()])

    assert names(changed) == ["dense", "hidden_1", "hidden_1_dropout", "logits", "prediction"]
    assert all(changed.get_layer(name) is core.get_layer(name) for name in ("hidden_1", "logits", "prediction"))
    assert acting == {"dropout"}


def test_dropout_acts_in_training_and_leaves_prediction_alone(dense_core):
    core = dense_core()
    before = core(ROWS).numpy()

    changed, _ = regularize(core, [dropout()])

    np.testing.assert_array_equal(changed(ROWS).numpy(), before)
    np.testing.assert_array_equal(changed(ROWS).numpy(), before)
    assert not np.array_equal(changed(ROWS, training=True).numpy(), before)


def test_regularizers_act_in_the_order_they_are_listed(dense_core):
    changed, _ = regularize(dense_core(), [("b", Marker("b")), ("a", Marker("a"))])

    # "b" came first; "a" finds the same hidden layer and stands directly behind it.
    assert names(changed) == ["dense", "hidden_1", "hidden_1_a", "hidden_1_b", "logits", "prediction"]


def test_layers_before_an_activation_split_it_off(dense_core):
    core = dense_core()
    before = core(ROWS).numpy()

    changed, _ = regularize(core, [("one", Marker("one", before=True)), ("two", Marker("two", before=True))])

    assert names(changed)[1:5] == ["hidden_1", "hidden_1_one", "hidden_1_activation_two", "hidden_1_activation"]
    np.testing.assert_array_equal(changed(ROWS).numpy(), before)


def test_a_layer_of_its_own_that_activates_gets_them_in_front(dense_core):
    core = dense_core(keras.layers.Dense(4, name="plain"), keras.layers.ReLU(name="relu"))

    changed, _ = regularize(core, [("one", Marker("one", before=True))])

    assert names(changed) == ["dense", "plain", "relu_one", "relu", "logits", "prediction"]


def test_a_layer_called_twice_keeps_its_activation_and_gets_one_layer_more(dense_core):
    shared = keras.layers.Dense(3, activation="relu", name="shared")
    core = dense_core(shared, shared)
    before = core(ROWS).numpy()

    changed, _ = regularize(core, [("one", Marker("one", before=True)), dropout()])

    assert sorted(names(changed)) == sorted(
        ["dense", "shared", "shared_one", "shared_activation", "shared_activation_dropout", "logits", "prediction"]
    )
    np.testing.assert_array_equal(changed(ROWS).numpy(), before)


def test_layers_of_a_nested_model_are_reached(dense_core):
    given = keras.Input((3,))
    inner = keras.Model(given, keras.layers.Dense(3, activation="tanh", name="inside")(given), name="inner")

    changed, acting = regularize(dense_core(inner), [dropout()])

    assert "inside_dropout" in names(changed.get_layer("inner"))
    assert acting == {"dropout"}


def test_layers_of_a_sequential_model_are_reached_wherever_it_is_called(dense_core):
    inner = keras.Sequential([keras.layers.Dense(3, activation="tanh", name="inside")], name="inner")
    core = dense_core(inner, inner)
    before = core(ROWS).numpy()

    changed, acting = regularize(core, [dropout()])

    assert names(changed.get_layer("inner"))[1:] == ["inside", "inside_dropout"]
    assert changed.get_layer("inner").get_layer("inside") is inner.get_layer("inside")
    assert acting == {"dropout"}
    np.testing.assert_array_equal(changed(ROWS).numpy(), before)


def test_a_sequential_model_that_is_left_alone_stays_as_it_is(dense_core):
    core = dense_core(keras.Sequential([keras.layers.Dense(3, name="inside")], name="inner"))

    changed, _ = regularize(core, [dropout()])

    assert changed is core


def test_a_weight_of_a_nested_model_is_told_with_its_own_layer(dense_core):
    seen = []

    class Watching(RegularizerPlugin):
        Spec = Nothing

        def penalty(self, weight):
            seen.append((weight.layer.name, weight.name))

    given = keras.Input((3,))
    inner = keras.Model(given, keras.Sequential([keras.layers.Dense(3, name="inside")])(given))

    regularize(dense_core(inner), [("watching", Watching(None))])

    assert seen == [("inside", "kernel"), ("inside", "bias"), ("logits", "kernel"), ("logits", "bias")]


def test_of_several_outputs_the_first_gets_the_layers():
    class Halves(keras.layers.Layer):
        def build(self, shape):
            self.kernel = self.add_weight(shape=(shape[-1], 4), name="kernel")

        def call(self, inputs):
            return tuple(keras.ops.split(inputs @ self.kernel, 2, axis=-1))

    class Raising(RegularizerPlugin):
        Spec = Nothing

        def layers_after(self, layer):
            return (keras.layers.Rescaling(1, offset=100, name=f"{layer.name}_raised"),) if layer.hidden else ()

    given = keras.Input((3,), name="dense")
    core = keras.Model({"dense": given}, keras.layers.Concatenate(name="prediction")(Halves(name="halves")(given)))

    changed, _ = regularize(core, [("raising", Raising(None))])

    np.testing.assert_allclose(changed(ROWS) - core(ROWS), [[100, 100, 0, 0]] * 4, rtol=1e-5)


def test_a_recurrent_layer_keeps_the_activation_it_uses_inside():
    given = keras.Input((5, 2), name="array_0")
    recurrent = keras.layers.GRU(3, name="gru")(given)
    logits = keras.layers.Dense(1, name="logits")(recurrent)
    core = keras.Model(given, keras.layers.Activation("linear", name="prediction")(logits))

    changed, _ = regularize(core, [("one", Marker("one", before=True))])

    assert changed.get_layer("gru").activation is keras.activations.tanh
    assert "gru_one" in names(changed)


def test_the_output_is_left_alone_under_any_name():
    given = keras.Input((3,), name="dense")
    core = keras.Model(given, keras.layers.Dense(1, activation="sigmoid", name="mine")(given))

    changed, acting = regularize(core, [dropout()])

    assert names(changed) == ["dense", "mine"]
    assert acting == set()


def test_a_custom_layer_without_configuration_gets_layers_and_penalties(dense_core):
    core = dense_core(Gate(2.0, name="gate"))

    changed, acting = regularize(core, [dropout(), l2(0.5)])

    kernels = [core.get_layer("gate").gain.numpy(), core.get_layer("logits").kernel.numpy()]
    assert "gate_dropout" in names(changed)
    assert float(sum(changed.losses)) == pytest.approx(0.5 * sum(np.sum(kernel**2) for kernel in kernels))
    assert acting == {"dropout", "l2"}


def test_a_custom_layer_keeps_the_activation_it_may_use_inside(dense_core):
    class Squared(keras.layers.Dense):
        def call(self, inputs):
            return super().call(inputs) ** 2

    core = dense_core(Squared(4, activation="tanh", name="squared"))
    before = core(ROWS).numpy()

    changed, _ = regularize(core, [("one", Marker("one", before=True))])

    assert "squared_one" in names(changed)
    np.testing.assert_array_equal(changed(ROWS).numpy(), before)


def test_a_penalty_on_weights_of_low_precision_is_of_the_loss_own(dense_core):
    changed, _ = regularize(dense_core(keras.layers.Dense(4, dtype="bfloat16", name="low")), [l2(0.5)])

    assert {loss.dtype.name for loss in changed.losses} == {"float32"}


def test_penalties_add_up(dense_core):
    core, _ = regularize(dense_core(), [l2(0.5), l2(0.25)])

    kernels = [core.get_layer(name).kernel.numpy() for name in ("hidden_1", "logits")]
    assert float(sum(core.losses)) == pytest.approx(0.75 * sum(np.sum(kernel**2) for kernel in kernels))


def test_a_weight_that_layers_share_is_penalised_once(dense_core):
    class Tied(keras.layers.Layer):
        def __init__(self, other, **options):
            super().__init__(**options)
            self.other = other

        def call(self, inputs):
            return inputs @ keras.ops.transpose(self.other.kernel)

    hidden = keras.layers.Dense(3, activation="relu", name="hidden_1")
    hidden.build((None, 3))
    core, _ = regularize(dense_core(hidden, Tied(hidden, name="tied")), [l2(1.0)])

    variable = core.get_layer("hidden_1").kernel
    assert float(variable.regularizer(variable.value)) == pytest.approx(np.sum(variable.numpy() ** 2))


def test_constraints_are_applied_in_the_order_listed(dense_core):
    core, _ = regularize(
        dense_core(), [("add", Bounded(lambda kernel: kernel + 1)), ("double", Bounded(lambda kernel: kernel * 2))]
    )

    assert float(core.get_layer("logits").kernel.constraint(3.0)) == 8.0


def test_those_that_change_something_are_named(dense_core):
    _, acting = regularize(
        dense_core(keras.layers.Identity()), [dropout(), ("strong", l2(0.1)[1]), ("idle", l2(0.0)[1])]
    )

    assert acting == {"strong"}


def test_one_that_fails_is_told_as_broken_with_its_cause(dense_core):
    class Failing(RegularizerPlugin):
        Spec = Nothing

        def penalty(self, weight):
            raise RuntimeError("no such thing")

    with pytest.raises(BrokenPluginError) as caught:
        regularize(dense_core(), [("failing", Failing(None))])

    assert str(caught.value) == "regularizer 'failing' failed: RuntimeError: no such thing"
    assert isinstance(caught.value.__cause__, RuntimeError)
