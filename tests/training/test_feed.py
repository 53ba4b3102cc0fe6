"""Every row is seen once an epoch, in an order that seed and epoch decide."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.training.feed import Feed

feeds = st.builds(
    lambda rows, batch, chunk, seed: Feed(
        {"dense": np.arange(rows * 2, dtype=np.float32).reshape(rows, 2), "ids": np.arange(rows)[:, None]},
        np.arange(rows, dtype=np.float32)[:, None],
        batch,
        chunk,
        seed,
    ),
    rows=st.integers(1, 200),
    batch=st.integers(1, 50),
    chunk=st.integers(1, 12),
    seed=st.integers(0, 2**32 - 1),
)


def real_targets(feed, epoch):
    """The targets of the micro-batches that count, in order."""
    return [targets[:count].reshape(-1) for _, targets, count in feed.epoch(epoch)]


@given(feeds, st.integers(0, 100))
def test_an_epoch_holds_every_row_once(feed, epoch):
    seen = np.concatenate(real_targets(feed, epoch))

    assert sorted(seen) == list(range(feed.rows))


@given(feeds)
def test_an_epoch_has_as_many_calls_and_steps_as_announced(feed):
    counts = [int(count) for _, _, count in feed.epoch(0)]

    assert len(counts) == feed.calls
    assert sum(counts) == feed.steps


@given(feeds)
def test_all_chunks_of_full_batches_have_one_shape_and_the_rest_is_one_short_batch(feed):
    shapes = [targets.shape[:2] for _, targets, _ in feed.epoch(0)]

    full = -(-feed.full_batches // feed.chunk)
    short = feed.rows % feed.batch_size
    assert shapes == [(feed.chunk, feed.batch_size)] * full + [(1, short)] * bool(short)


@given(feeds)
def test_inputs_and_targets_stay_together(feed):
    for inputs, targets, _ in feed.epoch(3):
        assert np.array_equal(inputs["ids"], targets)
        assert np.array_equal(inputs["dense"][..., :1], 2 * targets)


@given(feeds, st.integers(0, 100), st.integers(1, 12))
def test_the_order_depends_on_seed_and_epoch_alone_not_on_the_chunk(feed, epoch, chunk):
    other = Feed(feed.inputs, feed.targets, feed.batch_size, chunk, feed.seed)

    ours, theirs = (np.concatenate(real_targets(each, epoch)) for each in (feed, other))

    assert np.array_equal(ours, theirs)


def test_epochs_and_seeds_have_orders_of_their_own():
    def order(seed, epoch):
        return np.concatenate(real_targets(Feed({}, np.arange(100.0)[:, None], 10, 3, seed), epoch)).tolist()

    assert order(0, 0) != order(0, 1)
    assert order(0, 0) != order(1, 0)


@given(feeds)
def test_several_epochs_follow_one_another(feed):
    chunks = list(feed.epochs(2))

    again = [*feed.epoch(0), *feed.epoch(1)]
    assert len(chunks) == 2 * feed.calls
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(chunks, again, strict=True))
