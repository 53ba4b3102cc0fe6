"""How steps are run is decided by sizes alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.training.engine import MOST_COPIED, MOST_STEPS_A_CALL, XLA_STEPS, Engine, choose_engine, chunk_bytes

SIZES = st.fixed_dictionaries(
    {
        "rows": st.integers(1, 10_000_000),
        "row_bytes": st.integers(4, 100_000),
        "memory": st.integers(1, 10**10),
        "batch_size": st.integers(1, 100_000),
        "epochs": st.integers(1, 1_000),
        "copied": st.integers(1, 10**9),
        "watches_batches": st.booleans(),
    }
)

SMALL = {"rows": 3_200, "row_bytes": 40, "memory": 10**9, "batch_size": 32, "watches_batches": False}


@given(SIZES)
def test_equal_sizes_make_equal_choices_within_their_bounds(sizes):
    engine = choose_engine(**sizes)

    assert engine == choose_engine(**sizes)
    assert 1 <= engine.chunk <= min(MOST_STEPS_A_CALL, max(1, sizes["rows"] // sizes["batch_size"]))
    most = chunk_bytes(min(sizes["rows"] * sizes["row_bytes"], sizes["memory"]))
    assert engine.chunk == 1 or engine.chunk * sizes["batch_size"] * sizes["row_bytes"] <= most


def test_a_chunk_is_an_eighth_of_the_rows_held_within_its_bounds():
    assert [chunk_bytes(size * 2**20) for size in (1, 200, 1_000)] == [8 * 2**20, 200 * 2**20 // 8, 32 * 2**20]


@given(SIZES)
def test_one_who_watches_batches_gets_plain_steps(sizes):
    assert choose_engine(**(sizes | {"watches_batches": True})) == Engine(chunk=1, xla=False)


@given(SIZES)
def test_the_last_call_of_an_epoch_is_not_nearly_empty(sizes):
    engine = choose_engine(**sizes)
    full = sizes["rows"] // sizes["batch_size"]

    idle = -full % engine.chunk

    assert idle < -(-full // engine.chunk) or full == 0


@pytest.mark.parametrize(("epochs", "xla"), [(XLA_STEPS // 100 - 1, False), (XLA_STEPS // 100, True)])
def test_xla_compiles_what_runs_long_enough(epochs, xla):
    engine = choose_engine(**SMALL, epochs=epochs, copied=0)

    assert engine == Engine(chunk=100, xla=xla)


@pytest.mark.parametrize(("copied", "xla"), [(MOST_COPIED, True), (MOST_COPIED + 1, False)])
def test_xla_is_left_out_where_each_call_would_copy_large_tables(copied, xla):
    engine = choose_engine(**SMALL, epochs=XLA_STEPS, copied=copied)

    assert engine == Engine(chunk=100, xla=xla)


def test_an_engine_describes_itself():
    assert Engine(chunk=1, xla=False).describe() == "plain steps, without XLA"
    assert Engine(chunk=50, xla=True).describe() == "50 fused steps a call, with XLA"
