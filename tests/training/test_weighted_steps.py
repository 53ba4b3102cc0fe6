"""Weights multiply the loss of each row, in training and in validation; metrics count every row alike."""

import keras
import numpy as np
import pytest
from modelzoo_registry import SpecError
from numpy.testing import assert_allclose, assert_array_equal

import modelzoo
from modelzoo.training.engine import Engine

pytestmark = pytest.mark.xdist_group("weighted")

REPEAT = np.arange(160) % 4 + 1
WEIGHTS = (REPEAT / REPEAT.mean()).astype(np.float32)


@pytest.mark.parametrize("task", ["regression", "multiclass", "reconstruction"])
def test_a_step_on_weighted_rows_is_one_on_rows_that_are_repeated(train_with, values_of, task):
    settings = {"optimizer": "sgd", "learning_rate": 1.0, "epochs": 1, "batch_size": 1000, "task": task}

    weighted = train_with(weights=WEIGHTS, **settings)
    repeated = train_with(repeat=REPEAT, **settings)
    alike = train_with(**settings)

    assert_allclose(weighted.history.history["loss"], repeated.history.history["loss"], rtol=1e-5)
    for ours, theirs in zip(values_of(weighted.core), values_of(repeated.core), strict=True):
        assert_allclose(ours, theirs, atol=2e-6)
    assert not np.allclose(values_of(weighted.core)[-1], values_of(alike.core)[-1], atol=1e-4)


@pytest.mark.parametrize("task", ["binary", "reconstruction"])
def test_fused_steps_on_weighted_rows_equal_plain_ones_bit_for_bit(train_with, values_of, task):
    settings = {"weights": WEIGHTS, "task": task, "batch_size": 13, "valid": True}

    plain = train_with(Engine(chunk=1, xla=False), **settings)
    fused = train_with(Engine(chunk=5, xla=False), **settings)

    assert fused.history.history == plain.history.history
    for ours, theirs in zip(values_of(fused.core), values_of(plain.core), strict=True):
        assert_array_equal(ours, theirs)


def test_compiled_steps_on_weighted_rows_equal_plain_ones_to_four_digits(train_with, values_of):
    plain, compiled = (
        train_with(Engine(chunk=5, xla=xla), weights=WEIGHTS, batch_size=16, epochs=1) for xla in (False, True)
    )

    for ours, theirs in zip(values_of(compiled.core), values_of(plain.core), strict=True):
        assert_allclose(ours, theirs, atol=1e-4)


@pytest.fixture(scope="module")
def rare():
    """2,000 rows of which 5 % are of the rare class, which the others overlap."""
    draw = np.random.default_rng(0)
    is_rare = np.arange(2000) % 20 == 0
    return {"x": draw.normal(is_rare * 1.5, 1), "w": np.where(is_rare, 19.0, 1.0), "label": is_rare}


def recall(model, rare):
    return np.mean(model.predict(rare)[rare["label"]] > 0.5)


def test_balanced_classes_find_the_rare_one(rare):
    settings = {"target": "label", "drop": ["w"], "epochs": 10, "learning_rate": 0.05, "verbose": 0}
    plain, balanced = modelzoo.build("linear"), modelzoo.build("linear")
    plain.fit(rare, **settings)
    balanced.fit(rare, class_weight="balanced", **settings)

    assert recall(plain, rare) < 0.3
    assert recall(balanced, rare) > 0.6


def test_the_validation_loss_is_weighted_and_metrics_are_not(rare):
    held_back = {name: values[:400] for name, values in rare.items()}
    model = modelzoo.build("linear")
    history = model.fit(
        rare, target="label", weight_column="w", class_weight={True: 2}, validation=held_back, epochs=2, verbose=0
    ).history

    probability = model.predict({"x": held_back["x"]}).astype(np.float64)
    losses = -np.log(np.where(held_back["label"], probability, 1 - probability))
    unit = rare["w"].mean()
    assert history["val_loss"][-1] == pytest.approx(np.mean(losses * held_back["w"] / unit), rel=1e-5)
    assert history["val_log_loss"][-1] == pytest.approx(np.mean(losses), rel=1e-5)
    assert model.evaluate(held_back)["log_loss"] == pytest.approx(history["val_log_loss"][-1], rel=1e-5)
    assert [column.name for column in model.schema.raw] == ["x"]


def test_a_loss_of_ones_own_must_give_one_number_a_row(train_with):
    def mean_of_all(y_true, y_pred):
        return keras.ops.mean(keras.ops.square(y_true - y_pred))

    with pytest.raises(SpecError) as caught:
        train_with(weights=WEIGHTS, loss=mean_of_all, epochs=1)

    assert str(caught.value) == (
        "the training cannot be set up like this:\n"
        "  loss: returns one number for a whole batch; with weights, return one for each row, (batch,)"
    )
