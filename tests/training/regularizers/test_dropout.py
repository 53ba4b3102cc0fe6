"""``dropout`` behind selu keeps what selu is for: mean and variance."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from modelzoo_plugins.regularizers.batch_norm import BatchNorm
from modelzoo_plugins.regularizers.dropout import Dropout
from modelzoo_registry import LayerInfo

from modelzoo.core.assemble import regularize

pytestmark = pytest.mark.xdist_group("regularizers")

SELU_BOUND = -1.6732632 * 1.050701


def dropout(rate=0.5):
    return "dropout", Dropout(Dropout.Spec(rate=rate))


def core_with(activation):
    given = keras.Input((3,), name="dense")
    hidden = keras.layers.Dense(4, activation=activation, name="hidden_1")(given)
    return keras.Model(given, keras.layers.Dense(1, name="prediction")(hidden))


@pytest.mark.parametrize(("activation", "kind"), [("selu", keras.layers.AlphaDropout), ("relu", keras.layers.Dropout)])
def test_behind_selu_it_is_alpha_dropout_also_where_the_activation_is_split_off(activation, kind):
    fused, _ = regularize(core_with(activation), [dropout()])
    split, _ = regularize(core_with(activation), [("batch_norm", BatchNorm(BatchNorm.Spec())), dropout()])

    assert type(fused.get_layer("hidden_1_dropout")) is kind
    assert type(split.get_layer("hidden_1_activation_dropout")) is kind
    assert "hidden_1_dropout" not in [layer.name for layer in split.layers]


@pytest.mark.parametrize("xla", [False, True])
def test_units_that_go_missing_behind_selu_are_at_its_bound_and_moments_stay(xla):
    """Behind selu of standard normals, mean 0 and variance 1 stay; units are a·x + b, missing ones a·bound + b."""
    rate = 0.3
    layer = keras.layers.Activation("selu")
    (alpha,) = Dropout(Dropout.Spec(rate=rate)).layers_after(LayerInfo("hidden", layer, "deep", hidden=True))
    keras.utils.set_random_seed(5)
    units = np.asarray(layer(np.random.default_rng(5).standard_normal((2000, 50), np.float32)))

    dropped = tf.function(lambda given: alpha(given, training=True), jit_compile=xla)(units).numpy()

    scale = ((1 - rate) * (1 + rate * SELU_BOUND**2)) ** -0.5
    bound = scale * SELU_BOUND * (1 - rate)
    assert np.isclose(dropped, bound, atol=1e-5).mean() == pytest.approx(rate, abs=0.01)
    assert (dropped.mean(), dropped.var()) == pytest.approx((0, 1), abs=0.03)
    np.testing.assert_array_equal(alpha(units), units)
