"""``early_stopping`` ends a training where validation rows get no better, and keeps the weights of the best epoch."""

import keras
import numpy as np
import pytest
from modelzoo_plugins.regularizers.early_stopping import EarlyStopping
from modelzoo_registry import SpecError

import modelzoo
from modelzoo.training.callbacks import kept_epoch
from modelzoo.training.engine import Engine

BEST = 3
"""The epoch behind which every step goes uphill."""
SGD = {"optimizer": "sgd", "learning_rate": 0.01}


def turning():
    """Return a callback that lets the training climb after the best epoch."""
    return keras.callbacks.LearningRateScheduler(lambda epoch: 0.01 if epoch < BEST else -0.01)


def early_stopping(**settings):
    return "early_stopping", EarlyStopping(EarlyStopping.Spec(**settings))


def trainable(trained):
    return [variable.numpy() for variable in trained.core.trainable_variables]


def assert_equal(trained, other):
    for ours, theirs in zip(trainable(trained), trainable(other), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.fixture(scope="module")
def names(rows_for):
    """The rows of one task and their target, as ``fit`` takes them."""
    rows, target = rows_for("regression")
    return {"data": rows, "target": target, "verbose": 0, **SGD}


def watching(**settings):
    """An untrained model that stops early."""
    return modelzoo.build("linear", regularizers=[{"name": "early_stopping", **settings}])


@pytest.mark.parametrize(
    ("chunk", "task", "patience", "epochs"),
    [
        (1, "regression", 2, BEST + 2),
        (4, "reconstruction", 2, BEST + 2),
        (1, "reconstruction", 50, 6),
        (4, "regression", 50, 6),
    ],
)
def test_the_weights_are_those_of_the_best_epoch(train_with, chunk, task, patience, epochs):
    """Stopped early or not, with plain steps or fused ones, they are those of a training that ends there."""
    engine, settings = Engine(chunk=chunk, xla=False), {"task": task, "valid": True, **SGD}

    trained = train_with(
        engine, callbacks=[turning()], regularizers=[early_stopping(patience=patience)], epochs=6, **settings
    )
    best = train_with(engine, epochs=BEST, **settings)

    assert len(trained.history.epoch) == epochs
    assert trained.kept_epoch == BEST
    assert trained.history.history["val_loss"][:BEST] == best.history.history["val_loss"]
    assert_equal(trained, best)


def test_ones_own_callback_that_takes_the_best_weights_back_is_honoured_alike(train_with):
    stop = keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)
    ours = train_with(callbacks=[turning()], regularizers=[early_stopping(patience=2)], valid=True, epochs=6, **SGD)

    theirs = train_with(callbacks=[turning(), stop], valid=True, epochs=6, **SGD)

    assert (theirs.kept_epoch, theirs.notes) == (BEST, ours.notes)
    assert_equal(theirs, ours)


def test_ones_own_callback_that_takes_nothing_back_leaves_the_last_weights(train_with):
    stop = keras.callbacks.EarlyStopping(patience=1)

    trained = train_with(callbacks=[turning(), stop], valid=True, epochs=6, **SGD)

    assert len(trained.history.epoch) == BEST + 1
    assert (trained.kept_epoch, trained.notes) == (None, ())


def test_of_several_that_take_weights_back_the_last_one_that_did_counts():
    def stopping(*, epoch, restores=True, has_weights=True):
        callback = keras.callbacks.EarlyStopping(restore_best_weights=restores)
        callback.best_epoch, callback.best_weights = epoch - 1, [] if has_weights else None
        return callback

    first, last = stopping(epoch=2), stopping(epoch=5)

    assert kept_epoch([first, last]) == 5
    assert kept_epoch([first, stopping(epoch=1, restores=False), stopping(epoch=1, has_weights=False)]) == 2
    assert kept_epoch([keras.callbacks.TerminateOnNaN()]) is None


def test_a_metric_of_which_more_is_better_is_known(train_with):
    """Uphill steps make the accuracy worse: taken for an error, it would be kept from there."""
    trained = train_with(
        task="binary",
        callbacks=[turning()],
        regularizers=[early_stopping(metric="auc")],
        valid=True,
        epochs=6,
        optimizer="sgd",
        learning_rate=0.5,
    )

    values = trained.history.history["val_auc"]
    assert trained.kept_epoch == 1 + values.index(max(values))
    assert max(values) > min(values)


def test_the_mode_turns_a_metric_round(train_with):
    trained = train_with(regularizers=[early_stopping(mode="max", patience=2)], valid=True, epochs=6, **SGD)

    assert trained.kept_epoch == 1
    assert len(trained.history.epoch) == 3


def test_a_smaller_change_than_min_delta_is_no_better_value(train_with):
    trained = train_with(regularizers=[early_stopping(min_delta=10.0, patience=2)], valid=True, epochs=6, **SGD)

    assert trained.kept_epoch == 1
    assert len(trained.history.epoch) == 3


def test_a_metric_that_is_not_a_number_at_first_is_followed_from_where_it_is_one(train_with):
    class Late(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch < 2:
                logs["val_loss"] = float("nan")

    trained = train_with(
        callbacks=[turning(), Late()], regularizers=[early_stopping(patience=2)], valid=True, epochs=9, **SGD
    )

    assert (trained.kept_epoch, len(trained.history.epoch)) == (BEST, BEST + 2)


@pytest.mark.parametrize("name", ["rmse", "val_rmse"])
def test_a_metric_is_named_with_or_without_its_prefix(name):
    spec = EarlyStopping.Spec(metric=name)

    assert spec.metric == "rmse"
    assert EarlyStopping(spec).watched_metric() == "rmse"


def test_what_was_kept_is_told_measured_and_stored(names, tmp_path, capsys):
    model = watching(patience=2)

    history = model.fit(
        **names | {"verbose": 1}, validation=0.25, epochs=9, callbacks=[turning()], out=tmp_path / "run"
    ).history

    kept = {name: values[BEST - 1] for name, values in history.items()}
    loaded = modelzoo.load(tmp_path / "run")
    note = f"the weights are those of epoch {BEST}, the best of {BEST + 2}"
    assert model.fitted.metrics == loaded.fitted.metrics == kept
    assert model.fitted.facts.kept_epoch == loaded.fitted.facts.kept_epoch == BEST
    assert model.fitted.facts.notes[-1] == note
    assert capsys.readouterr().err.splitlines()[-1] == note
    assert not [line for line in model.fitted.facts.notes if "changes nothing" in line]


def test_what_a_callback_writes_at_some_epochs_only_is_not_taken_for_the_kept_ones(names):
    class Seldom(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 4:
                logs["seldom"] = 7.0

    model = watching(patience=2)
    history = model.fit(**names, validation=0.25, epochs=9, callbacks=[turning(), Seldom()]).history

    assert history["seldom"] == [7.0]
    assert model.fitted.metrics == {name: values[BEST - 1] for name, values in history.items() if name != "seldom"}


def test_the_run_predicts_with_the_kept_weights(names, tmp_path):
    model = watching(patience=2)
    rows = names["data"]
    model.fit(**names, validation=rows, epochs=9, callbacks=[turning()], out=tmp_path / "run")

    loaded = modelzoo.load(tmp_path / "run")

    assert np.array_equal(loaded.predict(rows), model.predict(rows))
    measured = loaded.evaluate(rows)
    assert measured == pytest.approx({name: model.fitted.metrics[f"val_{name}"] for name in measured}, rel=1e-6)


def refusal(model, names, **settings):
    with pytest.raises(SpecError) as caught:
        model.fit(**names, **settings)
    assert model._fitted is None
    return str(caught.value)


def test_a_training_without_validation_rows_is_refused(names):
    assert refusal(watching(), names) == (
        "the training cannot be set up like this:\n"
        "  validation: early_stopping follows rows held back: give validation=0.1, or rows"
    )


def test_a_metric_that_is_not_measured_is_refused_with_the_nearest(names):
    assert refusal(watching(metric="rmze"), names, validation=0.25) == (
        "the training cannot be set up like this:\n"
        "  metrics: early_stopping follows 'rmze', which is not measured. Did you mean 'rmse'? "
        "Measured: loss, rmse, mae"
    )


def test_both_faults_are_told_together(names):
    assert refusal(watching(metric="auc"), names, metrics=["mse"]) == (
        "the training cannot be set up like this:\n"
        "  validation: early_stopping follows rows held back: give validation=0.1, or rows\n"
        "  metrics: early_stopping follows 'auc', which is not measured. Measured: loss, mse"
    )


def miss(y_true, y_pred):
    return keras.ops.mean(keras.ops.abs(y_true - y_pred))


def test_a_function_of_which_nobody_knows_the_direction_is_refused_before_the_first_epoch(names):
    epochs = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: pytest.fail("an epoch was trained"))

    assert refusal(watching(metric="miss"), names, validation=0.25, metrics=[miss], callbacks=[epochs]) == (
        "early_stopping cannot be used like this:\n"
        "  mode: give min or max: Keras does not know whether less 'miss' is better"
    )


def test_a_function_is_followed_in_the_direction_that_is_given(names):
    model = watching(metric="miss", mode="min", patience=2)

    model.fit(**names, validation=0.25, metrics=[miss], epochs=9, callbacks=[turning()])

    assert model.fitted.facts.kept_epoch == BEST
    assert set(model.fitted.metrics) == {"loss", "miss", "val_loss", "val_miss", "learning_rate"}


def test_a_loss_that_leaves_the_finite_numbers_keeps_the_weights_of_the_step_before(train_with):
    def breaking(y_true, y_pred):
        squared = keras.ops.mean(keras.ops.square(y_true - y_pred))
        return keras.ops.where(squared < 0.5, np.nan, squared)

    trained = train_with(
        regularizers=[early_stopping()], loss=breaking, valid=True, epochs=20, optimizer="adam", learning_rate=0.01
    )

    assert trained.stopped is not None
    assert (trained.kept_epoch, trained.notes) == (None, ())
