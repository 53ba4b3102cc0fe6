"""How to train: what is accepted, and what is said of the rest."""

from functools import partial
from pathlib import Path

import pytest
from modelzoo_registry import SpecError, TrainingSpec
from modelzoo_registry.specs import validate


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
        "validation: must be a fraction, 0 <= validation < 1, the path of a file of rows, or None. "
        f"Received: {validation!r}"
    )


def test_an_unknown_optimizer_lists_those_there_are():
    message = fault(optimizer="adamm")

    assert message.startswith("optimizer: Input should be 'adadelta', 'adafactor', 'adagrad', 'adam', ")
    assert message.endswith(" Received: 'adamm'")


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
