"""``l1_l2`` is the elastic net: absolute weights by thresholds, squared ones in the loss."""

import numpy as np
import pytest
from modelzoo_plugins.regularizers.l1_l2 import L1L2
from modelzoo_registry import Weight

import modelzoo

pytestmark = pytest.mark.xdist_group("regularizers")


def l1_l2(**strengths):
    return L1L2(L1L2.Spec(**strengths))


def weight(name, *shape):
    return Weight(name, shape, layer=None, part="deep", variable=None)


def test_squares_of_kernels_are_penalised():
    penalty = l1_l2(l2=0.5).penalty(weight("kernel", 2, 2))

    assert float(penalty(np.array([[1.0, -2.0], [0.0, 3.0]], np.float32))) == 0.5 * 14


def test_biases_are_left_alone():
    bias = weight("bias", 4)

    assert l1_l2().penalty(bias) is None
    assert not l1_l2().follows(bias)


def test_a_strength_of_zero_takes_its_part_away():
    kernel = weight("kernel", 2, 2)

    assert l1_l2(l2=0).penalty(kernel) is None
    assert l1_l2(l2=0).follows(kernel)
    assert not l1_l2(l1=0).follows(kernel)
    assert l1_l2(l1=0).penalty(kernel) is not None


def test_a_linear_model_reaches_the_minimum_of_the_elastic_net():
    """There, the slope of loss and squares is l1 against each weight, and within l1 where the weight is zero.

    Of two columns that say nearly the same, both keep a weight; those of noise get none.
    """
    draw = np.random.default_rng(1)
    x = draw.normal(size=(400, 12))
    x[:, 1] = x[:, 0] + 0.05 * draw.normal(size=400)
    y = x[:, 0] + x[:, 1] + x[:, 2] + draw.normal(size=400)
    x, y = (x - x.mean(0)) / x.std(0), (y - y.mean()) / y.std()
    rows = {f"x{place}": column.tolist() for place, column in enumerate(x.T)} | {"y": y.tolist()}
    l1, l2 = 0.1, 0.05

    model = modelzoo.build("linear", regularizers=[{"name": "l1_l2", "l1": l1, "l2": l2}])
    model.fit(rows, target="y", epochs=200, batch_size=400, learning_rate=0.01, verbose=0)

    weights = model.keras.get_layer("logits").kernel.numpy()[:, 0]
    slope = 2 * x.T @ (x @ weights - y) / len(y) + 2 * l2 * weights
    zero = weights == 0
    np.testing.assert_allclose(slope[~zero], -l1 * np.sign(weights[~zero]), atol=0.005)
    assert np.abs(slope[zero]).max() < l1
    assert zero.tolist() == [False] * 3 + [True] * 9
    assert weights[0] == pytest.approx(weights[1], abs=0.1)
