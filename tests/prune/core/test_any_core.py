"""Whatever a core is made of, and wherever its weights are zero: predictions stay, and nothing more can go."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelzoo.core.wide import WideLogits

pytestmark = pytest.mark.xdist_group("prune_core")

WHERE = {"dtype": "float64"}  # so that a difference is a fault, and no rounding


def gated(vector):
    return keras.ops.glu(keras.layers.Dense(4, **WHERE)(vector))


def residual(vector):
    change = keras.layers.Dense(3, activation="sigmoid", **WHERE)(keras.layers.LayerNormalization(**WHERE)(vector))
    return keras.layers.Add(**WHERE)([vector, keras.layers.Dense(vector.shape[1], **WHERE)(change)])


def branched(vector):
    return keras.layers.Concatenate(**WHERE)(
        [keras.layers.Dense(2, activation="tanh", **WHERE)(vector), vector, keras.layers.Dense(1, **WHERE)(vector)]
    )


LAYERS = {
    "relu": lambda vector: keras.layers.Dense(4, activation="relu", **WHERE)(vector),
    "sigmoid": lambda vector: keras.layers.Dense(3, activation="sigmoid", use_bias=False, **WHERE)(vector),
    "softplus": lambda vector: keras.layers.Activation("softplus", **WHERE)(keras.layers.Dense(3, **WHERE)(vector)),
    "leaky": lambda vector: keras.layers.LeakyReLU(**WHERE)(vector),
    "norm": lambda vector: keras.layers.BatchNormalization(**WHERE)(vector),
    "dropout": lambda vector: keras.layers.AlphaDropout(0.5, **WHERE)(vector),
    "softmax": lambda vector: keras.layers.Activation("softmax", **WHERE)(vector),
    "gated": gated,
    "residual": residual,
    "branched": branched,
}


def inputs_of(parts):
    """Return symbolic inputs, and the vectors a tower starts from."""
    keras.backend.get_uid("dense")  # else Keras would call the first unnamed Dense layer as the input
    symbols = {"ids": keras.Input((3,), dtype="int32", name="ids")}
    vectors = []
    if "dense" in parts:
        symbols["dense"] = keras.Input((4,), name="dense")
        vectors.append(symbols["dense"])
    if "array" in parts:
        symbols["array_0"] = keras.Input((2, 2), name="array_0")
        vectors.append(keras.layers.Flatten(**WHERE)(symbols["array_0"]))
    if "hot" in parts:
        vectors.append(keras.ops.one_hot(symbols["ids"][:, 2], 5))
    for place in range(2):
        vectors.append(keras.layers.Embedding(5, 2, **WHERE)(symbols["ids"][:, place]))
    return symbols, vectors


PLANS = st.fixed_dictionaries(
    {
        "parts": st.sets(st.sampled_from(["dense", "array", "hot"])),
        "layers": st.lists(st.sampled_from(sorted(LAYERS)), max_size=4),
        "is_wide": st.booleans(),
        "seed": st.integers(0, 2**32 - 1),
        "zeros": st.sampled_from([0.2, 0.6, 0.9]),
    }
)


def core_of(plan):
    symbols, vectors = inputs_of(plan["parts"])
    vector = keras.layers.Concatenate(**WHERE)(vectors)
    for name in plan["layers"]:
        vector = LAYERS[name](vector)
    logits = keras.layers.Dense(2, name="logits", **WHERE)(vector)
    if plan["is_wide"]:
        wide = WideLogits([0, 2], [5, 5], 2, name="wide", **WHERE)(symbols["ids"])
        logits = keras.layers.Add(name="logits_sum", **WHERE)([logits, wide])
    core = keras.Model(symbols, keras.layers.Activation("sigmoid", name="prediction", **WHERE)(logits))
    core.set_weights([*sparse(np.random.default_rng(plan["seed"]), core.weights, plan["zeros"])])
    return core


def sparse(random, weights, zeros):
    """Return few different values, many of them zero, and some rows and columns of zeros."""
    for weight in weights:
        values = random.choice([-1, -0.5, 0.5, 1.0], weight.shape) * (random.random(weight.shape) > zeros)
        values *= random.random(weight.shape[-1]) > zeros / 2
        if len(weight.shape) == 2:
            values *= random.random((weight.shape[0], 1)) > zeros / 2
        yield np.abs(values) if weight.name == "moving_variance" else values


@settings(max_examples=15, deadline=None)
@given(plan=PLANS)
def test_predictions_stay_and_what_is_left_is_needed(plan, pruned):
    smaller = pruned(core_of(plan), within=1e-9)

    assert smaller.once_more() == ()


@settings(max_examples=5, deadline=None)
@given(plan=PLANS)
def test_predictions_stay_over_inputs_that_stay(plan, pruned):
    core = core_of(plan)

    smaller = pruned(core, keep_inputs=True, within=1e-9)

    assert smaller.core.input_shape == core.input_shape
