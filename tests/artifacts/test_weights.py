"""Variables come back from where they are stored, whatever their layers are called and their numbers are."""

import keras
import numpy as np
import pytest

from modelzoo.artifacts.weights import read_weights, save_weights, set_weights


class Block_2(keras.layers.Dense):  # noqa: N801  (a name that ends like one of Keras' counters)
    """A dense layer."""


def core(kind, dtype):
    given = keras.Input((3,))
    return keras.Model(given, kind(3, dtype=dtype)(kind(3, dtype=dtype)(given)))


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("kind", [keras.layers.Dense, Block_2])
def test_variables_come_back_as_they_were(kind, dtype, tmp_path):
    saved, loaded = core(kind, dtype), core(kind, dtype)

    save_weights(saved, tmp_path)
    set_weights(loaded, read_weights(tmp_path), tmp_path)

    for ours, theirs in zip(loaded.variables, saved.variables, strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
