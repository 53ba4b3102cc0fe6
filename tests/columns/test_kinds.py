"""What each kind of column learns, and how it encodes with it."""

import numpy as np
import pyarrow as pa
import pytest
from modelzoo_registry import SchemaError

from modelzoo.columns.array import ArrayColumn
from modelzoo.columns.base import MISSING_INTEGER
from modelzoo.columns.bucketized import BucketizedColumn
from modelzoo.columns.categorical import CategoricalColumn
from modelzoo.columns.crossed import CrossedColumn
from modelzoo.columns.numeric import NumericColumn
from modelzoo.columns.statistics import moments

NAN, INF = float("nan"), float("inf")


def floats(*values):
    return np.asarray(values, np.float64)


def test_a_number_is_scaled_to_mean_zero_and_spread_one():
    fitted = NumericColumn(name="n").fit(floats(1, 3))

    assert fitted.encode(floats(1, 2, 3)).tolist() == [[-1], [0], [1]]


def test_a_missing_number_becomes_the_mean_with_an_indicator_if_any_was_missing_in_training():
    assert NumericColumn(name="n").fit(floats(1, 3, NAN)).encode(floats(NAN, 3)).tolist() == [[0, 1], [1, 0]]
    assert NumericColumn(name="n").fit(floats(1, 3)).encode(floats(NAN)).tolist() == [[0]]


def test_a_missing_number_that_is_not_scaled_becomes_the_mean_too():
    assert NumericColumn(name="n", scale="none").fit(floats(1, 3)).encode(floats(NAN, 7)).tolist() == [[2], [7]]


def test_infinities_are_cut_off_and_not_learnt_from():
    fitted = NumericColumn(name="n", clip=3).fit(floats(1, 3, INF, -INF))

    assert (fitted.scaling.center, fitted.scaling.spread) == (2, 1)
    assert fitted.encode(floats(INF, -INF, 1e308)).tolist() == [[3], [-3], [3]]


def test_numbers_that_are_not_scaled_are_cut_off_where_float32_ends():
    fitted = NumericColumn(name="n", scale="none").fit(floats(1e308, 1e308))
    greatest = float(np.finfo(np.float32).max)

    assert fitted.encode(floats(1e308, -INF, NAN)).tolist() == [[greatest], [-greatest], [greatest]]


def test_a_column_without_a_number_encodes_to_zero():
    assert NumericColumn(name="n").fit(floats(NAN, NAN)).encode(floats(NAN, 1)).tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], (0, 1)),
        ([5, 5], (5, 1)),
        ([0, 0], (0, 1)),
        ([1e308, -1e308], (0, 1e300)),
        ([1e12, 1e12 + 1e-3], (1e12, 1)),
        ([5e-324, 0], (0, 1)),
        ([1e-200, 3e-200], (2e-200, 1e-200)),
    ],
)
def test_moments_of_extreme_values_are_finite_and_the_spread_can_be_divided_by(values, expected):
    assert moments(floats(*values)) == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_a_value_equal_to_an_edge_belongs_to_the_bucket_above():
    fitted = BucketizedColumn(name="b", source="n", edges=(0, 10)).fit(floats())

    assert fitted.encode(floats(-INF, -1, 0, 9.9, 10, INF, NAN)).tolist() == [1, 1, 2, 2, 3, 3, 0]
    assert fitted.size == 4


def test_quantile_edges_leave_about_as_many_rows_in_each_bucket():
    values = np.random.default_rng(0).lognormal(size=1000)

    fitted = BucketizedColumn(name="b", source="n", buckets=4).fit(values)

    assert np.bincount(fitted.encode(values), minlength=5).tolist() == [0, 249, 250, 250, 251]


@pytest.mark.parametrize(
    ("values", "edges"),
    [([0, 0, 1, 2], (1,)), ([3, 3], ()), ([NAN, INF], ()), ([0, 5e-324, 1, 2], (1,)), ([], ())],
)
def test_equal_quantiles_count_once_and_none_is_at_the_least_value(values, edges):
    assert BucketizedColumn(name="b", source="n", buckets=4).fit(floats(*values)).edges == edges


def test_without_edges_there_is_one_bucket_and_the_missing():
    assert BucketizedColumn(name="b", source="n").fit(floats(3, 3)).encode(floats(1, 3, NAN)).tolist() == [1, 1, 0]


def test_subnormal_numbers_are_zero_to_a_bucket_and_as_an_edge():
    fitted = BucketizedColumn(name="b", source="n", edges=(-5e-324, 5e-324)).fit(floats())

    assert fitted.edges == (0,)
    assert fitted.encode(floats(-5e-324, 1e-310, -1e-300)).tolist() == [2, 2, 1]


def test_strings_get_ids_by_frequency_and_equal_counts_by_value():
    fitted = CategoricalColumn(name="c").fit(pa.array(["b", "a", "c", "c", None]))

    assert fitted.vocabulary == ("c", "a", "b")
    assert fitted.encode(pa.array(["a", "c", "d", None])).tolist() == [2, 1, 0, 0]


def test_integers_get_ids_by_frequency_and_the_missing_none():
    fitted = CategoricalColumn(name="c", dtype="integer").fit(np.array([7, 2**63 - 1, 7, MISSING_INTEGER]))

    assert fitted.vocabulary == (7, 2**63 - 1)
    assert fitted.encode(np.array([2**63 - 1, 7, 8, MISSING_INTEGER])).tolist() == [2, 1, 0, 0]


@pytest.mark.parametrize(("limits", "vocabulary"), [({"min_count": 2}, ("a",)), ({"max_size": 2}, ("a", "b"))])
def test_rare_values_get_no_id_of_their_own(limits, vocabulary):
    assert CategoricalColumn(name="c", **limits).fit(pa.array(["a", "b", "a", "c"])).vocabulary == vocabulary


def test_a_column_of_missing_strings_has_an_empty_vocabulary():
    fitted = CategoricalColumn(name="c").fit(pa.array([None, None], pa.string()))

    assert (fitted.vocabulary, fitted.size, fitted.encode(pa.array(["a", None])).tolist()) == ((), 1, [0, 0])


def test_only_combinations_that_were_seen_get_an_id():
    first, second = np.array([1, 1, 2, 0], np.int32), np.array([1, 1, 2, 3], np.int32)

    fitted = CrossedColumn(name="x", sources=("a", "b")).fit([first, second], [1000, 1000])

    assert fitted.size == 4
    assert fitted.encode([first, second]).tolist() == [1, 1, 3, 2]
    assert fitted.encode([second, np.array([9, 9, 9, 9], np.int32)]).tolist() == [0, 0, 0, 0]


def test_combinations_beyond_what_can_be_numbered_are_refused():
    ids = [np.zeros(1, np.int32)] * 4

    with pytest.raises(SchemaError) as caught:
        CrossedColumn(name="x", sources=("a", "b", "c", "d")).fit(ids, [2**16] * 4)

    assert str(caught.value) == (
        "the schema cannot be fitted:\n"
        "  x: 65536 × 65536 × 65536 × 65536 combinations cannot be numbered; cross fewer or smaller columns"
    )


@pytest.mark.parametrize(("size", "length"), [(2, 2), (10, 6), (1000, 50), (10**6, 50)])
def test_the_length_of_an_embedding_follows_from_the_number_of_ids(size, length):
    assert CategoricalColumn(name="c").embedding_size(size) == length
    assert CategoricalColumn(name="c", embedding=3).embedding_size(size) == 3


def test_a_vector_is_scaled_place_by_place():
    fitted = ArrayColumn(name="x", shape=(2,)).fit(np.array([[0, 10], [2, 30]], np.float32))

    assert fitted.encode(np.array([[0, 30], [NAN, INF]], np.float32)).tolist() == [[-1, 1], [0, 10]]


def test_an_image_is_scaled_as_a_whole():
    fitted = ArrayColumn(name="x", shape=(1, 2)).fit(np.array([[[0, 2]]], np.float32))

    assert (fitted.center, fitted.spread) == ((1,), (1,))


def test_an_array_that_is_not_scaled_stays_and_missing_places_become_zero():
    fitted = ArrayColumn(name="x", shape=(2,), scale="none").fit(np.zeros((1, 2), np.float32))
    greatest = float(np.finfo(np.float32).max)

    assert fitted.encode(np.array([[7, NAN], [INF, -INF]], np.float32)).tolist() == [[7, 0], [greatest, -greatest]]


def test_small_numbers_in_an_array_are_scaled_and_constant_ones_become_zero():
    values = np.array([[1e-9, 5], [3e-9, 5]], np.float32)

    encoded = ArrayColumn(name="x", shape=(2,)).fit(values).encode(values)

    np.testing.assert_allclose(encoded, [[-1, 0], [1, 0]], rtol=1e-6)


def test_an_array_without_a_number_encodes_to_zero():
    blank = np.full((2, 2), NAN, np.float32)

    assert ArrayColumn(name="x", shape=(2,)).fit(blank).encode(blank).tolist() == [[0, 0], [0, 0]]


def test_a_quantile_scale_of_numbers_next_to_zero_is_finite():
    least = np.finfo(np.float64).tiny
    fitted = NumericColumn(name="n", scale="quantile").fit(floats(least, np.nextafter(least, 1)))

    assert fitted.encode(floats(least, 1, -1)).tolist() == [[0], [0], [0]]


def test_fitted_columns_are_compared_by_what_they_learnt_also_after_they_encoded():
    first, again = (BucketizedColumn(name="b", source="n").fit(floats(1, 2, 3)) for _ in range(2))
    other = BucketizedColumn(name="b", source="n").fit(floats(1, 3, 4))
    for fitted in (first, again, other):
        fitted.encode(floats(1))

    assert first == again != other
    assert hash(first) == hash(again)
