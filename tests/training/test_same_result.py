"""A thousand fused steps end at the weights, to the bit, that plain steps end at, whatever the optimizer."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from modelzoo.training.engine import Engine
from modelzoo.training.optimizers import rows as by_rows
from modelzoo.training.program import Program

pytestmark = pytest.mark.xdist_group("same_result")

PLAIN, FUSED = Engine(chunk=1, xla=False), Engine(chunk=6, xla=False)
THOUSAND = {"batch_size": 13, "epochs": 77, "metrics": []}
"""Steps, and one more: in each epoch of 160 rows 12 full batches, and one of 4 rows."""


class Start(keras.callbacks.Callback):
    """Keep the weights as they are before the first step."""

    def on_train_begin(self, logs=None):
        self.weights = self.model.get_weights()


def assert_equal(ours, theirs):
    for found, expected in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("model", "optimizer", "lazy"),
    [
        pytest.param("wide_deep", {"optimizer": "adam"}, False, marks=pytest.mark.full),
        ("wide_deep", {"optimizer": "adam", "wide_optimizer": "ftrl"}, True),
        ("dnn", {"optimizer": "adamw"}, True),
        ("linear", {"optimizer": "sgd", "momentum": 0.9}, False),
        pytest.param("autoencoder", {"optimizer": "adagrad"}, False, marks=pytest.mark.full),
        pytest.param("deep_dnn", {"optimizer": "ftrl", "learning_rate": 0.05}, False, marks=pytest.mark.full),
    ],
)
def test_a_thousand_fused_steps_equal_plain_ones_bit_for_bit(
    train_with, rows_for, values_of, monkeypatch, model, optimizer, lazy
):
    monkeypatch.setattr(by_rows, "LARGE_TABLE", 1 if lazy else by_rows.LARGE_TABLE)
    settings = {"model": model, "rows": None if model == "autoencoder" else rows_for("regression"), **optimizer}
    if model == "autoencoder":
        settings["task"] = "reconstruction"

    plain = train_with(PLAIN, **settings, **THOUSAND)
    fused = train_with(FUSED, **settings, **THOUSAND)

    assert_equal(values_of(fused.core), values_of(plain.core))
    assert fused.history.history == plain.history.history


def test_a_thousand_fused_steps_equal_a_loop_written_by_hand_bit_for_bit(train_with, houses, monkeypatch):
    """The batches are those of the training; all else is Keras' own: model, loss, gradients, optimizer."""
    chunks, start, call = [], Start(), Program.__call__
    monkeypatch.setattr(Program, "__call__", lambda self, *chunk: [chunks.append(chunk), call(self, *chunk)][1])
    rows = {name: houses[name] for name in ("area", "rooms", "price")}
    fused = train_with(FUSED, model="dnn", rows=(rows, "price"), callbacks=[start], **THOUSAND)

    core = keras.models.clone_model(fused.core)
    core.set_weights(start.weights[: len(core.weights)])
    optimizer, loss = keras.optimizers.Adam(1e-3), keras.losses.MeanSquaredError()

    @tf.function(autograph=False, reduce_retracing=True)
    def step(inputs, targets):
        with tf.GradientTape() as tape:
            error = loss(targets, core(inputs, training=True))
        optimizer.apply(tape.gradient(error, core.trainable_variables), core.trainable_variables)

    for inputs, targets, _, count in chunks:
        for place in range(int(count)):
            step({name: tensor[place] for name, tensor in inputs.items()}, targets[place])

    assert optimizer.iterations.numpy() == 1001
    assert_equal(fused.core.get_weights(), core.get_weights())
