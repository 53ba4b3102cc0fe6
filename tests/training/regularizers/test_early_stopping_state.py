"""What ``early_stopping`` has counted outlives it: one that is restored goes on where the other one stood."""

import json

import keras
import pytest
from modelzoo_plugins.regularizers.early_stopping import EarlyStopping

from modelzoo.training.callbacks import kept_epoch

pytestmark = pytest.mark.xdist_group("regularizers")

LOSSES = [5.0, 3.0, 3.5, 4.0, 2.0, 2.5, 2.5, 9.0]
"""On validation rows: best in the second epoch, then in the fifth."""
FRESH = {"best": None, "best_epoch": None, "waited": 0, "stopped_epoch": None}


def stopping(patience=3, **settings):
    return EarlyStopping(EarlyStopping.Spec(patience=patience, **settings))


def follow(regularizer, losses, start=0):
    """Let it follow epochs of a training with these losses; return its callback and the epochs trained."""
    (callback,) = regularizer.callbacks()
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.stop_training = False
    callback.set_model(model)
    callback.on_train_begin()
    trained = 0
    for epoch in range(start, len(losses)):
        trained += 1
        callback.on_epoch_end(epoch, {"val_loss": losses[epoch]})
        if model.stop_training:
            break
    callback.on_train_end()
    return callback, trained


def stored(regularizer):
    return json.loads(json.dumps(regularizer.state(), allow_nan=False))


@pytest.mark.parametrize("ended", range(1, 7))
def test_a_restored_one_ends_where_the_whole_training_does(ended):
    whole, first, second = stopping(), stopping(), stopping()
    follow(whole, LOSSES)
    follow(first, LOSSES[:ended])

    second.restore(stored(first))
    follow(second, LOSSES, start=ended)

    assert whole.state() == {"best": 2.0, "best_epoch": 5, "waited": 3, "stopped_epoch": 8}
    assert second.state() == whole.state()


def test_without_better_epochs_a_restored_one_takes_no_weights_back():
    """The weights of the best epoch are not part of the state; those it saw first are not the best ones."""
    first, second = stopping(), stopping()
    follow(first, LOSSES[:3])
    second.restore(stored(first))

    callback, epochs = follow(second, [*LOSSES[:3], 3.2, 3.1], start=3)

    assert (epochs, kept_epoch([callback])) == (2, None)
    assert second.state() == {"best": 3.0, "best_epoch": 2, "waited": 3, "stopped_epoch": 5}


def test_a_better_epoch_of_a_restored_one_is_kept():
    first, second = stopping(), stopping()
    follow(first, LOSSES[:3])
    second.restore(stored(first))

    callback, _ = follow(second, LOSSES, start=3)

    assert kept_epoch([callback]) == 5


def test_before_and_without_a_training_it_is_what_was_restored():
    fresh, restored = stopping(), stopping()
    restored.restore({"best": 1.5, "best_epoch": 4, "waited": 2, "stopped_epoch": None})

    assert fresh.state() == FRESH
    assert restored.state() == {"best": 1.5, "best_epoch": 4, "waited": 2, "stopped_epoch": None}


def test_runs_that_know_no_state_restore_to_the_beginning():
    regularizer = stopping()
    regularizer.restore({})
    follow(regularizer, LOSSES[:1])

    assert regularizer.state() == {"best": 5.0, "best_epoch": 1, "waited": 0, "stopped_epoch": None}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_finite_is_no_value_and_never_stored(value):
    regularizer = stopping(patience=1)

    follow(regularizer, [value, value])
    assert stored(regularizer) == FRESH

    follow(regularizer, [4.0, value])
    assert stored(regularizer) == {"best": 4.0, "best_epoch": 1, "waited": 0, "stopped_epoch": None}


def test_a_training_keeps_it(train_with):
    trained = train_with(regularizers=[("early_stopping", stopping())], valid=True, epochs=2)

    losses = trained.history.history["val_loss"]
    assert trained.regularizer_states == (
        {
            "best": min(losses),
            "best_epoch": trained.kept_epoch,
            "waited": 2 - trained.kept_epoch,
            "stopped_epoch": None,
        },
    )
