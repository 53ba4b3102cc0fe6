"""``gaussian_noise`` lies on numbers and arrays of each training step, never on ids."""

import keras
import numpy as np
import pytest
from modelzoo_plugins.regularizers.gaussian_noise import GaussianNoise

from modelzoo.training.engine import Engine

pytestmark = pytest.mark.xdist_group("regularizers")

INPUTS = {
    "dense": np.ones((400, 50), np.float32),
    "ids": np.ones((400, 2), np.int32),
    "array_0": np.full((400, 5, 10), 3, np.float32),
}


def noisy(stddev, inputs=INPUTS, seed=3):
    spec = GaussianNoise.Spec(stddev=stddev)
    return GaussianNoise(spec).transform_inputs(inputs, {}, keras.random.SeedGenerator(seed))


def test_noise_of_the_size_asked_for_lies_on_numbers_and_arrays():
    changed = noisy(0.5)

    for name in ("dense", "array_0"):
        noise = np.asarray(changed[name]) - INPUTS[name]
        assert noise.mean() == pytest.approx(0, abs=0.02)
        assert noise.std() == pytest.approx(0.5, rel=0.02)
    assert changed["ids"] is INPUTS["ids"]


def test_noise_follows_the_seed_and_is_another_each_time():
    seeds = keras.random.SeedGenerator(3)
    one = GaussianNoise(GaussianNoise.Spec(stddev=1))
    first, second = (np.asarray(one.transform_inputs(INPUTS, {}, seeds)["dense"]) for _ in range(2))

    np.testing.assert_array_equal(noisy(1)["dense"], first)
    assert not np.array_equal(first, second)


def test_no_noise_leaves_the_inputs_themselves():
    assert noisy(0) is INPUTS


def test_training_feels_it_with_and_without_xla_and_validation_does_not(train_with):
    """With next to no learning rate, loss and val_loss are of one model, on rows with noise and without."""
    settings = {"valid": True, "optimizer": "sgd", "learning_rate": 1e-12, "epochs": 1, "metrics": []}
    loud = [("gaussian_noise", GaussianNoise(GaussianNoise.Spec(stddev=3)))]

    plain = train_with(Engine(chunk=4, xla=False), **settings).history.history
    noisy = train_with(Engine(chunk=4, xla=False), regularizers=loud, **settings).history.history
    compiled = train_with(Engine(chunk=4, xla=True), regularizers=loud, **settings).history.history

    for history in (noisy, compiled):
        assert history["val_loss"] == pytest.approx(plain["val_loss"], rel=1e-5)
        assert history["loss"][0] > 1.05 * plain["loss"][0]
