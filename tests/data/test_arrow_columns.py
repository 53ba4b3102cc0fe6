"""Single columns of every form become Arrow columns."""

import numpy as np
import pyarrow as pa
import pytest

from modelzoo.data.arrow import to_arrow


class Tensor:
    """An array of another library, of which only NumPy's protocol is known."""

    def __init__(self, values):
        self.values = np.asarray(values)
        self.shape = self.values.shape

    def __array__(self, dtype=None, copy=None):
        return self.values


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (np.array([1.5, np.nan]), pa.float64(), [1.5, None]),
        (np.array([1, 2], ">i4"), pa.int32(), [1, 2]),
        (np.array([1.5], ">f8"), pa.float64(), [1.5]),
        (np.array([1.5], np.longdouble), pa.float64(), [1.5]),
        (np.array([True]), pa.bool_(), [True]),
        (np.array(["a", "é"]), pa.string(), ["a", "é"]),
        (np.array([b"a", b"bc"]), pa.string(), ["a", "bc"]),
        (np.ma.array([1, 2], mask=[False, True]), pa.float64(), [1, None]),
        (np.ma.array(["a", "b"], mask=[False, True]), pa.string(), ["a", None]),
        (Tensor([b"a", b"b"]), pa.string(), ["a", "b"]),
        (Tensor(np.array(["a", None], object)), pa.string(), ["a", None]),
        ([Tensor(1.5), Tensor(2.0)], pa.float64(), [1.5, 2.0]),
        ([Tensor(b"a"), None], pa.string(), ["a", None]),
        ([np.array(1), np.array(2)], pa.int64(), [1, 2]),
        ([1, None, 2.5], pa.float64(), [1, None, 2.5]),
        ([1, "x", None], pa.string(), ["1", "x", None]),
        ([2**64, -1], pa.float64(), [2.0**64, -1]),
        ([None, None], pa.null(), [None, None]),
        (range(2), pa.int64(), [0, 1]),
        (pa.array(["a"], pa.string_view()), pa.large_string(), ["a"]),
    ],
)
def test_a_column_of_single_values(values, kind, expected):
    column = to_arrow(values)

    assert (column.type, column.to_pylist()) == (kind, expected)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.array([[1, 2]], ">f4"), pa.float32()),
        (np.array([[1, 2]], np.float16), pa.float32()),
        (np.array([[True, False]]), pa.uint8()),
        (np.ones((2, 1)).T, pa.float64()),
        (np.ma.array([[1, 2]], mask=[[False, True]]), pa.float64()),
        (Tensor([[1.0, 2.0]]), pa.float64()),
        ([Tensor([1.0, 2.0])], pa.float64()),
        ([[1, 2]], pa.int64()),
        ([np.zeros(2)], pa.float64()),
    ],
)
def test_a_column_of_arrays(values, kind):
    column = to_arrow(values)

    assert (column.type.value_type, tuple(column.type.shape), len(column)) == (kind, (2,), 1)


@pytest.mark.parametrize(
    "values",
    [
        [[1, None], [2, 3]],
        [[1, float("nan")], [2, 3]],
        np.array([[1, None], [2, 3]], object),
        [np.array([1, None], object), np.array([2, 3])],
    ],
)
def test_missing_numbers_within_arrays_are_nan(values):
    np.testing.assert_array_equal(to_arrow(values).to_numpy_ndarray(), [[1, np.nan], [2, 3]])


def test_an_array_of_objects_that_are_numbers_is_one_of_numbers():
    mixed = np.array([[1, True, 2.5]], object)

    assert to_arrow(mixed).to_numpy_ndarray().tolist() == [[1, 1, 2.5]]


@pytest.mark.parametrize("values", [[["a", "b"], ["c", "d"]], [["1", None], ["2", "3"]], [[], []]])
def test_lists_of_text_and_of_nothing_stay_lists(values):
    assert to_arrow(values).to_pylist() == values


def test_masked_places_of_an_array_are_missing():
    column = to_arrow(np.ma.array([[1, 2]], mask=[[False, True]]))

    np.testing.assert_array_equal(column.to_numpy_ndarray(), [[1, np.nan]])


@pytest.mark.parametrize("values", [[[1, 2], None], [None, [1, 2]], [[1], [2, 3]], [Tensor([1, 2]), None]])
def test_lists_that_miss_or_differ_stay_lists(values):
    plain = [value.values.tolist() if isinstance(value, Tensor) else value for value in values]

    assert to_arrow(values).to_pylist() == plain
