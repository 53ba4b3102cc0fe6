"""Two executions of a model are held against each other in units that fit: neither a miss nor a false alarm."""

import numpy as np
import pytest

import modelzoo
from modelzoo.data import to_table
from modelzoo.export.outputs import describe_outputs
from modelzoo.export.verify.compare import Numbers, expect

pytestmark = pytest.mark.xdist_group("export")

INF, NAN = np.inf, np.nan


@pytest.mark.parametrize(
    ("expected", "unit", "found", "far"),
    [
        (2.0, 1.0, 2.5, 0.25),
        (0.0, 10.0, 0.5, 0.05),
        (0.0, 0.0, 0.0, 0.0),
        (0.0, 0.0, 1e-9, INF),
        (1.0, 1.0, NAN, INF),
        (NAN, 1.0, 1.0, INF),
        (NAN, 1.0, INF, 0.0),
        (INF, INF, 1.0, 0.0),
        (1.0, NAN, 2.0, INF),
        (1e308, 1.0, -1e308, INF),
    ],
)
def test_a_difference_is_a_number_whatever_differs(expected, unit, found, far):
    assert Numbers(np.array([expected]), np.array([unit])).differences([found]).tolist() == [far]


def test_numbers_of_another_shape_are_infinitely_far_off():
    assert Numbers(np.zeros((2, 3)), np.ones((2, 3))).differences([[0.0, 0.0], [0.0, 0.0]]).tolist() == [INF, INF]


@pytest.mark.parametrize(
    ("model", "task", "target"), [("linear", "regression", "y"), ("autoencoder", "reconstruction", None)]
)
def test_what_overflows_in_some_order_of_addition_is_not_compared(model, task, target):
    rows = {"a": [float(row) for row in range(8)], "y": [float(row) for row in range(8)]}
    made = modelzoo.build(model, schema={"columns": [{"name": "a", "kind": "numeric", "scale": "none"}]})
    made.fit(rows, target=target, task=task, epochs=1, verbose=0)
    fitted = made.fitted
    outputs = describe_outputs(fitted.target, fitted.encoder, fitted.core)

    expected = expect(fitted, to_table({"a": [1e300, 5.0]}), outputs)

    assert {
        name: np.isinf(numbers.units).reshape(2, -1).all(axis=1).tolist() for name, numbers in expected.items()
    } == {output.name: [True, False] for output in outputs}
