"""How many rows a training sees, and in which portions, is decided by settings and sizes alone."""

import json
import tomllib

import keras
import pytest
from hypothesis import given
from hypothesis import strategies as st
from modelzoo_registry import SpecError, TrainingSpec
from modelzoo_registry.specs import validate

import modelzoo
from modelzoo.training.schedule import (
    LEAST_BATCH,
    LEAST_EPOCHS,
    MOST_BATCH,
    MOST_EPOCHS,
    default_batch_size,
    default_epochs,
    make_schedule,
    settle,
)

rows = st.integers(1, 10**9)
counts = st.none() | st.integers(1, 1_000)
by_epochs = st.builds(TrainingSpec, epochs=counts, batch_size=counts)
by_examples = st.integers(1, 10**12).flatmap(
    lambda examples: st.builds(
        TrainingSpec,
        train_examples=st.just(examples),
        evals=st.none() | st.integers(1, min(examples, 10**6)),
        batch_size=counts,
    )
)
specs = by_epochs | by_examples


@given(rows)
def test_a_batch_is_a_power_of_two_between_32_and_256(count):
    size = default_batch_size(count)

    assert (LEAST_BATCH, MOST_BATCH) == (32, 256)
    assert size in (32, 64, 128, 256)


@given(rows, rows)
def test_more_rows_never_make_a_smaller_batch_nor_more_epochs(one, other):
    fewer, more = sorted([one, other])

    assert default_batch_size(fewer) <= default_batch_size(more)
    assert default_epochs(fewer, 32) >= default_epochs(more, 32)


@given(rows, st.integers(1, 10_000))
def test_epochs_are_between_20_and_200_and_make_3000_updates_where_they_can(count, batch_size):
    epochs = default_epochs(count, batch_size)
    updates = -(-count // batch_size)

    assert (LEAST_EPOCHS, MOST_EPOCHS) == (20, 200)
    assert 20 <= epochs <= 200
    assert epochs * updates >= 3_000 or epochs == 200
    assert (epochs - 1) * updates < 3_000 or epochs == 20


@pytest.mark.parametrize(
    ("count", "batch_size", "epochs"),
    [
        (1, 32, 200), (150, 32, 200), (1_437, 32, 67), (8_191, 32, 20), (8_192, 64, 24),
        (48_000, 256, 20), (10**7, 256, 20),
    ],
)  # fmt: skip
def test_what_is_decided_when_nothing_is_said(count, batch_size, epochs):
    settled, notes = settle(TrainingSpec(), count)

    assert (settled.batch_size, settled.epochs) == (batch_size, epochs)
    assert notes == (f"batch_size = {batch_size}, epochs = {epochs}: chosen for {count:,} rows",)


@pytest.mark.parametrize(
    ("given_settings", "note"),
    [
        ({"epochs": 3}, "batch_size = 32: chosen for 1,000 rows"),
        ({"batch_size": 50}, "epochs = 150: chosen for 1,000 rows"),
        ({"train_examples": 2_600, "batch_size": 8}, "evals = 3: chosen for 1,000 rows"),
        ({"train_examples": 400}, "batch_size = 32, evals = 1: chosen for 1,000 rows"),
    ],
)
def test_what_was_left_open_is_told(given_settings, note):
    assert settle(TrainingSpec(**given_settings), 1_000)[1] == (note,)


@pytest.mark.parametrize(
    "given_settings", [{"epochs": 3, "batch_size": 5}, {"train_examples": 9, "evals": 2, "batch_size": 5}]
)
def test_where_nothing_is_open_nothing_is_told(given_settings):
    spec = TrainingSpec(**given_settings)

    assert settle(spec, 1_000) == (spec, ())


@given(specs, rows)
def test_what_was_given_stays_and_what_was_decided_can_be_read_again_and_stays_too(spec, count):
    settled, _ = settle(spec, count)

    assert settled.model_dump() | spec.model_dump(exclude_none=True) == settled.model_dump()
    assert TrainingSpec.model_validate_json(settled.model_dump_json()) == settled
    assert settle(settled, count) == (settled, ())


@given(specs, rows)
def test_portions_follow_one_another_and_hold_all_examples(spec, count):
    settled, _ = settle(spec, count)
    schedule = make_schedule(settled, count)
    last = schedule.epochs - 1

    assert schedule.examples == (spec.train_examples or settled.epochs * count)
    assert schedule.epochs == (settled.epochs or settled.evals)
    assert schedule.bounds(0)[0] == 0
    assert schedule.bounds(last)[1] == schedule.examples
    assert schedule.bounds(last // 2)[1] == schedule.bounds(last // 2 + 1)[0]


@given(by_epochs, rows)
def test_an_epoch_is_one_pass_over_all_rows(spec, count):
    schedule = make_schedule(settle(spec, count)[0], count)

    assert schedule.largest_epoch == count
    assert schedule.bounds(schedule.epochs - 1)[0] == (schedule.epochs - 1) * count


@given(by_examples, rows)
def test_evals_are_as_even_as_whole_examples_allow(spec, count):
    schedule = make_schedule(settle(spec, count)[0], count)

    first, end = schedule.bounds(schedule.epochs // 2)
    assert schedule.largest_epoch - 1 <= end - first <= schedule.largest_epoch
    assert end > first


def test_settings_with_something_open_make_no_schedule():
    with pytest.raises(ValueError, match="the settings are not settled yet"):
        make_schedule(TrainingSpec(epochs=3), 10)


@pytest.mark.parametrize(
    ("settings", "faults"),
    [
        (
            {"epochs": 3, "train_examples": 100},
            ["train_examples: train_examples takes the place of epochs: give one of them. Received: 100"],
        ),
        (
            {"evals": 3},
            ["evals: evals divides train_examples, which is not given; of epochs, each ends with one. Received: 3"],
        ),
        (
            {"epochs": 3, "evals": 3},
            ["evals: evals divides train_examples, which is not given; of epochs, each ends with one. Received: 3"],
        ),
        (
            {"train_examples": 5, "evals": 6},
            ["evals: there cannot be more evals than train_examples, 5. Received: 6"],
        ),
        (
            {"train_examples": 0, "evals": 0},
            [
                "train_examples: Input should be greater than or equal to 1. Received: 0",
                "evals: Input should be greater than or equal to 1. Received: 0",
            ],
        ),
    ],
)
def test_counts_that_do_not_go_together_are_refused(settings, faults):
    with pytest.raises(SpecError) as caught:
        validate(TrainingSpec, settings, owner="fit")

    assert str(caught.value) == "\n  ".join(["fit does not accept these settings:", *faults])


class Seen(keras.callbacks.Callback):
    """Keep how many rows and updates each epoch had."""

    def __init__(self):
        super().__init__()
        self.rows, self.steps = [], []

    def on_epoch_end(self, epoch, logs=None):
        self.rows.append(self.model.rows_seen)
        self.steps.append(self.model.steps_done)


def test_as_many_examples_are_trained_on_as_were_asked_for(train_with):
    """1,000 examples of 160 rows in 7 uneven evals, which begin in the middle of a pass, with fused steps."""
    seen = Seen()

    trained = train_with(callbacks=[seen], epochs=None, train_examples=1_000, evals=7, valid=True)

    assert trained.engine["chunk"] > 1
    assert seen.rows == [142, 143, 143, 143, 143, 143, 143]
    assert seen.steps == [9 * place for place in range(1, 8)]
    assert {len(values) for values in trained.history.history.values()} == {7}


def test_one_pass_of_examples_is_one_epoch_to_the_bit(train_with):
    by_epochs = train_with(epochs=2)
    by_examples = train_with(epochs=None, train_examples=320, evals=2)

    assert by_examples.history.history == by_epochs.history.history


def test_the_loss_of_an_eval_counts_its_examples_alone(train_with):
    """Weights that stay where they are have one loss over all rows, and another over the first few."""
    still = {"optimizer": "sgd", "learning_rate": 1e-12, "epochs": None, "batch_size": 16}

    whole = train_with(train_examples=160, evals=1, **still).history.history["loss"]
    parts = train_with(train_examples=160, evals=3, **still).history.history["loss"]

    sizes = [53, 53, 54]
    assert sum(size * loss for size, loss in zip(sizes, parts, strict=True)) / 160 == pytest.approx(whole[0], rel=1e-5)
    assert parts[0] != pytest.approx(parts[1], rel=1e-3)


def test_what_was_decided_stands_in_the_run_and_is_told(rows_for, tmp_path, capsys):
    data, target = rows_for("regression")
    settings = {"train_examples": 300, "optimizer": "sgd"}
    model = modelzoo.build("linear")

    model.fit(data, target=target, out=tmp_path / "run", **settings)

    stored = {"train_examples": 300, "evals": 2, "batch_size": 32}
    record = json.loads((tmp_path / "run/run.json").read_text())
    config = tomllib.loads((tmp_path / "run/train.toml").read_text())
    note = "batch_size = 32, evals = 2: chosen for 160 rows"
    assert record["training"] == record["training"] | stored | {"epochs": None}
    assert config == config | stored
    assert "epochs" not in config
    assert note in record["notes"]
    assert note in capsys.readouterr().err.splitlines()


def test_rows_that_are_held_back_do_not_count(rows_for):
    data, target = rows_for("regression")
    model = modelzoo.build("linear")

    model.fit(data, target=target, validation=0.5, train_examples=160, batch_size=40, verbose=0)

    assert model.fitted.facts.training.evals == 2
    assert model.fitted.facts.notes[-1] == "evals = 2: chosen for 80 rows"
