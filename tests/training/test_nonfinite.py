"""A loss that leaves the finite numbers ends a training with the last good weights."""

import keras
import numpy as np
import pytest
from modelzoo_plugins.regularizers.dropout import Dropout
from modelzoo_registry import NonFiniteLossError, RegularizerPlugin, RegularizerSpec

import modelzoo
from modelzoo.training.engine import Engine
from modelzoo.training.optimizers import rows as by_rows

SEED = 1
"""With it the sixth batch holds the highest price: in the middle of a second chunk of four."""

REMEDY = (
    "the weights are those of the step before. Try a smaller learning_rate, and look for extreme values in the target"
)


class Normalised(RegularizerPlugin):
    """Keep state that a step changes, beside the weights: moving averages."""

    class Spec(RegularizerSpec):
        """Nothing to set."""

    def layers_before_activation(self, layer):
        return (keras.layers.BatchNormalization(name=f"{layer.name}_norm"),) if layer.hidden else ()


class Watch(keras.callbacks.Callback):
    """Keep the variables as they are after each step."""

    def __init__(self, values_of):
        super().__init__()
        self.after, self._values_of = [], values_of

    def on_train_batch_end(self, batch, logs=None):
        self.after.append(self._values_of(self.model))


class Last(keras.callbacks.Callback):
    """Know the model, also when the training has ended."""


def breaking_at_the_highest(y_true, y_pred):
    """Be the squared error, and NaN in the batch that holds the highest price (scaled: above 2.2)."""
    squared = keras.ops.mean(keras.ops.square(y_true - y_pred))
    return keras.ops.where(keras.ops.max(y_true) > 2.2, np.nan, squared)


@pytest.mark.parametrize(
    "engine", [Engine(chunk=1, xla=False), Engine(chunk=4, xla=False), Engine(chunk=4, xla=True)], ids=str
)
def test_the_last_good_weights_and_all_other_state_are_kept(train_with, values_of, engine):
    parts = {"regularizers": [("norm", Normalised(None)), ("drop", Dropout(Dropout.Spec(rate=0.0)))]}
    settings = {"loss": breaking_at_the_highest, "batch_size": 8, "optimizer": "sgd", "seed": SEED}
    watch = Watch(values_of)
    train_with(Engine(chunk=1, xla=False), callbacks=[watch], **parts, **settings)

    trained = train_with(engine, **parts, **settings)

    assert (trained.stopped.epoch, trained.stopped.step) == (1, 6)
    tolerance = {"atol": 1e-4} if engine.xla else {"atol": 0, "rtol": 0}
    for kept, expected in zip(values_of(trained.core), watch.after[-1], strict=True):
        np.testing.assert_allclose(kept, expected, **tolerance)


@pytest.mark.parametrize("engine", [Engine(chunk=4, xla=False), Engine(chunk=4, xla=True)], ids=str)
def test_so_are_rows_of_large_tables_and_what_is_kept_for_them(train_with, values_of, monkeypatch, engine):
    """The sixth step begins from moments that five have left: of those of a step that was undone nothing is there."""
    monkeypatch.setattr(by_rows, "LARGE_TABLE", 1)
    settings = {"loss": breaking_at_the_highest, "batch_size": 8, "seed": SEED, "learning_rate": 0.01, "metrics": []}
    watch = Watch(lambda model: values_of(model) + [variable.numpy() for variable in model.optimizer.variables])
    train_with(Engine(chunk=1, xla=False), callbacks=[watch], **settings)
    kept = Last()

    trained = train_with(engine, callbacks=[kept], **settings)

    assert (trained.stopped.epoch, trained.stopped.step) == (1, 6)
    found = [*values_of(trained.core), *(variable.numpy() for variable in kept.model.optimizer.variables)]
    for now, expected in zip(found, watch.after[-1], strict=True):
        np.testing.assert_allclose(now, expected, atol=1e-4)


def test_the_state_of_random_generators_is_undone_too(train_with, values_of):
    parts = {"regularizers": [("drop", Dropout(Dropout.Spec(rate=0.5)))]}
    settings = {"loss": breaking_at_the_highest, "batch_size": 8, "seed": SEED}
    watch = Watch(values_of)
    train_with(Engine(chunk=1, xla=False), callbacks=[watch], **parts, **settings)

    trained = train_with(Engine(chunk=4, xla=False), **parts, **settings)

    for kept, expected in zip(values_of(trained.core), watch.after[-1], strict=True):
        np.testing.assert_array_equal(kept, expected)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "ftrl"])
def test_whatever_the_optimizer_no_weight_is_infinite(train_with, values_of, optimizer):
    trained = train_with(optimizer=optimizer, learning_rate=1e3, epochs=10, batch_size=8)

    assert all(np.isfinite(values).all() for values in values_of(trained.core))


@pytest.fixture(scope="module")
def stopped(rows_for, tmp_path_factory):
    """A model whose training diverged, the error, and the run that was written all the same."""
    rows, target = rows_for("regression")
    folder = tmp_path_factory.mktemp("stopped") / "run"
    model = modelzoo.build("wide_deep", hidden=[4, 4])
    with pytest.raises(NonFiniteLossError) as caught:
        model.fit(rows, target=target, optimizer="sgd", learning_rate=1e3, batch_size=16, out=folder, verbose=0)
    return model, caught.value, folder, rows


def test_the_error_names_epoch_and_step(stopped):
    _, error, *_ = stopped

    assert error.epoch == 1
    assert str(error) == f"epoch 1: the loss is not finite at step {error.step}; {REMEDY}"


def test_a_stopped_run_is_written_and_says_so(stopped):
    model, _, folder, rows = stopped

    loaded = modelzoo.load(folder)

    assert (loaded.fitted.facts.status, model.fitted.facts.status) == ("stopped", "stopped")
    np.testing.assert_array_equal(loaded.predict(rows), model.predict(rows))
