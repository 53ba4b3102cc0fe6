"""The names a spec may use, held against the installed Keras in one fresh process."""

import json
import subprocess
import sys
from typing import get_args

import pytest
from modelzoo_registry import ACTIVATIONS
from modelzoo_registry.training import OptimizerName

pytestmark = pytest.mark.xdist_group("keras_names")  # one process for all, when run with --dist loadgroup

OPTIMIZERS = get_args(OptimizerName)

LEFT_OUT = {"threshold"}  # keras.activations.threshold needs two more arguments: a name alone cannot give them

SCRIPT = """
import inspect, json, sys
import keras

asked = json.load(sys.stdin)
x = keras.ops.convert_to_tensor([[-2.0, -0.5, 0.5, 2.0], [-1.0, 0.0, 1.0, 3.0]], dtype="float32")

def is_finite(y):
    return bool(keras.ops.all(keras.ops.isfinite(y))) and y.dtype == "float32"

def applied(name):
    try:
        return is_finite(keras.activations.get(name)(x))
    except Exception as error:
        return f"{type(error).__name__}: {error}"

def made(name):
    try:
        return isinstance(keras.optimizers.get(name), keras.optimizers.Optimizer)
    except Exception as error:
        return f"{type(error).__name__}: {error}"

def needs_one_argument(function):
    parameters = inspect.signature(function).parameters.values()
    return sum(p.default is p.empty for p in parameters) == 1

offered = {
    name: needs_one_argument(function)
    for name, function in inspect.getmembers(keras.activations, inspect.isfunction)
    if name not in ("get", "serialize", "deserialize")
}
answer = {
    "activations": {name: applied(name) for name in asked["activations"]},
    "offered": offered,
    "optimizers": {name: made(name) for name in asked["optimizers"]},
}
print(json.dumps(answer))
"""


@pytest.fixture(scope="module")
def keras():
    """What the installed Keras answers."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps({"activations": list(ACTIVATIONS), "optimizers": OPTIMIZERS}),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_resolves_and_gives_finite_floats(keras, name):
    assert keras["activations"][name] is True


def test_every_activation_of_keras_that_needs_no_more_than_the_input_is_in_the_table(keras):
    assert {name for name, is_usable in keras["offered"].items() if is_usable} <= set(ACTIVATIONS)


def test_what_is_left_out_needs_more(keras):
    assert {name for name, is_usable in keras["offered"].items() if not is_usable} == LEFT_OUT


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_resolves(keras, name):
    assert keras["optimizers"][name] is True
