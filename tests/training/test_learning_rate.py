"""The learning rate follows its schedule, update by update."""

import keras
import numpy as np
import pytest
from modelzoo_registry import SpecError, TrainingSpec
from modelzoo_registry.specs import validate

from modelzoo.training.engine import Engine
from modelzoo.training.schedule import make_schedule

PEAK = 0.02
NO_DECAY = 'decay_to says where a decay ends, and the schedule is constant: give "cosine" or "linear"'


def slope_of_one(y_true, y_pred):
    """Be a loss whose gradient by the bias of the logits is 1, whatever the rows: SGD moves it by the rate."""
    return keras.ops.mean(y_pred, axis=-1)


class Watch(keras.callbacks.Callback):
    """Keep the bias after each update, and the rate the optimizer says it had."""

    def __init__(self):
        super().__init__()
        self.bias, self.rates = [0.0], []

    def on_train_batch_end(self, batch, logs=None):
        self.bias.append(float(self.model.get_layer("logits").bias[0]))
        self.rates.append(float(self.model.optimizer.learning_rate))


def expected(updates, schedule, warmup=0.0, decay_to=0.0):
    """Return the rate of each update by the textbook."""
    first = round(warmup * updates)
    done = np.arange(updates)
    progress = np.clip((done - first) / (updates - first), 0, 1)
    decayed = {"constant": 1 + 0 * progress, "linear": 1 - progress, "cosine": (1 + np.cos(np.pi * progress)) / 2}
    share = decay_to + (1 - decay_to) * decayed[schedule]
    return PEAK * np.where(done < first, (done + 1) / (first + 1), share)


SCHEDULES = [
    {"schedule": "cosine"},
    {"schedule": "cosine", "warmup": 0.25, "decay_to": 0.1},
    {"schedule": "linear", "warmup": 0.1},
    {"schedule": "constant", "warmup": 0.5},
    {"schedule": "constant"},
]
TRAINING = {"optimizer": "sgd", "learning_rate": PEAK, "loss": slope_of_one, "metrics": [], "batch_size": 13}


@pytest.mark.parametrize("settings", SCHEDULES, ids=str)
def test_each_update_is_as_large_as_the_schedule_says_short_last_batches_too(train_with, settings):
    """160 rows by 13 leave a short batch in each epoch: 13 updates, not 12."""
    watch = Watch()

    trained = train_with(callbacks=[watch], epochs=3, **TRAINING, **settings)

    rates = expected(39, **settings)
    np.testing.assert_allclose(-np.diff(watch.bias), rates, atol=2e-7)
    np.testing.assert_allclose(watch.rates, rates, rtol=1e-5, atol=1e-9)
    told = {} if settings == {"schedule": "constant"} else {"learning_rate": pytest.approx(rates[12::13], rel=1e-5)}
    assert {name: trained.history.history[name] for name in trained.history.history if name != "loss"} == told


@pytest.mark.parametrize("xla", [False, True])
def test_fused_steps_follow_it_too(train_with, xla):
    settings = {"schedule": "cosine", "warmup": 0.1, "epochs": None, "train_examples": 400, "evals": 3}

    trained = train_with(Engine(chunk=5, xla=xla), **TRAINING, **settings)

    updates = 3 * 11  # epochs of 133, 133 and 134 examples
    bias = float(trained.core.get_layer("logits").bias[0])
    assert bias == pytest.approx(-expected(updates, "cosine", 0.1).sum(), rel=1e-5)


@pytest.mark.parametrize(
    ("settings", "rows", "updates"),
    [
        ({"epochs": 3, "batch_size": 13}, 160, 39),
        ({"epochs": 3, "batch_size": 16}, 160, 30),
        ({"epochs": 2, "batch_size": 500}, 160, 2),
        ({"train_examples": 400, "evals": 3, "batch_size": 133}, 160, 4),
        ({"train_examples": 7, "evals": 7, "batch_size": 2}, 160, 7),
    ],
)
def test_all_updates_are_counted(settings, rows, updates):
    schedule = make_schedule(TrainingSpec(**settings), rows)
    sizes = np.diff([schedule.bounds(epoch)[0] for epoch in range(schedule.epochs + 1)])

    assert schedule.updates == updates == sum(-(-size // schedule.batch_size) for size in sizes)


@pytest.mark.parametrize(
    "callback", [keras.callbacks.ReduceLROnPlateau(), keras.callbacks.LearningRateScheduler(lambda epoch: 0.1)]
)
def test_a_callback_that_sets_the_rate_too_is_refused_before_the_first_step(train_with, callback):
    with pytest.raises(SpecError) as caught:
        train_with(callbacks=[Watch(), callback], schedule="cosine")

    assert str(caught.value) == (
        "the training cannot be set up like this:\n"
        f"  callbacks.1: {type(callback).__name__} sets the learning rate, and so does schedule = 'cosine': "
        "give one of them"
    )


def test_a_warmup_alone_is_named_as_what_sets_it(train_with):
    with pytest.raises(SpecError, match=r"and so does warmup = 0\.1: give one of them"):
        train_with(callbacks=[keras.callbacks.ReduceLROnPlateau()], warmup=0.1)


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"warmup": 1}, "warmup: Input should be less than 1. Received: 1"),
        (
            {"decay_to": 0.1},
            f"decay_to: {NO_DECAY}. Received: 0.1",
        ),
        (
            {"schedule": "step", "decay_to": 0.1},
            "schedule: Input should be 'constant', 'cosine' or 'linear'. Received: 'step'",
        ),
    ],
)
def test_settings_that_make_no_schedule_are_refused(settings, fault):
    with pytest.raises(SpecError) as caught:
        validate(TrainingSpec, settings, owner="training")

    assert [str(each) for each in caught.value.faults] == [fault]


def test_a_falling_rate_leaves_what_ftrl_has_learnt_in_the_wide_part(train_with):
    """Its weights are proportional to its rate: at a rate of zero they would be zero."""

    def largest(**settings):
        trained = train_with(epochs=4, metrics=[], wide_optimizer="ftrl", **settings)
        return np.abs(trained.core.get_layer("wide").table.numpy()).max()

    assert largest(schedule="linear") > largest() / 2
