"""What is said of each activation, held against the installed Keras in one fresh process."""

import json
import math
import subprocess
import sys

import pytest
from modelzoo_registry import ACTIVATIONS

pytestmark = pytest.mark.xdist_group("keras_names")  # one process for all, when run with --dist loadgroup

SCRIPT = """
import json, sys
import keras, tensorflow as tf

def seen(function, points):
    points = tf.constant(points)
    with tf.GradientTape() as tape:
        tape.watch(points)
        values = function(points)
    slopes = tf.convert_to_tensor(tape.gradient(values, points))
    return {"values": values.numpy().tolist(), "slopes": slopes.numpy().tolist()}

asked = json.load(sys.stdin)
answer = {name: seen(keras.activations.get(name), points) for name, points in asked.items()}
print(json.dumps(answer))
"""

GRID = [step / 100 for step in range(-1000, 1001)]
UNITS = [1.0, 2.0, 2.5, 0.0]
OVER_UNITS = ("glu", "log_softmax", "softmax", "sparsemax")

# Of each: the words that stand in the table, and the values they promise.
VALUES = [
    ("elu", "x above 0, e^x-1 below, down to -1", {-10: -1, -1: math.exp(-1) - 1, 3: 3}),
    ("exponential", "e^x", {-2: math.exp(-2), 1: math.e}),
    ("hard_shrink", "0 from -0.5 to 0.5, else x", {-0.51: -0.51, -0.5: 0, 0.5: 0, 0.51: 0.51}),
    ("hard_sigmoid", "0 below -3, 1 above 3", {-3: 0, -1.5: 0.25, 0: 0.5, 1.5: 0.75, 3: 1}),
    ("hard_silu", "x times hard_sigmoid, 0 below -3, x above 3", {-4: 0, -3: 0, -1.5: -0.375, 1.5: 1.125, 3: 3, 4: 4}),
    ("hard_tanh", "x cut off at -1 and 1", {-2: -1, -1: -1, -0.9: -0.9, 0.9: 0.9, 1: 1, 2: 1}),
    ("leaky_relu", "slope 0.2 below 0", {-10: -2, -1: -0.2, 10: 10}),
    ("linear", "x itself", {-7: -7, 7: 7}),
    ("log_sigmoid", "log of the sigmoid", {-10: -math.log1p(math.exp(10)), 0: -math.log(2)}),
    ("mish", "x tanh(softplus(x))", {1: math.tanh(math.log1p(math.e)), -1: -math.tanh(math.log1p(math.exp(-1)))}),
    ("relu", "max(0, x)", {-10: 0, -0.1: 0, 10: 10}),
    ("relu6", "relu cut off at 6", {-10: 0, 5.9: 5.9, 6: 6, 10: 6}),
    ("selu", "scaled elu, down to -1.76", {-10: -1.758, 1: 1.0507}),
    ("sigmoid", "1/(1+e^-x)", {-2: 1 / (1 + math.exp(2)), 0: 0.5}),
    ("silu", "x sigmoid(x)", {-2: -2 / (1 + math.exp(2)), 2: 2 / (1 + math.exp(-2))}),
    ("soft_shrink", "x moved by 0.5 towards 0, and 0 from -0.5 to 0.5", {-2: -1.5, -0.5: 0, 0.5: 0, 2: 1.5}),
    ("softplus", "log(1+e^x): a smooth relu, always positive, 0.69 at 0", {0: 0.6931, 2: math.log1p(math.exp(2))}),
    ("softsign", "x/(1+|x|)", {-3: -0.75, 1: 0.5}),
    ("sparse_plus", "0 below -1, x above 1, a parabola between", {-2: 0, -1: 0, 0: 0.25, 0.5: 0.5625, 1: 1, 2: 2}),
    ("sparse_sigmoid", "0 below -1, 1 above 1, a straight line between", {-2: 0, -1: 0, 0: 0.5, 0.5: 0.75, 1: 1, 2: 1}),
    ("squareplus", "(x+sqrt(x²+4))/2: a softplus without exponentials, 1 at 0", {-1.5: 0.5, 0: 1, 1.5: 2}),
    ("tanh", "between -1 and 1", {-1: math.tanh(-1), 10: 1}),
    ("tanh_shrink", "x-tanh(x)", {-2: math.tanh(2) - 2, 2: 2 - math.tanh(2)}),
]

NO_GRADIENT = [
    ("hard_shrink", "small inputs get no gradient", (-0.49, 0, 0.49)),
    ("hard_sigmoid", "no gradient beyond", (-3.1, 3.1)),
    ("hard_silu", "can die below -3", (-3.1, -10)),
    ("hard_tanh", "no gradient beyond", (-1.1, 1.1)),
    ("relu", "gets no gradient", (-0.1, -10)),
    ("relu6", "no gradient above 6 either", (-0.1, 6.1)),
    ("soft_shrink", "small inputs get no gradient", (-0.49, 0, 0.49)),
    ("sparse_plus", "units can die", (-1.1, -10)),
    ("sparse_sigmoid", "no gradient beyond", (-1.1, 1.1)),
]

LOWEST = [("gelu", -0.17), ("mish", -0.31), ("silu", -0.28)]
STEEPEST = [("sigmoid", "slope at most 0.25", 0.25), ("tanh", "slope 1 at 0", 1.0)]


def points_of(name):
    """Return where a function of one number is looked at: a grid, and the points that are told of."""
    told = [x for table in (VALUES, NO_GRADIENT) for each, _, points in table if each == name for x in points]
    return [*GRID, 88.7, 88.8, *map(float, told)]


@pytest.fixture(scope="module")
def keras():
    """What the installed Keras gives: each activation's values and slopes, by point; for some, over units."""
    asked = {name: UNITS if name in OVER_UNITS else points_of(name) for name in ACTIVATIONS}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    answer = json.loads(done.stdout)
    for name in set(ACTIVATIONS) - set(OVER_UNITS):
        answer[name] = {what: dict(zip(asked[name], seen, strict=True)) for what, seen in answer[name].items()}
    return answer


@pytest.mark.parametrize(("name", "words", "values"), VALUES, ids=[name for name, *_ in VALUES])
def test_an_activation_has_the_values_that_are_told_of_it(keras, name, words, values):
    assert words in ACTIVATIONS[name]
    assert {x: keras[name]["values"][x] for x in values} == pytest.approx(values, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize(("name", "words", "points"), NO_GRADIENT, ids=[name for name, *_ in NO_GRADIENT])
def test_there_is_no_gradient_where_it_is_said(keras, name, words, points):
    assert words in ACTIVATIONS[name]
    assert [keras[name]["slopes"][x] for x in points] == [0] * len(points)


@pytest.mark.parametrize("name", ["elu", "leaky_relu", "mish", "selu", "silu"])
def test_negative_inputs_keep_a_gradient_where_no_unit_is_said_to_die(keras, name):
    assert all(keras[name]["slopes"][x] != 0 for x in (-5.0, -2.0, -1.0, -0.5))


@pytest.mark.parametrize(("name", "lowest"), LOWEST)
def test_a_dip_goes_as_deep_as_it_is_said_and_is_over_far_below_0(keras, name, lowest):
    values = keras[name]["values"]

    assert f"dips to {lowest}, near 0 far below" in ACTIVATIONS[name]
    assert round(min(values.values()), 2) == lowest
    assert abs(values[-10.0]) < 0.001


@pytest.mark.parametrize(("name", "words", "steepest"), STEEPEST)
def test_a_saturating_activation_is_as_steep_at_0_as_it_is_said(keras, name, words, steepest):
    slopes = keras[name]["slopes"]

    assert words in ACTIVATIONS[name]
    assert (slopes[0.0], max(slopes.values())) == (steepest, steepest)
    assert max(slopes[-5.0], slopes[5.0]) < 0.01


def test_the_slow_tails_are_slower(keras):
    slopes = {name: keras[name]["slopes"] for name in ("softsign", "tanh", "squareplus", "softplus")}

    assert slopes["softsign"][5.0] > 10 * slopes["tanh"][5.0]
    assert slopes["squareplus"][-5.0] > 5 * slopes["softplus"][-5.0]
    assert slopes["tanh"][3.0] < 0.01


def test_the_exponential_is_infinite_where_it_is_said(keras):
    values = keras["exponential"]["values"]

    assert "infinite above 88.7" in ACTIVATIONS["exponential"]
    assert (math.isfinite(values[88.7]), values[88.8]) == (True, math.inf)


def test_tanh_shrink_is_flat_around_0(keras):
    assert keras["tanh_shrink"]["slopes"][0.0] == 0
    assert keras["tanh_shrink"]["slopes"][0.1] < 0.01


@pytest.mark.parametrize(("one", "other"), [("celu", "elu"), ("hard_swish", "hard_silu"), ("swish", "silu")])
def test_two_names_of_one_function_give_the_same(keras, one, other):
    values = {x: keras[other]["values"][x] for x in GRID}

    assert {x: keras[one]["values"][x] for x in GRID} == pytest.approx(values, abs=1e-6)


def test_the_units_of_a_softmax_share_a_sum_of_1(keras):
    assert sum(keras["softmax"]["values"]) == pytest.approx(1)
    assert keras["log_softmax"]["values"] == pytest.approx([math.log(share) for share in keras["softmax"]["values"]])


def test_sparsemax_still_has_the_fault_that_is_told_of_it(keras):
    """Where this fails, Keras has mended it: [0, 0.25, 0.75, 0] is right, and the table's words go."""
    assert "its sum is seldom 1 and can be 0" in ACTIVATIONS["sparsemax"]
    assert keras["sparsemax"]["values"] == [0, 0, 0, 0]


def test_glu_halves_the_units(keras):
    gates = [1 / (1 + math.exp(-2.5)), 0.5]

    assert keras["glu"]["values"] == pytest.approx([1.0 * gates[0], 2.0 * gates[1]])
