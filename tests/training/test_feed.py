"""Rows are seen pass after pass, each once a pass, in an order that seed and pass decide."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.training.chunks import Encoded
from modelzoo.training.feed import Feed, Place
from modelzoo.training.schedule import Schedule

EPOCHS = 3


def make_feed(rows, batch, chunk, seed, examples=None, weighted=False):
    targets = np.arange(rows, dtype=np.float32)
    inputs = {"dense": np.arange(rows * 2, dtype=np.float32).reshape(rows, 2), "ids": np.arange(rows)[:, None]}
    return Feed(
        Encoded(inputs, targets[:, None], 3 * targets if weighted else None),
        Schedule(rows, batch, EPOCHS, examples or EPOCHS * rows),
        chunk,
        seed,
    )


ROWS, BATCHES, CHUNKS, SEEDS = st.integers(1, 200), st.integers(1, 50), st.integers(1, 12), st.integers(0, 2**32 - 1)
feeds = st.builds(make_feed, rows=ROWS, batch=BATCHES, chunk=CHUNKS, seed=SEEDS)
counting = st.builds(
    make_feed, ROWS, BATCHES, CHUNKS, SEEDS, examples=st.integers(EPOCHS, 1_000), weighted=st.booleans()
)
"""Feeds whose epochs are no whole passes over the rows."""


def epochs_of(feed):
    """The chunks of each epoch."""
    chunks = list(feed.epochs())
    return [chunks[start : start + feed.calls] for start in range(0, len(chunks), feed.calls)]


def epoch_of(feed, number):
    """The chunks of one epoch."""
    return epochs_of(feed)[number]


def real_targets(feed, epoch):
    """The targets of the micro-batches that count, in order."""
    return [targets[:count].reshape(-1) for _, targets, _, count in epoch_of(feed, epoch)]


def examples(feed):
    """Everything that is trained on, in order."""
    return np.concatenate([targets[:count].reshape(-1) for _, targets, _, count in feed.epochs()])


def assert_same_chunks(found, expected):
    """Both hold the same arrays, and as many micro-batches that count."""
    assert len(found) == len(expected)
    for (inputs, *rest), (expected_inputs, *expected_rest) in zip(found, expected, strict=True):
        assert inputs.keys() == expected_inputs.keys()
        assert all(np.array_equal(inputs[name], expected_inputs[name]) for name in inputs)
        assert all(map(np.array_equal, rest, expected_rest))


@given(feeds)
def test_an_epoch_holds_every_row_once(feed):
    for epoch in range(EPOCHS):
        assert sorted(np.concatenate(real_targets(feed, epoch))) == list(range(feed.schedule.rows))


@given(counting)
def test_examples_are_counted_exactly_and_wrap_around_the_rows(feed):
    seen = examples(feed)

    rows = feed.schedule.rows
    assert len(seen) == feed.schedule.examples
    for start in range(0, len(seen), rows):
        assert len(set(seen[start : start + rows])) == len(seen[start : start + rows])


@given(counting)
def test_the_examples_of_all_epochs_are_those_of_plain_passes(feed):
    rows, count = feed.schedule.rows, feed.schedule.examples
    passes = [np.random.default_rng([feed.seed, number]).permutation(rows) for number in range(-(-count // rows))]

    assert np.array_equal(examples(feed), np.concatenate(passes)[:count])


@given(counting)
def test_every_epoch_has_as_many_calls_as_announced(feed):
    assert len(list(feed.epochs())) == EPOCHS * feed.calls
    for number, epoch in enumerate(epochs_of(feed)):
        first, end = feed.schedule.bounds(number)
        assert sum(targets[:count].size for _, targets, _, count in epoch) == end - first


@given(counting)
def test_epochs_are_even_to_one_example(feed):
    sizes = {sum(targets[:count].size for _, targets, _, count in epoch) for epoch in epochs_of(feed)}

    assert max(sizes) - min(sizes) <= 1
    assert max(sizes) == feed.schedule.largest_epoch


@given(feeds)
def test_all_chunks_of_full_batches_have_one_shape_and_the_rest_is_one_short_batch(feed):
    shapes = [targets.shape[:2] for _, targets, _, _ in epoch_of(feed, 0)]

    full, short = divmod(feed.schedule.rows, feed.schedule.batch_size)
    calls = -(-full // feed.chunk)
    assert shapes == [(feed.chunk, feed.schedule.batch_size)] * calls + [(1, short)] * bool(short)


@given(counting)
def test_inputs_targets_and_weights_stay_together(feed):
    for inputs, targets, weights, _ in epoch_of(feed, 1):
        assert np.array_equal(weights, 3 * targets[..., 0] if feed.rows.weights is not None else weights[:, :0])
        assert np.array_equal(inputs["ids"], targets)
        assert np.array_equal(inputs["dense"][..., :1], 2 * targets)


@given(counting, CHUNKS)
def test_the_order_depends_on_seed_and_schedule_alone_not_on_the_chunk(feed, chunk):
    assert np.array_equal(examples(replace(feed, chunk=chunk)), examples(feed))


def test_epochs_and_seeds_have_orders_of_their_own():
    def order(seed, epoch):
        return np.concatenate(real_targets(make_feed(100, 10, 3, seed), epoch)).tolist()

    assert order(0, 0) != order(0, 1)
    assert order(0, 0) != order(1, 0)


@given(counting, st.data())
def test_a_feed_that_begins_at_any_call_is_the_rest_of_the_whole(feed, data):
    chunks = list(feed.epochs())
    begin = Place(data.draw(st.integers(0, EPOCHS - 1)), data.draw(st.integers(0, feed.calls)))

    rest = list(feed.epochs(begin))

    assert_same_chunks(rest, chunks[begin.epoch * feed.calls + begin.call :])
