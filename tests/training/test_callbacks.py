"""Keras' callbacks follow a training as they follow ``fit``."""

import keras
import pytest

from modelzoo.training.callbacks import watches_batches
from modelzoo.training.engine import Engine


class Counter(keras.callbacks.Callback):
    """Count what is seen."""

    def __init__(self):
        super().__init__()
        self.batches, self.epochs = [], []

    def on_train_batch_end(self, batch, logs=None):
        self.batches.append((batch, sorted(logs)))

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(epoch)


def test_a_callback_that_watches_batches_sees_every_step(train_with):
    counter = Counter()

    trained = train_with(callbacks=[counter], batch_size=50, epochs=2)

    assert trained.engine == {"chunk": 1, "xla": False}
    assert counter.batches == [(batch, ["loss", "mae", "rmse"]) for batch in range(4)] * 2


def test_early_stopping_stops(train_with):
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=0, min_delta=1e9)

    trained = train_with(callbacks=[stop], valid=True, epochs=50)

    assert trained.history.epoch == [0, 1]
    assert trained.stopped is None


def test_a_schedule_sets_the_learning_rate_of_fused_steps_too(train_with):
    rates = keras.callbacks.LearningRateScheduler(lambda epoch: [1e-3, 0.0][epoch])

    trained = train_with(Engine(chunk=5, xla=False), callbacks=[rates], epochs=2, valid=True, batch_size=160)

    assert trained.history.history["learning_rate"] == pytest.approx([1e-3, 0.0])


def test_the_history_is_keras_own(train_with):
    history = train_with(valid=True).history

    assert type(history) is keras.callbacks.History
    assert set(history.history) == {"loss", "rmse", "mae", "val_loss", "val_rmse", "val_mae"}
    assert all(len(values) == 2 for values in history.history.values())


@pytest.mark.parametrize(
    ("callback", "watches"),
    [
        (keras.callbacks.EarlyStopping(), False),
        (keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: None), False),
        (keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None), True),
        (Counter(), True),
    ],
)
def test_who_watches_batches_is_known_by_what_is_overridden(callback, watches):
    assert watches_batches([callback]) is watches
