"""Inputs are their own targets: what is minimised and measured, in any engine, whatever is done to the inputs."""

import keras
import numpy as np
import pyarrow as pa
import pytest
from modelzoo_plugins.regularizers.dropout import Dropout
from modelzoo_plugins.regularizers.l2 import L2
from modelzoo_registry import NonFiniteLossError, RegularizerPlugin, RegularizerSpec
from pyarrow import csv

import modelzoo
from modelzoo.columns import Encoder, infer_schema
from modelzoo.core.fixed import fixed_inputs
from modelzoo.training.engine import Engine

STILL = {"optimizer": "sgd", "learning_rate": 1e-12}
"""Settings that leave the weights where they began."""


class Blinding(RegularizerPlugin):
    """Set all numbers to zero in training, and leave categories alone."""

    class Spec(RegularizerSpec):
        """Nothing to set."""

    def transform_inputs(self, inputs, cells, seed):
        return {**inputs, "dense": keras.ops.zeros_like(inputs["dense"])}


class Noisy(RegularizerPlugin):
    """Add noise to all numbers in training."""

    class Spec(RegularizerSpec):
        """Nothing to set."""

    def transform_inputs(self, inputs, cells, seed):
        noise = keras.random.normal(keras.ops.shape(inputs["dense"]), seed=seed)
        return {**inputs, "dense": inputs["dense"] + noise}


@pytest.fixture
def reconstruct(train_with):
    """Return a trainer of a tiny autoencoder."""
    return lambda *engine, **settings: train_with(*engine, task="reconstruction", **settings)


@pytest.fixture(scope="module")
def inputs(rows_for):
    """The rows as the core takes them, and the vector it is to rebuild."""
    table = pa.table(rows_for("reconstruction")[0])
    encoder = Encoder.fit(infer_schema(table, None)[0], table)
    encoded = encoder.encode(table)
    return encoded, np.asarray(fixed_inputs(encoded, encoder))


def test_the_loss_is_the_reconstruction_error(reconstruct, inputs):
    trained = reconstruct(**STILL, valid=True, epochs=1)

    encoded, truth = inputs
    by_hand = np.mean((np.asarray(trained.core(encoded)) - truth) ** 2)
    history = {name: values[0] for name, values in trained.history.history.items()}
    assert history == pytest.approx(
        dict.fromkeys(["loss", "reconstruction_error", "val_loss", "val_reconstruction_error"], by_hand), rel=1e-5
    )


def test_penalties_are_in_the_loss_and_not_in_the_reconstruction_error(reconstruct):
    plain = reconstruct(**STILL, epochs=1).history.history
    penalised = reconstruct(**STILL, epochs=1, regularizers=[("l2", L2(L2.Spec(strength=0.5)))]).history.history

    assert penalised["reconstruction_error"] == pytest.approx(plain["reconstruction_error"], rel=1e-5)
    assert penalised["loss"][0] > plain["loss"][0] + 0.5


@pytest.mark.parametrize("xla", [False, True])
def test_inputs_that_are_changed_in_training_are_to_become_the_clean_ones(reconstruct, inputs, xla):
    trained = reconstruct(
        Engine(chunk=5, xla=xla), **STILL, valid=True, epochs=1, regularizers=[("blinding", Blinding(None))]
    )

    encoded, truth = inputs
    blinded = {**encoded, "dense": np.zeros_like(encoded["dense"])}
    seen, clean = (np.mean((np.asarray(trained.core(given)) - truth) ** 2) for given in (blinded, encoded))
    history = trained.history.history
    assert history["loss"] == pytest.approx([seen], rel=1e-5)
    assert history["val_loss"] == pytest.approx([clean], rel=1e-5)
    assert seen != pytest.approx(clean, rel=1e-3)


def test_noise_makes_another_model_of_the_same_seed(reconstruct, values_of):
    noisy, again, plain = (
        reconstruct(regularizers=[("noisy", Noisy(None))] if wanted else []) for wanted in (True, True, False)
    )

    assert noisy.history.history == again.history.history
    assert not np.array_equal(values_of(noisy.core)[0], values_of(plain.core)[0])


def test_fused_steps_equal_plain_ones_bit_for_bit(reconstruct, values_of):
    """160 rows by 13 leave a short last batch, and 12 full ones do not fill chunks of 5."""
    settings = {"batch_size": 13, "epochs": 5, "learning_rate": 0.01, "valid": True}
    parts = [("dropout", Dropout(Dropout.Spec(rate=0.3))), ("noisy", Noisy(None))]

    plain = reconstruct(Engine(chunk=1, xla=False), regularizers=parts, **settings)
    fused = reconstruct(Engine(chunk=5, xla=False), regularizers=parts, **settings)

    assert fused.history.history == plain.history.history
    for ours, theirs in zip(values_of(fused.core), values_of(plain.core), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_ten_compiled_steps_equal_plain_ones_to_four_digits(reconstruct, values_of):
    plain = reconstruct(Engine(chunk=1, xla=False), epochs=1)
    compiled = reconstruct(Engine(chunk=5, xla=True), epochs=1)

    assert compiled.engine == {"chunk": 5, "xla": True}
    for ours, theirs in zip(values_of(compiled.core), values_of(plain.core), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


@pytest.mark.parametrize(
    ("loss", "of_gaps"),
    [
        ("mae", np.abs),
        ("huber", lambda gaps: np.where(np.abs(gaps) <= 1, gaps**2 / 2, np.abs(gaps) - 0.5)),
        (lambda y_true, y_pred: keras.ops.max(keras.ops.abs(y_true - y_pred), axis=1), lambda gaps: gaps.max(axis=1)),
    ],
)
def test_another_loss_is_minimised_and_the_error_still_measured(reconstruct, inputs, loss, of_gaps):
    trained = reconstruct(**STILL, loss=loss, epochs=1)

    encoded, truth = inputs
    gaps = np.abs(np.asarray(trained.core(encoded)) - truth)
    history = trained.history.history
    assert history["loss"] == pytest.approx([np.mean(of_gaps(gaps))], rel=1e-5)
    assert history["reconstruction_error"] == pytest.approx([np.mean(gaps**2)], rel=1e-5)


def test_other_metrics_take_the_place_of_the_tasks_own(reconstruct, inputs):
    def largest_miss(y_true, y_pred):
        return keras.ops.max(keras.ops.abs(y_true - y_pred))

    trained = reconstruct(**STILL, metrics=["mae", "reconstruction_error", largest_miss], epochs=1, batch_size=160)

    encoded, truth = inputs
    gaps = np.abs(np.asarray(trained.core(encoded)) - truth)
    by_hand = {"mae": gaps.mean(), "reconstruction_error": np.mean(gaps**2), "largest_miss": gaps.max()}
    assert {name: trained.history.history[name][0] for name in by_hand} == pytest.approx(by_hand, rel=1e-5)


def test_nothing_is_learnt_of_rows_that_are_held_back(rows_for, tmp_path):
    rows, _ = rows_for("reconstruction")
    csv.write_csv(pa.table({name: values[120:] for name, values in rows.items()}), tmp_path / "held_back.csv")
    few = {name: values[:120] for name, values in rows.items()}

    def train(validation):
        model = modelzoo.build("autoencoder", hidden=[4])
        history = model.fit(few, validation=validation, epochs=2, batch_size=16, verbose=0).history
        return model, history

    alone, with_file = train(None), train(tmp_path / "held_back.csv")
    with_rows = train({name: values[120:] for name, values in rows.items()})

    assert with_file[0].fitted.facts.validation_rows == with_rows[0].fitted.facts.validation_rows == 40
    assert with_file[1] == with_rows[1]
    assert alone[1] == {name: with_rows[1][name] for name in ("loss", "reconstruction_error")}
    assert with_rows[1]["val_loss"] == pytest.approx(with_rows[1]["val_reconstruction_error"], rel=1e-6)
    assert with_rows[0].evaluate(tmp_path / "held_back.csv")["reconstruction_error"] == pytest.approx(
        with_rows[1]["val_loss"][-1], rel=1e-5
    )


def test_a_fraction_is_held_back(rows_for):
    model = modelzoo.build("autoencoder", hidden=[4])

    history = model.fit(rows_for("reconstruction")[0], validation=0.25, epochs=1, verbose=0).history

    assert (model.fitted.facts.rows, model.fitted.facts.validation_rows) == (120, 40)
    assert set(history) == {"loss", "reconstruction_error", "val_loss", "val_reconstruction_error"}


def test_missing_and_extreme_values_do_no_harm():
    rows = {
        "far": [1e300, -1e300, np.inf, -np.inf, np.nan, 0.0, 1.0, 5e-324] * 4,
        "gone": [None] * 24 + [1.0] * 8,
        "word": ["a", "", None, "b"] * 8,
        "block": np.array([[np.inf, np.nan, 3e38, -1.0]] * 32, np.float32),
    }
    model = modelzoo.build("autoencoder", hidden=[4])

    history = model.fit(rows, validation=0.25, epochs=2, verbose=0).history

    assert all(np.isfinite(values).all() for values in history.values())
    assert np.isfinite(model.reconstruction_error(rows)).all()
    assert all(np.isfinite(model.predict(rows)[name]).all() for name in ("far", "gone", "block"))


def test_numbers_that_are_not_scaled_and_too_large_are_told_with_what_to_do():
    schema = {"columns": [{"kind": "numeric", "name": "far", "scale": "none"}]}
    rows = {"far": [1e30, 2e30, 3e30, 4e30]}

    with pytest.raises(NonFiniteLossError) as caught:
        modelzoo.build("autoencoder", schema=schema).fit(rows, verbose=0)

    assert str(caught.value) == (
        "epoch 1: the loss is not finite at step 1; the weights are those of the step before. "
        "Try a smaller learning_rate, and look for extreme values in the columns"
    )


def test_one_seed_gives_one_set_of_weights(reconstruct, values_of):
    first, again, other = (
        reconstruct(seed=seed, regularizers=[("dropout", Dropout(Dropout.Spec(rate=0.3)))]) for seed in (3, 3, 4)
    )

    assert again.history.history == first.history.history
    assert [values.tobytes() for values in values_of(again.core)] == [v.tobytes() for v in values_of(first.core)]
    assert other.history.history != first.history.history
