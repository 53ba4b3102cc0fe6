"""What is minimised and measured: names, functions and Keras objects."""

import keras
import numpy as np
import pytest
from modelzoo_registry import SpecError

from modelzoo.columns import Target
from modelzoo.training.objective import make_loss, make_metrics

NUMBERS = Target(name="y", task="regression", center=100.0, spread=10.0)
CLASSES = Target(name="y", task="multiclass", labels=("a", "b", "c"))


def test_a_function_as_loss_is_minimised(train_with):
    def tenfold(y_true, y_pred):
        return 10 * keras.losses.mean_squared_error(y_true, y_pred)

    own = train_with(epochs=1, batch_size=1000)
    tenth = train_with(epochs=1, batch_size=1000, loss=tenfold)

    assert tenth.history.history["loss"][0] == pytest.approx(10 * own.history.history["loss"][0])


def test_a_keras_loss_and_a_name_mean_the_same(train_with):
    by_object = train_with(epochs=1, loss=keras.losses.Huber())
    by_name = train_with(epochs=1, loss="huber")

    assert by_object.history.history["loss"] == by_name.history.history["loss"]


def test_metrics_are_functions_names_objects_or_classes(train_with):
    def largest_miss(y_true, y_pred):
        return keras.ops.max(keras.ops.abs(y_true - y_pred))

    metrics = [largest_miss, "mse", keras.metrics.MeanAbsoluteError(name="gap"), keras.metrics.MeanSquaredError]
    history = train_with(epochs=1, metrics=metrics).history.history

    assert set(history) == {"loss", "largest_miss", "mse", "gap", "mean_squared_error"}
    assert history["mse"] == pytest.approx(history["mean_squared_error"], rel=1e-5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: make_loss("hubr", NUMBERS, one_hot=False),
            "loss: Keras has no 'hubr' that works by its name alone. Did you mean 'huber'?",
        ),
        (
            lambda: make_metrics(["mae", "rmze"], NUMBERS),
            "metrics: Keras has no 'rmze' that works by its name alone. Did you mean 'rmse'?",
        ),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(make, message):
    with pytest.raises(SpecError) as caught:
        make()

    assert str(caught.value) == f"the training cannot be set up like this:\n  {message}"


@pytest.mark.parametrize(
    ("loss", "one_hot", "name"),
    [
        (None, False, "sparse_categorical_crossentropy"),
        (None, True, "categorical_crossentropy"),
        ("sparse_categorical_crossentropy", True, "categorical_crossentropy"),
    ],
)
def test_classes_that_a_regularizer_softens_are_compared_as_vectors(loss, one_hot, name):
    assert make_loss(loss, CLASSES, one_hot=one_hot) is keras.losses.get(name)


def test_numbers_far_from_zero_are_measured_precisely():
    far = np.asarray([[1e9], [1e9 + 1]])

    for metric in make_metrics(None, NUMBERS):
        metric.update_state(far, far + 0.25)
        assert float(metric.result()) == 0.25


def test_the_area_under_the_curve_of_classes_is_the_mean_of_each_against_the_rest():
    ids = np.asarray([[0], [1], [2], [0], [1], [2]], np.int32)
    guesses = np.random.default_rng(0).dirichlet([1, 1, 1], 6).astype(np.float32)
    (auc,) = make_metrics(["auc"], CLASSES)
    auc.update_state(ids, guesses)

    def one_against_rest(label):
        positive = ids[:, 0] == label
        pairs = guesses[positive, label][:, None] - guesses[~positive, label][None]
        return np.mean(pairs > 0)

    assert float(auc.result()) == pytest.approx(np.mean([one_against_rest(label) for label in range(3)]), abs=0.02)


def test_a_class_that_no_row_has_does_not_lower_the_area_under_the_curve():
    (auc,) = make_metrics(["auc"], CLASSES)

    auc.update_state(np.asarray([[0], [1]], np.int32), np.asarray([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1]], np.float32))

    assert float(auc.result()) == pytest.approx(1)


def test_there_is_no_area_under_the_curve_of_rows_of_one_class():
    (auc,) = make_metrics(["auc"], CLASSES)

    auc.update_state(np.asarray([[1]], np.int32), np.asarray([[0.8, 0.1, 0.1]], np.float32))

    assert float(auc.result()) == 0


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "sparse_categorical_crossentropy"])
def test_a_loss_over_classes_is_refused_where_there_are_none(loss):
    with pytest.raises(SpecError) as caught:
        make_loss(loss, NUMBERS, one_hot=False)

    assert str(caught.value) == (
        "the training cannot be set up like this:\n"
        f"  loss: {loss} compares several classes; leave it out for that of regression"
    )
