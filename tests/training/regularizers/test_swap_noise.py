"""``augmentation`` of tables: cells come from other rows of the batch, each with all that it is encoded as."""

import keras
import numpy as np
import pytest
from modelzoo_plugins.regularizers.augmentation import Augmentation

from modelzoo.training.engine import Engine

pytestmark = pytest.mark.xdist_group("regularizers")

ROWS = np.arange(2000)
INPUTS = {
    "dense": np.stack([ROWS, 10_000 + ROWS, 20_000 + ROWS], axis=1).astype(np.float32),
    "ids": np.stack([30_000 + ROWS, 40_000 + ROWS], axis=1).astype(np.int32),
    "array_0": np.ones((2000, 4), np.float32),
}
"""Each entry says which column and which row it is from."""
CELLS = {"dense": (0, 3, 3), "ids": (0, 7)}
"""The first number and the first id are of one raw column, the other numbers of another."""


def table(share):
    return Augmentation(Augmentation.Spec(swap=share))


def changed_by(share, inputs=INPUTS, seed=3):
    changed = table(share).transform_inputs(inputs, CELLS, keras.random.SeedGenerator(seed))
    return {name: np.asarray(tensor) for name, tensor in changed.items()}


def sources(changed):
    """Return the row that each of five positions comes from, after a look at its column."""
    positions = np.concatenate([changed["dense"], changed["ids"]], axis=1).astype(int)
    np.testing.assert_array_equal(positions // 10_000, [[0, 1, 2, 3, 4]] * len(positions))
    return positions.T % 10_000


def test_cells_come_from_other_rows_of_their_column_and_as_many_as_asked_for():
    found = sources(changed_by(0.3))

    assert ((found != ROWS).mean(axis=1)) == pytest.approx([0.3] * 5, abs=0.04)


def test_what_one_raw_column_is_encoded_as_is_replaced_together_and_other_columns_on_their_own():
    first, pair, other, first_id, cross = sources(changed_by(0.3))

    np.testing.assert_array_equal(first, first_id)
    np.testing.assert_array_equal(pair, other)
    together = ((first != ROWS) & (pair != ROWS) & (cross != ROWS)).mean()
    assert together == pytest.approx(0.3**3, abs=0.015)


def test_types_and_arrays_stay():
    changed = changed_by(0.3)

    assert (changed["dense"].dtype, changed["ids"].dtype) == (np.float32, np.int32)
    np.testing.assert_array_equal(changed["array_0"], INPUTS["array_0"])


def test_swaps_follow_the_seed():
    np.testing.assert_array_equal(changed_by(0.3)["dense"], changed_by(0.3)["dense"])
    assert not np.array_equal(changed_by(0.3)["dense"], changed_by(0.3, seed=4)["dense"])


def test_a_row_alone_stays_as_it_is():
    alone = {name: array[:1] for name, array in INPUTS.items()}

    changed = changed_by(0.99, alone)

    for name, array in alone.items():
        np.testing.assert_array_equal(changed[name], array)


def test_no_swap_and_no_table_leave_the_inputs_themselves():
    seeds, pictures = keras.random.SeedGenerator(3), {"array_0": INPUTS["array_0"]}

    assert table(0).transform_inputs(INPUTS, CELLS, seeds) is INPUTS
    assert table(0.3).transform_inputs(pictures, {"dense": (), "ids": ()}, seeds) is pictures


def test_training_feels_it_with_and_without_xla_and_validation_does_not(train_with):
    settings = {"valid": True, "optimizer": "sgd", "learning_rate": 1e-12, "epochs": 1, "metrics": []}
    swapping = [("augmentation", table(0.5))]

    plain = train_with(Engine(chunk=4, xla=False), **settings).history.history
    changed = train_with(Engine(chunk=4, xla=False), regularizers=swapping, **settings).history.history
    compiled = train_with(Engine(chunk=4, xla=True), regularizers=swapping, **settings).history.history

    for history in (changed, compiled):
        assert history["val_loss"] == pytest.approx(plain["val_loss"], rel=1e-5)
        assert history["loss"][0] != pytest.approx(plain["loss"][0], rel=1e-3)
