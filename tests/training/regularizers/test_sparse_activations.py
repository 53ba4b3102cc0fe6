"""``sparse_activations`` adds the mean over rows of the sum of hidden activations to what is minimised."""

import keras
import numpy as np
import pytest
from modelzoo_plugins.regularizers.sparse_activations import SparseActivations

import modelzoo
from modelzoo.training.engine import Engine

pytestmark = pytest.mark.xdist_group("regularizers")


def zero(y_true, y_pred):
    """Leave the penalty alone to be minimised."""
    return keras.ops.sum(0 * y_pred)


def hidden(trained):
    layer = trained.core.get_layer("hidden_1")
    return layer.kernel.numpy(), layer.bias.numpy()


@pytest.mark.parametrize("engine", [Engine(chunk=1, xla=False), Engine(chunk=1, xla=True)], ids=str)
def test_loss_and_gradient_are_those_by_hand(train_on_numbers, engine):
    strength, rate = 0.5, 0.01
    sparse = [("sparse_activations", SparseActivations(SparseActivations.Spec(strength=strength)))]
    settings = {"loss": zero, "optimizer": "sgd", "epochs": 1, "batch_size": 16, "metrics": []}
    _, before = train_on_numbers(engine, learning_rate=1e-12, **settings)

    numbers, trained = train_on_numbers(engine, regularizers=sparse, learning_rate=rate, **settings)

    kernel, bias = hidden(before)
    units = np.maximum(numbers @ kernel + bias, 0)
    assert trained.history.history["loss"] == pytest.approx([strength * units.sum(axis=1).mean()], rel=1e-5)
    awake = (units > 0).astype(np.float32)
    slope = strength * numbers.T @ awake / len(numbers)
    np.testing.assert_allclose(hidden(trained)[0], kernel - rate * slope, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(hidden(trained)[1], bias - rate * strength * awake.mean(axis=0), rtol=1e-5, atol=1e-7)


def test_what_was_traced_in_training_is_not_asked_for_afterwards(rows_for, tmp_path):
    rows, target = rows_for("regression")
    model = modelzoo.build("dnn", hidden=[4], regularizers=[{"name": "sparse_activations", "strength": 0.1}])
    history = model.fit(rows, target=target, validation=rows, epochs=2, metrics=["mse"], verbose=0).history

    predicted = model.predict(rows)
    measured = model.evaluate(rows)

    assert measured["mse"] == pytest.approx(history["val_mse"][-1], rel=1e-5)
    loaded = modelzoo.load(model.save(tmp_path / "run"))
    np.testing.assert_array_equal(loaded.predict(rows), predicted)
    exported = modelzoo.load_export(model.export(tmp_path / "exports", formats="onnx"))
    np.testing.assert_allclose(exported.predict(rows), predicted, rtol=1e-5)
