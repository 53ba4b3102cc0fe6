"""Which nonlinearities treat each unit on its own."""

from __future__ import annotations

from typing import Any

from keras import activations as of_keras

_ELEMENTWISE = (
    of_keras.celu,
    of_keras.elu,
    of_keras.exponential,
    of_keras.gelu,
    of_keras.hard_shrink,
    of_keras.hard_sigmoid,
    of_keras.hard_silu,
    of_keras.hard_tanh,
    of_keras.leaky_relu,
    of_keras.linear,
    of_keras.log_sigmoid,
    of_keras.mish,
    of_keras.relu,
    of_keras.relu6,
    of_keras.selu,
    of_keras.sigmoid,
    of_keras.silu,
    of_keras.soft_shrink,
    of_keras.softplus,
    of_keras.softsign,
    of_keras.sparse_plus,
    of_keras.sparse_sigmoid,
    of_keras.squareplus,
    of_keras.tanh,
    of_keras.tanh_shrink,
    of_keras.threshold,
)
"""All of Keras' but glu, softmax, log_softmax and sparsemax, which mix units; of someone else's nothing is known."""


def is_elementwise(activation: Any) -> bool:
    """Whether a nonlinearity is one of Keras' that make of each unit one number, from that unit alone."""
    return any(activation is each for each in _ELEMENTWISE)
