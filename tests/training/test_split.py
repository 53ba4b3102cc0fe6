"""Which rows are held back: a share of each class, or the last part in time."""

from datetime import date, datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from modelzoo_registry import DataError

from modelzoo.training.split import held_back, last_in_time, read_instants


def instants(values):
    return read_instants("t", pa.chunked_array([values if isinstance(values, pa.Array) else pa.array(values)]))


def refusal(act):
    with pytest.raises(DataError) as caught:
        act()
    return str(caught.value)


def test_without_classes_the_first_rows_of_one_permutation_are_held_back():
    order = np.random.default_rng([3, 10]).permutation(10)

    assert np.flatnonzero(held_back(10, 0.25, 3)).tolist() == sorted(order[:2])


@given(
    st.lists(st.integers(1, 40), min_size=2, max_size=8),
    st.floats(0.01, 0.99),
    st.integers(0, 2**32 - 1),
)
def test_each_class_gives_its_share_to_one_row_and_keeps_one(counts, fraction, seed):
    classes = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    try:
        mask = held_back(len(classes), fraction, seed, classes)
    except DataError:
        assert round(sum(count * fraction for count in counts if count > 1)) == 0 or max(counts) == 1
        return

    taken = np.bincount(classes[mask], minlength=len(counts))
    for count, held in zip(counts, taken, strict=True):
        assert held < count
        assert count == 1 or abs(held - count * fraction) < 1 or held == count - 1


@pytest.mark.parametrize(
    ("counts", "fraction", "taken"),
    [
        ([90, 10], 0.1, [9, 1]),
        ([95, 5, 1], 0.1, [9, 1, 0]),  # of 9.5 and 0.5, the half row goes to the rarer
        ([7, 7, 6], 0.2, [2, 1, 1]),
        ([2, 2], 0.9, [1, 1]),
        ([50, 1], 0.5, [25, 0]),
    ],
)
def test_what_rounding_leaves_goes_to_the_largest_remainders(counts, fraction, taken):
    classes = np.repeat(np.arange(len(counts)), counts)

    assert np.bincount(classes[held_back(len(classes), fraction, 0, classes)], minlength=len(counts)).tolist() == taken


def test_classes_of_one_row_each_leave_none_to_validate_on():
    assert refusal(lambda: held_back(3, 0.5, 0, np.arange(3))) == (
        "validation=0.5 of 3 rows leaves 3 to train on and 0 to validate on: give more rows"
    )


@pytest.mark.parametrize(
    "values",
    [
        [3, 1, None, 2, 4],
        [3.5, 1.0, float("nan"), 2.0, 4.0],
        [3.5, 1.0, float("inf"), 2.0, 4.0],
        [date(2024, 1, 3), date(2024, 1, 1), None, date(2024, 1, 2), date(2024, 2, 1)],
        np.array(["2024-01-03", "2024-01-01", "NaT", "2024-01-02", "9999-12-31"], "datetime64[s]"),
        pa.array([3, 1, None, 2, 4], pa.date64()),
        pa.array([3, 1, None, 2, 4], pa.timestamp("us", "Europe/Berlin")),
        pa.array([3, 1, None, 2, 2**63 - 1], pa.uint64()),
        ["2024-01-03", "2024-01-01", "", "2024-01-02 23:59", "2024-02-01T00:00:00Z"],
        pa.array(["2024-01-03", "2024-01-01", " ", "2024-01-02", "2024-02-01"]).dictionary_encode(),
        ["2024-01-01T01:00Z", "2024-01-01T01:00+02:00", None, "2024-01-01 00:00", "2024-01-01 02:00:00 UTC"],
        ["2024-01-01T00:00:00.1234567890", "2024-01-01", None, "2024-01-01 00:00:00.1", "2024-01-01 00:00:01"],
    ],
)
def test_times_of_every_kind_are_ordered_by_instant(values):
    order = instants(values)

    assert np.isnan(order).tolist() == [False, False, True, False, False]
    assert np.argsort(order[~np.isnan(order)]).tolist() == [1, 2, 0, 3]
    assert last_in_time("t", order, 0.25).tolist() == [False, False, False, False, True]


def test_a_zone_moves_an_instant_and_none_is_utc():
    east = timezone(timedelta(hours=2))
    stamps = pa.array([datetime(2024, 1, 1, 2, tzinfo=east)], pa.timestamp("us", "+02:00"))

    assert instants(["2024-01-01T02:00:00+02:00"]).tolist() == instants(["2024-01-01"]).tolist()
    assert instants(stamps).tolist() == instants(["2024-01-01"]).tolist()


@pytest.mark.parametrize(
    ("times", "share", "held"),
    [
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.1, 1),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.01, 1),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.99, 9),
        ([1, 1, 1, 1, 1, 2, 2, 2, 2, 2], 0.1, 5),
        ([1, 1, 2, 2, 2, 2, 2, 2, 3, 3], 0.5, 2),  # 2 and 8 are as near: fewer
        ([1, 1, 2, 2, 2, 2, 2, 2, 3, 3], 0.6, 8),
    ],
)
def test_the_boundary_stands_between_two_instants_nearest_to_the_share(times, share, held):
    mask = last_in_time("t", instants(times), share)

    assert mask.tolist() == [False] * (10 - held) + [True] * held


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        (["2024-01-01T00:00Z", "2024-01-01", None], "there is one time only in all rows"),
        ([None, None], "there is no time in any row"),
        (
            ["2024-01-01", "soon", None, "2024-02-30", "12:00", "01.02.2024"],
            (
                "a date in ISO 8601 belongs here, such as 2024-02-29 14:05. "
                "Received: row 2: 'soon', row 4: '2024-02-30', row 5: '12:00', and more"
            ),
        ),
        (
            [True, False],
            ("dates belong here, as timestamps or as text in ISO 8601. Received: a column of bool"),
        ),
    ],
)
def test_what_has_no_last_part_is_refused_with_the_reason(values, fault):
    assert refusal(lambda: last_in_time("t", instants(values), 0.1)) == (
        f"validation has no last part in time:\n  t: {fault}"
    )
