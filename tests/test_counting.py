"""How much is trained on and measured: by examples and evaluations, or by steps over batches that may never end."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import modelzoo

pytestmark = pytest.mark.xdist_group("ways_in")

DRAW = np.random.default_rng(2)
X = DRAW.normal(size=(200, 3)).astype(np.float32)
Y = (2 * X[:, 0] - X[:, 1] + DRAW.normal(0, 0.1, 200)).astype(np.float32)


def fit(*data, **settings):
    model = modelzoo.build("dnn", hidden=[4])
    settings = {"optimizer": "sgd", "batch_size": 32, "verbose": 0, **settings}
    return model, model.fit(*data, **settings).history


def endless_dataset():
    return tf.data.Dataset.from_tensor_slices((X, Y)).repeat().batch(50)


def endless_generator():
    while True:
        for start in range(0, 200, 50):
            yield X[start : start + 50], Y[start : start + 50]


@pytest.mark.parametrize(("examples", "evals"), [(1000, 8), (77, 7), (5000, 1)])
def test_a_history_has_as_many_entries_as_there_are_evals(examples, evals):
    model, history = fit(X, Y, validation=(X[:20], Y[:20]), train_examples=examples, evals=evals)

    assert {name: len(values) for name, values in history.items()} == dict.fromkeys(
        ["loss", "mae", "rmse", "val_loss", "val_mae", "val_rmse"], evals
    )
    assert (model.fitted.facts.training.train_examples, model.fitted.facts.training.evals) == (examples, evals)


def test_examples_of_whole_passes_train_as_epochs_do():
    by_epochs, plain = fit(X, Y, epochs=3)
    by_examples, counted = fit(X, Y, train_examples=600, evals=3)

    assert counted == plain
    np.testing.assert_array_equal(by_examples.predict(X), by_epochs.predict(X))


@pytest.mark.parametrize("endless", [endless_dataset, endless_generator])
def test_steps_take_batches_of_what_never_ends(endless):
    first, history = fit(X[:150], Y[:150], epochs=2)

    model, counted = fit(endless(), steps=3, epochs=2)

    assert counted == history
    np.testing.assert_array_equal(model.predict(endless(), steps=3), first.predict(X[:150]))
    assert model.evaluate(endless(), steps=2) == first.evaluate(X[:100], Y[:100])
    assert model.predict(endless(), steps=5).shape == (250,)


@pytest.mark.parametrize("endless", [endless_dataset, endless_generator])
def test_validation_steps_take_batches_of_validation_rows_that_never_end(endless):
    _, history = fit(X, Y, validation=(X[:100], Y[:100]), epochs=2)

    model, counted = fit(X, Y, validation=endless(), validation_steps=2, epochs=2)

    assert counted == history
    assert model.fitted.facts.validation_rows == 100


def test_an_autoencoder_takes_steps_of_endless_rows_too():
    rows = tf.data.Dataset.from_tensor_slices(X).batch(50).repeat()
    model = modelzoo.build("autoencoder", hidden=[4], code=2)
    model.fit(rows, steps=2, validation=rows, validation_steps=4, epochs=1, verbose=0)

    assert (model.fitted.facts.rows, model.fitted.facts.validation_rows) == (100, 200)
    assert model.encode(rows, steps=1).shape == (50, 2)
    assert model.reconstruction_error(rows, steps=3).shape == (150,)


def rmse(y_true, y_pred):
    """A metric of one's own: the mean of it over the batches is logged."""
    return keras.ops.sqrt(keras.ops.mean(keras.ops.square(y_pred - y_true)))


def test_functions_and_names_are_measured_in_fit_and_in_evaluate():
    model, history = fit(X, Y, validation=(X[:80], Y[:80]), epochs=2, metrics=[rmse, "mae"])

    misses = model.predict(X[:80]) - Y[:80]
    expected = {"rmse": np.sqrt(np.mean(misses**2)), "mae": np.mean(np.abs(misses))}
    assert list(history) == ["loss", "mae", "rmse", "val_loss", "val_mae", "val_rmse"]
    assert {name: history[f"val_{name}"][-1] for name in expected} == pytest.approx(expected, rel=1e-5)
    assert model.evaluate(X[:80], Y[:80]) == pytest.approx(expected, rel=1e-5)


def test_a_function_is_averaged_over_the_batches_of_an_epoch():
    _, history = fit(X, Y, epochs=1, batch_size=100, learning_rate=1e-9, metrics=[rmse])
    model, whole = fit(X, Y, epochs=1, batch_size=200, learning_rate=1e-9, metrics=[rmse])

    order = np.random.default_rng([0, 0]).permutation(200)
    squares = ((model.predict(X) - Y) ** 2)[order]
    assert history["rmse"] == pytest.approx([np.mean(np.sqrt(squares.reshape(2, 100).mean(axis=1)))], rel=1e-4)
    assert whole["rmse"] == pytest.approx([np.sqrt(squares.mean())], rel=1e-4)
