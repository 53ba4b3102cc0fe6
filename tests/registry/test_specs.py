"""Settings: frozen, closed, and refused with all their faults at once."""

from typing import Annotated

import pytest
from modelzoo_registry import Activation, ModelSpec, Spec, SpecError
from modelzoo_registry.specs import collect, validate
from pydantic import Field, ValidationError, model_validator


class Layer(Spec):
    """One layer."""

    width: int = Field(8, ge=1, description="units")


class Net(ModelSpec):
    """A network with settings of every shape."""

    hidden: tuple[Annotated[int, Field(ge=1)], ...] = Field((8,), min_length=1, description="units of each layer")
    rate: float = Field(0.1, ge=0, lt=1, description="share of units left out")
    activation: Activation = Field("relu", description="between layers")
    layer: Layer = Field(Layer(), description="the first layer")
    size: Annotated[int, Field(ge=1)] | Layer | None = Field(None, description="a number, or a layer")

    @model_validator(mode="after")
    def _narrowing(self) -> "Net":
        if list(self.hidden) != sorted(self.hidden, reverse=True):
            raise ValueError("layers must not grow")
        return self


def faults(**settings):
    with pytest.raises(SpecError) as caught:
        validate(Net, settings, owner="model 'net'")
    return [(fault.path, fault.message) for fault in caught.value.faults]


def test_defaults_need_no_settings():
    assert validate(Net, {}, owner="model 'net'") == Net()


def test_a_spec_is_frozen():
    with pytest.raises(ValidationError, match="Instance is frozen"):
        Net().rate = 0.5


def test_equal_settings_make_equal_specs_that_can_be_keys():
    assert len({Net(rate=0.5), Net(rate=0.5), Net()}) == 2


def test_all_faults_are_told_at_once_under_dotted_paths():
    with pytest.raises(SpecError) as caught:
        validate(Net, {"hidden": [8, 0, "x"], "rate": 1.5, "activation": "rleu", "wdith": 3}, owner="model 'net'")

    assert str(caught.value) == "\n".join(
        [
            "model 'net' does not accept these settings:",
            "  hidden.1: Input should be greater than or equal to 1. Received: 0",
            "  hidden.2: Input should be a valid integer, unable to parse string as an integer. Received: 'x'",
            "  rate: Input should be less than 1. Received: 1.5",
            "  activation: no activation is called 'rleu'. Did you mean 'relu'? Received: 'rleu'",
            "  wdith: unknown setting. Settings: hidden, rate, activation, layer, size",
        ]
    )


def test_an_unknown_setting_gets_the_one_that_was_meant():
    assert faults(hiden=[8]) == [
        ("hiden", "unknown setting. Did you mean 'hidden'? Settings: hidden, rate, activation, layer, size")
    ]


def test_a_spec_without_settings_has_none_to_list():
    assert [str(fault) for fault in collect(ModelSpec, {"hiden": 1})[0]] == ["hiden: unknown setting."]


@pytest.mark.parametrize("name", ["learning_rate", "epochs", "optimizer"])
def test_a_setting_of_training_is_sent_to_where_it_belongs(name):
    assert faults(**{name: 1}) == [
        (name, "is about training, not architecture: give it to fit(), or to zoo train as an option of its own")
    ]


def test_a_fault_deep_inside_has_its_whole_path():
    assert faults(layer={"width": 0}) == [("layer.width", "Input should be greater than or equal to 1. Received: 0")]


def test_an_unknown_setting_deep_inside_is_not_offered_the_outer_ones():
    assert faults(layer={"rate": 0.5}) == [("layer.rate", "unknown setting.")]


def test_the_branches_of_a_union_are_no_part_of_the_path():
    assert faults(size={"width": 0}) == [
        ("size", "Input should be a valid integer. Received: {'width': 0}"),
        ("size.width", "Input should be greater than or equal to 1. Received: 0"),
    ]


def test_a_fault_of_all_settings_together_has_no_path():
    ((path, message),) = faults(hidden=[1, 2])

    assert path == ""
    assert message == "layers must not grow. Received: {'hidden': [1, 2]}"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_must_be_finite(value):
    assert faults(rate=value)[0] == ("rate", f"Input should be a finite number. Received: {value}")


def test_what_was_received_is_cut_short():
    ((_, message),) = faults(rate="x" * 500)

    shown = message.partition(" Received: ")[2]
    assert shown == "'" + "x" * 76 + "..."


def test_collecting_raises_nothing_and_gives_the_spec_when_there_is_no_fault():
    assert collect(Net, {"rate": 0.5}) == ([], Net(rate=0.5))
    assert collect(Net, {"rate": 2})[1] is None


def test_a_required_setting_that_is_missing_is_named():
    class Needy(Spec):
        """A spec no plugin may have, as a schema may."""

        name: str = Field(description="what it is called")

    assert [str(fault) for fault in collect(Needy, {})[0]] == ["name: is required."]
