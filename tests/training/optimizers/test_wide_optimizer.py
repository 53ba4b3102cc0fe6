"""The wide part of a model may have an optimizer of its own, and so may be updated by another rule."""

import keras
import numpy as np
import pytest
from modelzoo_plugins.regularizers.l1 import L1
from modelzoo_registry import SpecError, TrainingSpec

import modelzoo
from modelzoo.core.wide import WideLogits
from modelzoo.training.engine import Engine
from modelzoo.training.optimizers.make import make_optimizers

pytestmark = pytest.mark.xdist_group("optimizers")

FIXED = 1e-12
"""A learning rate that moves nothing."""


def parts(trained):
    """Return all weights of the wide part, and all others."""
    weights = {v.path: v.numpy() for v in trained.core.trainable_variables}
    return (
        [value for path, value in weights.items() if path.startswith("wide/")],
        [value for path, value in weights.items() if not path.startswith("wide/")],
    )


def test_each_part_is_updated_by_its_own_optimizer(train_with):
    """With one at rest the other does what it does alone; the wide table starts at zero."""
    settings = {"epochs": 1, "metrics": [], "learning_rate": 0.01}
    wide_only = train_with(wide_optimizer="ftrl", wide_learning_rate=0.1, **{**settings, "learning_rate": FIXED})
    deep_only = train_with(wide_optimizer="sgd", wide_learning_rate=FIXED, **settings)
    start = train_with(**{**settings, "learning_rate": FIXED})

    wide, deep = parts(wide_only)
    assert any(np.abs(weights).max() > 1e-3 for weights in wide)
    for found, expected in zip(deep, parts(start)[1], strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-8)
    wide, deep = parts(deep_only)
    for weights in wide:
        np.testing.assert_allclose(weights, 0, atol=1e-8)
    assert all((np.abs(found - was) > 1e-4).any() for found, was in zip(deep, parts(start)[1], strict=True))


def test_fused_steps_of_two_optimizers_equal_plain_ones(train_with, values_of):
    settings = {"wide_optimizer": "ftrl", "batch_size": 13, "epochs": 3}

    plain = train_with(Engine(chunk=1, xla=False), **settings)
    fused = train_with(Engine(chunk=5, xla=False), **settings)
    compiled = train_with(Engine(chunk=5, xla=True), **settings)

    for ours, theirs, fast in zip(values_of(fused.core), values_of(plain.core), values_of(compiled.core), strict=True):
        np.testing.assert_array_equal(ours, theirs)
        np.testing.assert_allclose(fast, theirs, atol=1e-3)


def test_its_step_size_follows_the_number_of_wide_columns():
    ids = keras.Input((1,), dtype="int32")
    core = keras.Model(ids, WideLogits([0], [3], 1, name="wide")(ids))
    rates = []
    for columns, given in [(1, {}), (30, {}), (30, {"wide_learning_rate": 0.7})]:
        spec = TrainingSpec(wide_optimizer="ftrl", **given)
        of_wide = make_optimizers(spec, core, wide_columns=columns).shares[1].optimizer
        rates.append(float(of_wide.learning_rate))

    assert rates == pytest.approx([0.2, 30**-0.5, 0.7])


def test_a_model_without_a_wide_part_is_refused(train_with):
    with pytest.raises(SpecError) as caught:
        train_with(model="dnn", wide_optimizer="ftrl")

    assert str(caught.value) == (
        "the training cannot be set up like this:\n  wide_optimizer: the model has no wide part that ftrl could "
        "update: leave wide_optimizer out, or use a model with one, such as wide_deep, on columns with wide = true"
    )


def test_a_model_that_is_all_wide_leaves_the_main_optimizer_nothing(train_with, rows_for):
    rows, target = rows_for("regression")
    only = {"town": rows["town"], target: rows[target]}

    trained = train_with(model="linear", rows=(only, target), wide_optimizer="sgd", metrics=[])

    assert [variable.path for variable in trained.core.trainable_variables] == ["wide/table", "wide/bias"]
    losses = trained.history.history["loss"]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("wide", ["adagrad", "sgd"])
def test_l1_steps_in_the_metric_of_each_weights_own_optimizer(train_with, wide):
    """A strength that outweighs everything makes both parts zero; without it neither would be."""
    trained = train_with(
        regularizers=[("l1", L1(L1.Spec(strength=50.0)))], wide_optimizer=wide, epochs=20, batch_size=40, metrics=[]
    )

    kernels = [v.numpy() for v in trained.core.trainable_variables if len(v.shape) >= 2]
    assert all((kernel == 0).all() for kernel in kernels)


def test_l1_of_one_part_asks_nothing_of_the_optimizer_of_the_other(train_with):
    trained = train_with(regularizers=[("l1", L1(L1.Spec(where="deep")))], wide_optimizer="ftrl", epochs=1, metrics=[])

    assert "weights are exactly zero" in trained.notes[-1]


def test_l1_of_a_part_whose_metric_is_not_known_is_refused(train_with):
    with pytest.raises(SpecError, match="Received: ftrl"):
        train_with(regularizers=[("l1", L1(L1.Spec()))], wide_optimizer="ftrl")


def test_the_settings_reach_a_run(rows_for, tmp_path):
    rows, target = rows_for("regression")

    model = modelzoo.build("wide_deep", hidden=[4])
    model.fit(
        rows,
        target=target,
        wide_optimizer="ftrl",
        momentum=0.9,
        optimizer="sgd",
        epochs=1,
        verbose=0,
        out=tmp_path / "run",
    )

    training = modelzoo.load(tmp_path / "run").fitted.facts.training
    assert (training.wide_optimizer, training.wide_learning_rate, training.momentum) == ("ftrl", None, 0.9)
