"""``max_norm`` bounds the length of the weights that lead into each unit, and leaves shorter ones as they are."""

import keras
import numpy as np
import pytest
from modelzoo_plugins.regularizers.max_norm import MaxNorm
from modelzoo_registry import Weight

from modelzoo.training.engine import Engine

pytestmark = pytest.mark.xdist_group("regularizers")


def max_norm(value):
    return MaxNorm(MaxNorm.Spec(max_value=value))


def constraint(values, name="kernel", limit=1.0):
    """Return what is left of the weights, and their constraint's input."""
    weight = Weight(name, np.shape(values), layer=None, part="deep", variable=None)
    given = np.asarray(values, np.float32)
    return np.asarray(max_norm(limit).constraint(weight)(keras.ops.convert_to_tensor(given))), given


def test_of_a_kernel_each_unit_is_bounded_and_shorter_ones_keep_their_bits():
    bounded, given = constraint([[3, 0.1, 0], [4, 0.7, 0]])

    np.testing.assert_allclose(bounded[:, 0], [0.6, 0.8], rtol=1e-6)
    np.testing.assert_array_equal(bounded[:, 1:], given[:, 1:])


def test_of_embeddings_the_vector_of_each_value_is_bounded():
    bounded, given = constraint([[3, 4], [0.1, 0.7]], name="embeddings", limit=2.5)

    np.testing.assert_allclose(bounded[0], [1.5, 2.0], rtol=1e-6)
    np.testing.assert_array_equal(bounded[1], given[1])


def test_of_a_convolution_each_filter_is_bounded_as_a_whole():
    filters = np.stack([np.full((2, 2, 4), 1.0), np.full((2, 2, 4), 0.1)], axis=-1)

    bounded, given = constraint(filters, limit=2.0)

    np.testing.assert_allclose(bounded[..., 0], 0.5, rtol=1e-6)
    np.testing.assert_array_equal(bounded[..., 1], given[..., 1])


def test_biases_are_left_alone():
    bias = Weight("bias", (4,), layer=None, part="deep", variable=None)

    assert max_norm(1.0).constraint(bias) is None


@pytest.mark.parametrize("xla", [False, True])
def test_the_bound_holds_behind_every_step(train_with, xla):
    trained = train_with(
        Engine(chunk=4, xla=xla), regularizers=[("max_norm", max_norm(0.5))], learning_rate=0.1, metrics=[]
    )

    kernels = {v.path: v.numpy() for v in trained.core.trainable_variables if len(v.shape) == 2}
    lengths = np.concatenate(
        [np.linalg.norm(kernel, axis=1 if "embeddings" in path else 0) for path, kernel in kernels.items()]
    )
    assert lengths.max() == pytest.approx(0.5, rel=1e-6)
    assert (lengths > 0).all()


def test_a_bound_of_zero_is_refused_with_the_reason():
    with pytest.raises(ValueError, match="a bound of 0 allows no weight but 0 and learns nothing; use more than 0"):
        MaxNorm.Spec(max_value=0)
