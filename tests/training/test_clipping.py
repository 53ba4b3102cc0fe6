"""Gradients are bounded, those of tables by what each row gets in all."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from modelzoo_registry import SpecError, TrainingSpec
from modelzoo_registry.specs import validate

from modelzoo.training.clipping import clipping_of, global_norm
from modelzoo.training.engine import Engine

KERNEL = np.array([[3.0, -0.1], [0.2, 4.0]], np.float32)
IDS, ROWS = np.array([4, 1, 4, 0, 4]), np.array([[1, 2], [0.5, 0], [2, -1], [0, 0.25], [-0.5, 1]], np.float32)
TABLE = np.zeros((6, 2), np.float32)
np.add.at(TABLE, IDS, ROWS)


def gradients():
    """Return those of a kernel, of a weight without any, and of a table of which one row is read three times."""
    return [tf.constant(KERNEL), None, tf.IndexedSlices(tf.constant(ROWS), tf.constant(IDS), tf.constant([6, 2]))]


def dense(found):
    """Return kernel and table as arrays, and check that the table's gradient is one of rows still."""
    kernel, nothing, table = found
    assert nothing is None
    assert set(table.indices.numpy()) == set(IDS)
    summed = np.zeros((6, 2), np.float32)
    np.add.at(summed, table.indices.numpy(), table.values.numpy())
    return [kernel.numpy(), summed]


@pytest.fixture(params=[False, True], ids=["plain", "xla"])
def clipped(request):
    """Return a function that clips the gradients by the settings of a training."""

    def clip(given, **settings):
        run = tf.function(clipping_of(TrainingSpec(**settings)), autograph=False, jit_compile=request.param)
        return run(given)

    return clip


def test_a_norm_counts_each_row_of_a_table_once():
    norm = np.sqrt((KERNEL**2).sum() + (TABLE**2).sum())

    np.testing.assert_allclose(global_norm(gradients()), norm, rtol=1e-6)


@pytest.mark.parametrize("longest", [0.5, 100.0])
def test_a_longer_norm_is_scaled_down_a_shorter_one_stays(clipped, longest):
    norm = np.sqrt((KERNEL**2).sum() + (TABLE**2).sum())

    for found, given in zip(dense(clipped(gradients(), clip_norm=longest)), [KERNEL, TABLE], strict=True):
        np.testing.assert_allclose(found, given * min(1, longest / norm), rtol=1e-6)


def test_each_entry_is_cut_after_the_sum_of_its_row(clipped):
    for found, given in zip(dense(clipped(gradients(), clip_value=0.6)), [KERNEL, TABLE], strict=True):
        np.testing.assert_allclose(found, np.clip(given, -0.6, 0.6), rtol=1e-6)


def test_gradients_of_zero_stay_zero(clipped):
    (found,) = clipped([tf.zeros((2, 2))], clip_norm=1.0)

    assert not found.numpy().any()


def test_large_gradients_have_a_finite_norm_while_each_weight_alone_has():
    assert float(global_norm([tf.fill((2,), 1e19), tf.fill((2,), 1e19)])) == pytest.approx(2e19)


@pytest.mark.parametrize("settings", [{"clip_norm": 1.0}, {"clip_value": 1.0}])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_never_made_to_look_so(clipped, settings, bad):
    (found,) = clipped([tf.constant([1.0, bad])], **settings)

    assert np.isnan(found.numpy()[1])


def test_nothing_is_done_when_nothing_is_asked():
    given = gradients()

    assert clipping_of(TrainingSpec())(given) is given


def steep(y_true, y_pred):
    """Be a loss with gradients that are clipped at every step."""
    return 100 * keras.losses.mean_squared_error(y_true, y_pred)


@pytest.mark.parametrize("settings", [{"clip_norm": 0.1}, {"clip_value": 0.01}], ids=str)
def test_no_update_of_a_training_is_longer_than_the_bound_and_fused_steps_do_the_same(train_with, values_of, settings):
    settings |= {"optimizer": "sgd", "learning_rate": 1.0, "loss": steep, "batch_size": 13}
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(np.concatenate([np.ravel(weight.value) for weight in self.model.trainable_variables]))

    plain = train_with(callbacks=[Watch()], **settings)
    steps = np.diff(seen, axis=0)
    if "clip_norm" in settings:
        np.testing.assert_allclose(np.linalg.norm(steps, axis=1), 0.1, rtol=1e-3)
    else:
        np.testing.assert_allclose(np.abs(steps).max(axis=1), 0.01, rtol=1e-3)

    fused = train_with(Engine(chunk=5, xla=False), **settings)
    compiled = train_with(Engine(chunk=5, xla=True), **settings, epochs=1)
    for ours, theirs in zip(values_of(fused.core), values_of(plain.core), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    once = train_with(Engine(chunk=1, xla=False), **settings, epochs=1)
    for ours, theirs in zip(values_of(compiled.core), values_of(once.core), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        (
            {"clip_norm": 1.0, "clip_value": 0.5},
            "clip_value: clip_value takes the place of clip_norm: give one of them. Received: 0.5",
        ),
        ({"clip_norm": 0}, "clip_norm: Input should be greater than 0. Received: 0"),
        (
            {"clipnorm": 1.0},
            "clipnorm: is Keras' name. Give clip_norm, which bounds the norm of all gradients together",
        ),
        ({"clipvalue": 1.0}, "clipvalue: is Keras' name. Give clip_value=0.5"),
        ({"global_clipnorm": 1.0}, "global_clipnorm: is Keras' name. Give clip_norm=1.0"),
    ],
)
def test_bounds_that_make_no_sense_are_refused(settings, fault):
    with pytest.raises(SpecError) as caught:
        validate(TrainingSpec, settings, owner="training")

    assert [str(each) for each in caught.value.faults] == [fault]
