"""Rows that are streamed are shuffled in a window: each once, together with what belongs to it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.training.chunks import Encoded
from modelzoo.training.window import shuffled

SIZES = st.lists(st.integers(1, 40), min_size=1, max_size=30)
WINDOWS = st.integers(1, 200)
SEEDS = st.integers(0, 2**32 - 1)


def blocks_of(sizes, weighted=True):
    """Yield blocks of so many rows, each row with its number in everything that belongs to it."""
    end = 0
    for size in sizes:
        rows, end = np.arange(end, end + size), end + size
        inputs = {"dense": np.stack([rows, -rows], axis=1).astype(np.float32), "ids": rows.astype(np.int32)[:, None]}
        weights = 3 * rows.astype(np.float32) if weighted else None
        yield Encoded(inputs, rows.astype(np.float32)[:, None], weights)


def rows_of(blocks):
    return np.concatenate([block.targets[:, 0] for block in blocks])


@given(SIZES, WINDOWS, SEEDS, st.booleans())
def test_every_row_comes_once_with_all_that_belongs_to_it(sizes, window, seed, weighted):
    found = list(shuffled(blocks_of(sizes, weighted), window, np.random.default_rng(seed)))

    assert sorted(rows_of(found)) == list(range(sum(sizes)))
    for block in found:
        rows = block.targets[:, 0]
        assert np.array_equal(block.inputs["ids"][:, 0], rows)
        assert np.array_equal(block.inputs["dense"], np.stack([rows, -rows], axis=1))
        assert block.weights is None if not weighted else np.array_equal(block.weights, 3 * rows)


@given(SIZES, WINDOWS, SEEDS)
def test_no_more_rows_are_held_than_the_window_and_one_block(sizes, window, seed):
    taken = 0

    def counted():
        nonlocal taken
        for block in blocks_of(sizes):
            taken += block.count
            yield block

    given_out = 0
    for block in shuffled(counted(), window, np.random.default_rng(seed)):
        assert taken - given_out <= max(window, max(sizes) + 1) + max(sizes)
        given_out += block.count


@given(SIZES, WINDOWS, SEEDS)
def test_the_order_depends_on_the_seed(sizes, window, seed):
    orders = [rows_of(shuffled(blocks_of(sizes), window, np.random.default_rng(seed))) for _ in range(2)]

    assert np.array_equal(*orders)


def test_a_row_may_go_far_and_orders_of_two_seeds_differ():
    orders = [rows_of(shuffled(blocks_of([50] * 40), 500, np.random.default_rng(seed))) for seed in range(2)]

    assert not np.array_equal(*orders)
    assert max(abs(place - row) for place, row in enumerate(orders[0])) > 400
    assert rows_of(shuffled(blocks_of([50] * 40), 500, np.random.default_rng(0)))[:250].max() < 500
