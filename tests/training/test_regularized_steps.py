"""What regularizers change in the training step, held against the same change made by hand."""

import keras
import numpy as np
import pytest
from modelzoo_plugins.regularizers.l2 import L2
from modelzoo_registry import RegularizerPlugin, RegularizerSpec

from modelzoo.training.engine import Engine


class Nothing(RegularizerSpec):
    """Nothing to set."""


class Silent(RegularizerPlugin):
    """Set all numbers to zero in training."""

    Spec = Nothing

    def transform_inputs(self, inputs, cells, seed):
        return {**inputs, "dense": keras.ops.zeros_like(inputs["dense"])}


class Noisy(RegularizerPlugin):
    """Add noise in training."""

    Spec = Nothing

    def transform_inputs(self, inputs, cells, seed):
        noise = keras.random.normal(keras.ops.shape(inputs["dense"]), seed=seed)
        return {**inputs, "dense": inputs["dense"] + noise}


class Soft(RegularizerPlugin):
    """Move a tenth of each class to all of them, and keep the shapes that were seen."""

    Spec = Nothing

    def __init__(self, spec):
        super().__init__(spec)
        self.seen = set()

    def transform_targets(self, targets, units):
        self.seen.add((targets.shape[1], units))
        return 0.9 * targets + 0.1 / max(units, 2)


class Counting(RegularizerPlugin):
    """Halve every weight after each step, and count epochs."""

    Spec = Nothing

    def __init__(self, spec):
        super().__init__(spec)
        self.epochs = 0

    def after_step(self, optimizer, updates):
        for update in updates:
            update.weight.variable.assign(update.weight.variable * 0.5)

    def callbacks(self):
        return (keras.callbacks.LambdaCallback(on_epoch_end=self._count),)

    def _count(self, epoch, logs):
        self.epochs += 1

    def state(self):
        return {"epochs": self.epochs}


class Positive(RegularizerPlugin):
    """Allow no kernel below zero."""

    Spec = Nothing

    def constraint(self, weight):
        return keras.ops.relu if weight.is_kernel else None


def weights(trained, name):
    return {v.path: v.numpy() for v in trained.core.trainable_variables if v.name == name}


def test_inputs_are_changed_in_training_alone(train_with):
    history = train_with(regularizers=[("silent", Silent(None))], valid=True, epochs=3, metrics=[]).history.history

    assert history["loss"][-1] != pytest.approx(history["val_loss"][-1], rel=0.01)


@pytest.mark.parametrize("xla", [False, True])
def test_noise_follows_the_seed_and_changes_what_is_learnt(train_with, xla):
    def losses(*regularizers):
        settings = {"optimizer": "sgd", "metrics": [], "epochs": 1}  # little to compile
        history = train_with(Engine(chunk=4, xla=xla), regularizers=regularizers, **settings).history
        return history.history["loss"]

    noisy = losses(("noisy", Noisy(None)))
    assert losses(("noisy", Noisy(None))) == noisy
    assert losses() != noisy


@pytest.mark.parametrize(("task", "shape"), [("binary", (1, 1)), ("multiclass", (3, 3)), ("regression", (1, 1))])
def test_targets_are_changed_in_training_and_not_in_validation(train_with, task, shape):
    soft, settings = Soft(None), {"task": task, "valid": True, "learning_rate": 1e-9, "epochs": 1, "metrics": []}

    softened = train_with(regularizers=[("soft", soft)], **settings).history.history
    plain = train_with(**settings).history.history

    assert soft.seen == {shape}
    assert softened["val_loss"] == pytest.approx(plain["val_loss"], rel=1e-5)
    assert softened["loss"] != pytest.approx(plain["loss"], rel=1e-3)


@pytest.mark.parametrize("xla", [False, True])
def test_what_comes_after_a_step_happens_after_each(train_with, xla):
    """With a learning rate of next to nothing, ten steps leave a 1024th of each weight."""
    settings = {"optimizer": "sgd", "learning_rate": 1e-12, "epochs": 1, "metrics": []}
    engine = Engine(chunk=5, xla=xla)

    halved = train_with(engine, regularizers=[("counting", Counting(None))], **settings)
    whole = train_with(engine, **settings)

    for path, kernel in weights(whole, "kernel").items():
        np.testing.assert_allclose(weights(halved, "kernel")[path] * 1024, kernel, atol=1e-6)


def test_callbacks_of_a_regularizer_follow_and_its_state_is_kept(train_with):
    trained = train_with(regularizers=[("counting", Counting(None))], epochs=3, metrics=[])

    assert trained.regularizer_states == ({"epochs": 3},)


def test_a_constraint_holds_after_every_step(train_with):
    trained = train_with(regularizers=[("positive", Positive(None))], learning_rate=0.1, metrics=[])

    assert all((kernel >= 0).all() for kernel in weights(trained, "kernel").values())


def test_l2_adds_strength_times_the_squared_kernels_to_the_loss(train_with):
    settings = {"optimizer": "sgd", "learning_rate": 1e-12, "epochs": 1, "valid": True, "metrics": []}

    plain = train_with(**settings)
    penalised = train_with(regularizers=[("l2", L2(L2.Spec(strength=0.5)))], **settings)

    kernels = [v.numpy() for v in plain.core.trainable_variables if len(v.shape) >= 2]
    added = 0.5 * sum(np.sum(np.square(kernel.astype(np.float64))) for kernel in kernels)
    for name in ("loss", "val_loss"):
        assert penalised.history.history[name][0] - plain.history.history[name][0] == pytest.approx(added, rel=1e-5)
