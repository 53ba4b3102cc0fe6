"""What is said of an epoch: times, speed, numbers, in lines no wider than a terminal."""

import pytest

from modelzoo.training.progress import Clock, duration, epoch_line, short

TITLE = "epoch  3/20  1.2 s  51k rows/s  at most 18 s left"
NUMBERS = {"loss": 0.42114, "accuracy": 0.83972, "auc": 0.91234, "log_loss": 0.42114}
VALIDATED = NUMBERS | {f"val_{name}": value for name, value in NUMBERS.items()}


def test_where_nobody_says_how_wide_it_may_be_all_stands_in_one_line():
    assert epoch_line(TITLE, VALIDATED, None) == (
        f"{TITLE}  loss 0.4211  accuracy 0.8397  auc 0.9123  log_loss 0.4211  "
        "val_loss 0.4211  val_accuracy 0.8397  val_auc 0.9123  val_log_loss 0.4211"
    )


def test_what_does_not_fit_behind_gets_a_line_of_its_own():
    assert epoch_line(TITLE, VALIDATED, 80).splitlines() == [
        TITLE,
        "    loss 0.4211  accuracy 0.8397  auc 0.9123  log_loss 0.4211",
        "    val_loss 0.4211  val_accuracy 0.8397  val_auc 0.9123  val_log_loss 0.4211",
    ]


def test_numbers_too_many_for_a_line_go_on_in_the_next():
    assert epoch_line("epoch 1/1", VALIDATED, 40).splitlines() == [
        "epoch 1/1",
        "    loss 0.4211  accuracy 0.8397",
        "    auc 0.9123  log_loss 0.4211",
        "    val_loss 0.4211  val_accuracy 0.8397",
        "    val_auc 0.9123  val_log_loss 0.4211",
    ]


def test_an_epoch_without_numbers_is_its_title():
    assert epoch_line(TITLE, {}, 80) == TITLE


def test_what_an_epoch_takes_is_told_by_those_behind_the_first_which_compiles():
    clock = Clock()

    clock.begin(100.0)
    clock.end(130.0)
    assert (clock.mean, clock.counts_compiling) == (30.0, True)

    for start, end in [(130.0, 132.0), (132.0, 136.0)]:
        clock.begin(start)
        clock.end(end)
    assert (clock.mean, clock.counts_compiling) == (3.0, False)


def test_validation_takes_its_part_of_an_epoch_but_none_of_its_steps():
    clock = Clock()

    clock.begin(10.0)
    clock.trained(13.0)
    clock.end(14.0)

    assert (clock.seconds, clock.training_seconds) == (4.0, 3.0)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"),
        (3599.9, "1 h 0 min"), (7500, "2 h 5 min"), (1e6, "277 h 47 min"),
    ],
)  # fmt: skip
def test_a_time_is_told_in_two_units_at_most(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0.0"), (7.25, "7.2"), (512, "512"), (999.6, "1.0k"), (51_400, "51k"), (999_900, "1.0M"), (2.3e9, "2.3G")],
)
def test_a_speed_is_told_in_two_or_three_digits(number, words):
    assert short(number) == words
