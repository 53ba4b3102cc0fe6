"""``batch_norm`` stands before hidden activations and predicts with moving averages of the batches."""

import keras
import numpy as np
import pytest
from modelzoo_plugins.regularizers.batch_norm import BatchNorm

from modelzoo.training.engine import Engine

pytestmark = pytest.mark.xdist_group("regularizers")

ENGINES = pytest.mark.parametrize("engine", [Engine(chunk=1, xla=False), Engine(chunk=1, xla=True)], ids=str)
STILL = {"optimizer": "sgd", "learning_rate": 1e-12, "batch_size": 16, "epochs": 1, "metrics": []}


def batch_norm(**settings):
    return [("batch_norm", BatchNorm(BatchNorm.Spec(**settings)))]


def broken(y_true, y_pred):
    return keras.ops.sum(y_pred) * np.nan


@ENGINES
def test_a_step_moves_the_averages_by_their_share(train_on_numbers, engine):
    numbers, trained = train_on_numbers(engine, regularizers=batch_norm(momentum=0.9), **STILL)

    dense, norm = trained.core.get_layer("hidden_1"), trained.core.get_layer("hidden_1_batch_norm")
    units = numbers @ dense.kernel.numpy() + dense.bias.numpy()
    np.testing.assert_allclose(norm.moving_mean, 0.1 * units.mean(axis=0), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(norm.moving_variance, 0.9 + 0.1 * units.var(axis=0), rtol=1e-5)


@ENGINES
def test_a_step_whose_loss_is_not_finite_leaves_them_as_they_were(train_on_numbers, engine):
    _, trained = train_on_numbers(engine, regularizers=batch_norm(), loss=broken, **STILL)

    norm = trained.core.get_layer("hidden_1_batch_norm")
    assert trained.stopped.step == 1
    np.testing.assert_array_equal(norm.moving_mean, [0] * 4)
    np.testing.assert_array_equal(norm.moving_variance, [1] * 4)


def test_it_stands_between_a_layer_and_its_activation(train_on_numbers):
    _, trained = train_on_numbers(Engine(chunk=1, xla=False), regularizers=batch_norm(), **STILL)

    names = [layer.name for layer in trained.core.layers]
    start = names.index("hidden_1")
    assert names[start : start + 3] == ["hidden_1", "hidden_1_batch_norm", "hidden_1_activation"]


def test_a_momentum_of_one_is_refused_with_the_reason():
    with pytest.raises(ValueError, match="a momentum of 1 keeps the averages where they begin; use 0 <= momentum < 1"):
        BatchNorm.Spec(momentum=1)
