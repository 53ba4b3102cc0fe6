"""Build small cores by hand, for regularizers to change."""

from __future__ import annotations

import pytest


@pytest.fixture
def dense_core():
    """Return a maker of a core: a dense tower over three numbers, with the head's usual names."""
    import keras

    def make(*middle):
        given = keras.Input((3,), name="dense")
        vector = given
        for layer in middle or (keras.layers.Dense(4, activation="relu", name="hidden_1"),):
            vector = layer(vector)
        logits = keras.layers.Dense(1, name="logits")(vector)
        return keras.Model({"dense": given}, keras.layers.Activation("linear", name="prediction")(logits))

    return make
