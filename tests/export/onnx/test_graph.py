"""A graph reckons as Python and NumPy do, at the edges of the numbers too."""

import math
import operator

import numpy as np
import pytest

from modelzoo.export.onnx.graph import Graph, Tensor

from ...columns.in_onnx import run

INTEGERS = [0, 1, -1, 6, 7, -7, -8, 86_399, 2**62, 2**63 - 1, -(2**63) + 1, -(2**63)]
NUMBERS = [
    0.0,
    5e-324,
    1e-310,
    1e-300,
    1e-20,
    1e-16,
    2e-16,
    1e-10,
    0.1,
    0.5,
    1.0,
    2.5,
    36.0,
    709.7,
    709.79,
    1e16,
    1e308,
]


def made_of(values, dtype, function) -> list:
    """Return what a function of a tensor makes of values."""
    graph = Graph(["x", "y"])
    made: Tensor = function(graph.input("x", dtype))
    graph.output("y", made)
    (answer,) = run(graph.model(), {"x": np.array(values, object if dtype == "string" else dtype)}).values()
    assert str(answer.dtype) == made.dtype
    return answer.tolist()


@pytest.mark.parametrize("divisor", [1, 7, 86_400_000_000, 2**31 - 1])
def test_division_of_integers_and_what_it_leaves_round_down_as_pythons(divisor):
    assert made_of(INTEGERS, "int64", lambda x: x // divisor) == [value // divisor for value in INTEGERS]
    assert made_of(INTEGERS, "int64", lambda x: x % divisor) == [value % divisor for value in INTEGERS]


@pytest.mark.parametrize("function", [lambda x: 10 - x * 3, lambda x: 3 * (1 + x) - 5, lambda x: x + x * x])
def test_sums_and_products_take_plain_numbers_on_either_side(function):
    assert made_of([-2, 0, 5], "int64", function) == [function(value) for value in (-2, 0, 5)]


@pytest.mark.parametrize("comparison", [operator.eq, operator.lt, operator.ge])
def test_comparisons_are_joined_and_turned_round(comparison):
    def function(x):
        return ~(comparison(x, 1) & (x >= 0)) | (x == 7)

    expected = [not (comparison(value, 1) and value >= 0) or value == 7 for value in (-1, 0, 1, 2, 7)]
    assert made_of([-1, 0, 1, 2, 7], "int64", function) == expected


def test_logarithms_of_numbers_near_zero_and_of_infinity_are_exact():
    found = made_of([*NUMBERS, math.inf], "float64", lambda x: x.graph.log1p(x))

    np.testing.assert_allclose(found, [*map(math.log1p, NUMBERS), math.inf], rtol=1e-15, atol=0)


def test_powers_of_numbers_near_zero_and_beyond_the_largest_are_exact():
    found = made_of([*NUMBERS, math.inf], "float64", lambda x: x.graph.expm1(x))

    with np.errstate(over="ignore"):
        np.testing.assert_allclose(found, np.expm1([*NUMBERS, math.inf]), rtol=4e-15, atol=0)


@pytest.mark.parametrize("size", [0, 1, 2, 512, 513, 1000, 1024, 10_000])
def test_edges_up_to_a_number_are_counted_as_searchsorted_does_however_many_they_are(size):
    edges = np.sort(np.random.default_rng(size).normal(size=size))
    values = np.concatenate([[-math.inf, math.inf, -9.0, 9.0], edges[::97], edges[::89] - 1e-9, edges[-1:]])

    found = made_of(values, "float64", lambda x: x.graph.count_up_to(edges, x))

    assert found == np.searchsorted(edges, values, side="right").tolist()
    assert made_of([math.nan], "float64", lambda x: x.graph.count_up_to(edges, x)) == [0]


def test_every_text_is_looked_up_as_it_is():
    texts = ["a", "a\0", "\0", " a", "é", "e\u0301", "日本", "", "NaN", "1"]

    found = made_of(
        [*texts, "b", "a "], "string", lambda x: x.graph.lookup(x, {text: 5 + at for at, text in enumerate(texts)})
    )

    assert found == [*range(5, 5 + len(texts)), 0, 0]


def test_no_value_inside_is_called_as_an_input_or_output_however_those_are_called():
    names = ["_0", "__constant_0", "___"]
    graph = Graph([*names, "y"])
    total = sum((graph.input(name, "int64") for name in names[1:]), graph.input(names[0], "int64") + 1)
    graph.output("y", total)

    (answer,) = run(graph.model(), {name: np.array([10**place]) for place, name in enumerate(names)}).values()

    assert answer.tolist() == [112]
