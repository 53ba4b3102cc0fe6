"""Results come in the order of the items, and few items are taken ahead."""

import threading
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.scoring.window import ordered


@given(st.integers(0, 30), st.integers(1, 4))
def test_results_come_in_the_order_of_the_items(count, workers):
    assert list(ordered(lambda item: -item, range(count), workers=workers)) == [-item for item in range(count)]


def test_threads_work_at_the_same_time():
    meeting = threading.Barrier(2, timeout=30)

    assert len(list(ordered(lambda _: meeting.wait(), range(4), workers=2))) == 4


def test_few_items_are_taken_ahead_of_the_results():
    taken = []

    first = list(islice(ordered(str, (taken.append(item) or item for item in range(1000)), workers=3), 2))

    assert (first, taken) == (["0", "1"], [0, 1, 2, 3, 4, 5, 6])


@pytest.mark.parametrize("workers", [1, 2])
def test_what_fails_is_raised_in_its_place(workers):
    results = ordered(lambda item: 6 // item, [3, 2, 0, 1], workers=workers)

    assert list(islice(results, 2)) == [2, 3]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_whoever_leaves_early_leaves_no_thread_behind():
    before = threading.active_count()
    results = ordered(str, range(1000), workers=4)
    next(results)

    results.close()

    assert threading.active_count() == before
