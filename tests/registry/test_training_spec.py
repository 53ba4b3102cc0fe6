"""How to train: what is accepted, and what is said of the rest."""

from functools import partial
from pathlib import Path

import pytest
from modelzoo_registry import SpecError, TrainingSpec
from modelzoo_registry.specs import validate
from modelzoo_registry.training import TimeSplit, time_split


def fault(**settings):
    with pytest.raises(SpecError) as caught:
        validate(TrainingSpec, settings, owner="training")
    (found,) = caught.value.faults
    return str(found)


def test_every_field_is_described():
    assert [name for name, field in TrainingSpec.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("validation", [None, 0, 0.2, 0.999, "held_out.csv", ""])
def test_validation_is_a_fraction_a_file_or_nothing(validation):
    assert TrainingSpec(validation=validation).validation == validation


def test_a_path_is_kept_as_text():
    assert TrainingSpec(validation=Path("rows/held_out.csv")).validation == "rows/held_out.csv"


@pytest.mark.parametrize("validation", [1, 1.5, -0.1, True, float("nan"), [0.2], b"x"])
def test_any_other_validation_is_one_fault(validation):
    assert fault(validation=validation) == (
        "validation: must be a fraction, 0 <= validation < 1, the path of a file of rows, time:column, or None. "
        f"Received: {validation!r}"
    )


@pytest.mark.parametrize(
    ("validation", "split"),
    [
        ("time:t", TimeSplit("t", 0.1)),
        ("time:t=0.25", TimeSplit("t", 0.25)),
        ("time:a=b", TimeSplit("a=b", 0.1)),
        ("time:a=0.5=0.2", TimeSplit("a=0.5", 0.2)),
        ("./time:t", None),
        (Path("time:t"), None),
        (0.2, None),
        (None, None),
    ],
)
def test_validation_may_be_the_last_part_in_time(validation, split):
    stored = TrainingSpec(validation=validation).validation

    assert time_split(stored) == split
    assert TrainingSpec(validation=stored).validation == stored


@pytest.mark.parametrize("validation", ["time:", "time:=0.2", "time:t=0", "time:t=1", "time:t=nan"])
def test_a_last_part_without_column_or_share_is_refused(validation):
    assert fault(validation=validation) == (
        "validation: must be time:column or time:column=share, 0 < share < 1, where it begins with time:. "
        f"Received: {validation!r}"
    )


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (None, None),
        ("balanced", "balanced"),
        ({"yes": 3, "no": 0.5}, {"yes": 3.0, "no": 0.5}),
        ({1: 3, 2.5: 0}, {"1": 3.0, "2.5": 0.0}),
    ],
)
def test_classes_weigh_by_the_text_of_their_labels(given, stored):
    spec = TrainingSpec(class_weight=given)

    assert spec.class_weight == stored
    assert TrainingSpec.model_validate_json(spec.model_dump_json()) == spec


BALANCED = 'must be "balanced", or weights by label: {"yes": 3, "no": 1}, --class-weight yes=3,no=1'


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("balance", BALANCED),
        (3, BALANCED),
        ({}, BALANCED),
        (
            {"a": -1, "b": float("nan"), "c": "3", "d": 1, "e": float("inf"), "f": True},
            "weights must be finite numbers from 0 on, unlike a: -1, b: nan, c: '3', e: inf, f: True",
        ),
        ({1: 1, "1": 2}, "labels must differ as text"),
    ],
)
def test_any_other_weights_of_classes_are_one_fault(given, message):
    shown = repr(given) if len(repr(given)) <= 80 else f"{given!r:.77}..."
    assert fault(class_weight=given) == f"class_weight: {message}. Received: {shown}"


def test_an_unknown_optimizer_lists_those_there_are():
    message = fault(optimizer="adamm")

    assert message.startswith("optimizer: Input should be 'adadelta', 'adafactor', 'adagrad', 'adam', ")
    assert message.endswith(" Received: 'adamm'")


@pytest.mark.parametrize("optimizer", ["adam", "ftrl"])
def test_momentum_of_an_optimizer_that_takes_none_is_refused(optimizer):
    assert fault(optimizer=optimizer, momentum=0.9) == (
        f"momentum: of sgd and rmsprop alone: {optimizer} takes no momentum, leave it out. Received: 0.9"
    )
    assert TrainingSpec(optimizer="sgd", momentum=0.9).momentum == 0.9


@pytest.mark.parametrize("setting", [{"schedule": "cosine"}, {"warmup": 0.1}], ids=str)
def test_a_changing_rate_of_ftrl_is_refused(setting):
    ((name, value),) = setting.items()

    assert fault(optimizer="ftrl", **setting) == (
        f"{name}: ftrl's weights are proportional to its learning rate: it stays what it is, leave this out. "
        f"Received: {value!r}"
    )
    assert TrainingSpec(wide_optimizer="ftrl", **setting)


def test_a_step_size_of_no_wide_optimizer_is_refused():
    assert fault(wide_learning_rate=0.1) == (
        "wide_learning_rate: is the step size of wide_optimizer, which is not given; learning_rate is that of all. "
        "Received: 0.1"
    )
    assert fault(wide_optimizer="sdg", wide_learning_rate=0.1).startswith("wide_optimizer: Input should be ")


def test_a_loss_can_be_a_name_or_ones_own():
    def my_loss(y_true, y_pred): ...

    assert TrainingSpec(loss="mae").loss == "mae"
    assert TrainingSpec(loss=my_loss).loss is my_loss


def test_a_loss_of_another_type_is_refused():
    assert fault(loss=5) == "loss: must be a name Keras knows, a function, or a Keras object. Received: 5"


def test_a_metric_of_another_type_is_refused_with_its_place():
    assert fault(metrics=["mae", 5]) == (
        "metrics.1: must be a name Keras knows, a function, or a Keras object. Received: 5"
    )


class Pinball:
    """An object with a name, as Keras' losses and metrics have."""

    name = "pinball"

    def __call__(self, y_true, y_pred): ...


class Nameless:
    """A callable that has no name but its class."""

    def __call__(self, y_true, y_pred): ...


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        ("mae", "mae"),
        (Pinball(), "pinball"),
        (Pinball, "pinball"),
        (Nameless(), "Nameless"),
        (Nameless, "Nameless"),
        (len, "len"),
        (partial(len), "partial"),
    ],
)
def test_code_is_stored_as_a_name(loss, name):
    spec = TrainingSpec(loss=loss, metrics=(loss,))

    assert spec.model_dump()["loss"] == name
    assert TrainingSpec.model_validate_json(spec.model_dump_json()) == TrainingSpec(loss=name, metrics=(name,))
