"""Name Keras' activations, without importing Keras, so that a spec is checked before TensorFlow starts.

A test holds this table against the installed Keras.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from .suggest import did_you_mean

ACTIVATIONS = MappingProxyType(
    {
        "celu": "ELU with a continuous slope at 0",
        "elu": "ReLU with an exponential negative side; negative inputs keep a gradient",
        "exponential": "e^x; overflows soon, for outputs that must be positive",
        "gelu": "x times the normal distribution function; the transformer's choice",
        "glu": "one half of the units gates the other; needs an even number of units and returns half of them",
        "hard_shrink": "0 between -0.5 and 0.5, x elsewhere",
        "hard_sigmoid": "sigmoid in three straight pieces; cheap",
        "hard_silu": "silu in straight pieces; cheap",
        "hard_swish": "another name of hard_silu",
        "hard_tanh": "x cut off at -1 and 1",
        "leaky_relu": "ReLU with slope 0.2 for negative inputs, so that no unit dies",
        "linear": "x itself; a stack of such layers is one linear layer",
        "log_sigmoid": "logarithm of the sigmoid",
        "log_softmax": "logarithm of the softmax over the units",
        "mish": "x tanh(softplus(x)); smooth, a little below 0 for negative inputs",
        "relu": "max(0, x); the default, can die where all inputs are negative",
        "relu6": "ReLU cut off at 6; for low precision",
        "selu": "scaled ELU that keeps mean 0 and variance 1 through deep stacks",
        "sigmoid": "1/(1+e^-x); gradients vanish in deep stacks",
        "silu": "x sigmoid(x); a smooth ReLU",
        "soft_shrink": "x moved by 0.5 towards 0",
        "softmax": "the units share a sum of 1",
        "softplus": "log(1+e^x); a smooth ReLU, always positive",
        "softsign": "x/(1+|x|); tanh with slower tails",
        "sparse_plus": "a softplus that is exactly 0 below -1",
        "sparse_sigmoid": "a sigmoid that reaches 0 and 1",
        "sparsemax": "a softmax that gives exact zeros",
        "squareplus": "(x+sqrt(x²+4))/2; a softplus without exponentials",
        "swish": "another name of silu",
        "tanh": "between -1 and 1; gradients vanish in deep stacks, less than the sigmoid's",
        "tanh_shrink": "x minus tanh(x)",
    }
)
"""Every activation a spec may name, with a word on each."""


def check_activation(name: str) -> str:
    """Return the name, or raise ValueError with the nearest known one."""
    if name in ACTIVATIONS:
        return name
    raise ValueError(f"no activation is called {name!r}.{did_you_mean(name, ACTIVATIONS)}")


Activation = Annotated[
    str,
    AfterValidator(check_activation),
    WithJsonSchema({"type": "string", "enum": list(ACTIVATIONS)}),
    Field(description="a Keras activation"),
]
"""A field type for the name of a Keras activation."""
