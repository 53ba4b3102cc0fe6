"""Name Keras' activations, without importing Keras, so that a spec is checked before TensorFlow starts.

Tests hold the names, and the numbers in the words, against the installed Keras.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from .suggest import did_you_mean

ACTIVATIONS = MappingProxyType(
    {
        "celu": "elu with a width that keeps its slope smooth; at Keras' width, 1, it is elu",
        "elu": "x above 0, e^x-1 below, down to -1: negative inputs keep a gradient, which fades far below 0",
        "exponential": "e^x, always positive, for rates; explodes in hidden layers, infinite above 88.7",
        "gelu": "x times the normal distribution function: dips to -0.17, near 0 far below; the transformer's choice",
        "glu": "one half of the units times the sigmoid of the other: halves the layer, needs an even width",
        "hard_shrink": "0 from -0.5 to 0.5, else x: jumps at both ends, and small inputs get no gradient",
        "hard_sigmoid": "the sigmoid in three straight pieces, 0 below -3, 1 above 3: cheap, no gradient beyond",
        "hard_silu": "x times hard_sigmoid, 0 below -3, x above 3: a cheap silu, whose units can die below -3",
        "hard_swish": "another name of hard_silu",
        "hard_tanh": "x cut off at -1 and 1: a cheap tanh, no gradient beyond",
        "leaky_relu": "relu with slope 0.2 below 0 instead of 0: no unit dies",
        "linear": "x itself, for outputs of any size; hidden, a stack of linear layers is one linear layer",
        "log_sigmoid": "log of the sigmoid, for losses: never above 0, and flat for large inputs",
        "log_softmax": "log of the softmax over the units, for losses; hidden, the units compete as in softmax",
        "mish": "x tanh(softplus(x)): dips to -0.31, near 0 far below; smooth, close to silu",
        "relu": "max(0, x), the default; wants he_normal; a unit below 0 on every row gets no gradient: it is dead",
        "relu6": "relu cut off at 6, for low precision: dies as relu does, and has no gradient above 6 either",
        "selu": "scaled elu, down to -1.76: keeps mean 0, variance 1 in deep stacks; wants lecun_normal, alpha dropout",
        "sigmoid": "1/(1+e^-x), for gates and probabilities; slope at most 0.25, so gradients vanish in deep stacks",
        "silu": "x sigmoid(x): dips to -0.28, near 0 far below; a smooth relu whose negative inputs keep some gradient",
        "soft_shrink": "x moved by 0.5 towards 0, and 0 from -0.5 to 0.5, where small inputs get no gradient",
        "softmax": "the units share a sum of 1, for outputs; hidden, they compete: a bottleneck with small gradients",
        "softplus": "log(1+e^x): a smooth relu, always positive, 0.69 at 0, so not centred; for outputs above 0",
        "softsign": "x/(1+|x|), between -1 and 1: tanh with slower tails, so gradients vanish more slowly",
        "sparse_plus": "0 below -1, x above 1, a parabola between: a softplus with exact zeros, so units can die",
        "sparse_sigmoid": "0 below -1, 1 above 1, a straight line between: no gradient beyond",
        "sparsemax": "a softmax with exact zeros; in Keras 3.15.1 its sum is seldom 1 and can be 0 (keras issue 23425)",
        "squareplus": "(x+sqrt(x²+4))/2: a softplus without exponentials, 1 at 0, its gradient fading more slowly",
        "swish": "another name of silu",
        "tanh": "between -1 and 1, slope 1 at 0: centred, unlike the sigmoid, but gradients vanish beyond about 3",
        "tanh_shrink": "x-tanh(x): flat around 0, so small inputs get hardly any gradient",
    }
)
"""Every activation a spec may name, with what it does and where it fails; ``zoo list --kind activations`` shows it."""


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
