"""Settings as they are typed: values, regularizers, lists of names, validation."""

import json
import string

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.cli.parse import (
    parse_class_weight,
    parse_names,
    parse_regularizer,
    parse_setting,
    parse_validation,
    parse_value,
)

NAMES = st.text(string.ascii_lowercase + "_", min_size=1)
NUMBERS = st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(string.ascii_letters + string.digits + " ,:=[]{}'")
VALUES = NUMBERS | st.booleans() | TEXTS | st.lists(NUMBERS, max_size=4)
PLAIN = st.text(string.ascii_letters, min_size=1).filter(lambda text: text not in {"true", "false", "inf", "nan"})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("0.2", 0.2),
        ("1e-3", 1e-3),
        ("true", True),
        ("relu", "relu"),
        ('"relu"', "relu"),
        ("[64, 32]", [64, 32]),
        ('["a", "b"]', ["a", "b"]),
        ("{rate = 0.1}", {"rate": 0.1}),
        ("", ""),
        ("a b", "a b"),
        ("acme:net", "acme:net"),
        ("runs/a", "runs/a"),
        ("1, 2", "1, 2"),
        ("3 # three", "3 # three"),
        ("3\nother = 4", "3\nother = 4"),
    ],
)
def test_a_value_is_read_as_toml_and_what_is_none_is_text(text, value):
    assert parse_value(text, "--set") == value
    assert type(parse_value(text, "--set")) is type(value)


@pytest.mark.parametrize("text", ["[64, 32", "[64, x]", "{rate: 0.1}", '"relu', "'a"])
def test_a_list_a_table_or_a_quoted_text_that_is_not_whole_is_refused(text):
    with pytest.raises(click.BadParameter) as caught:
        parse_value(text, "--set")

    assert caught.value.format_message() == (
        f'Invalid value for --set: not a TOML value, such as [64, 32] or ["a", "b"]. Received: {text}'
    )


@given(st.text().filter(lambda text: text[:1] not in {"[", "{", '"', "'"}))
def test_any_other_text_is_a_value(text):
    parse_value(text, "--set")


@given(VALUES)
def test_a_value_written_as_json_is_read_back(value):
    assert parse_value(json.dumps(value), "--set") == value


@given(NAMES, PLAIN)
def test_a_setting_is_what_stands_on_both_sides_of_its_first_equals_sign(name, text):
    assert parse_setting(f"{name}={text}", "--set") == (name, text)
    assert parse_setting(f" {name} = {text} ", "--set") == (name, text)


@pytest.mark.parametrize("text", ["hidden", "", "=3", " = 3"])
def test_a_setting_without_name_or_equals_sign_is_refused(text):
    with pytest.raises(click.BadParameter) as caught:
        parse_setting(text, "--set")

    assert caught.value.format_message() == (
        f"Invalid value for --set: write name=value, such as hidden=[64,32]. Received: {text!r}"
    )


@pytest.mark.parametrize(
    ("text", "regularizer"),
    [
        ("l2", "l2"),
        ("acme:l2", "acme:l2"),
        ("dropout:rate=0.2", {"name": "dropout", "rate": 0.2}),
        ("acme:dropout:rate=0.2", {"name": "acme:dropout", "rate": 0.2}),
        ("l1_l2:l1=0.1,l2=0.2", {"name": "l1_l2", "l1": 0.1, "l2": 0.2}),
        ("mix:parts=[1,2],mode=soft", {"name": "mix", "parts": [1, 2], "mode": "soft"}),
        ("mix:on={a=1,b=2},text='a,b'", {"name": "mix", "on": {"a": 1, "b": 2}, "text": "a,b"}),
    ],
)
def test_a_regularizer_is_a_name_or_a_name_with_settings(text, regularizer):
    assert parse_regularizer(text) == regularizer


@given(NAMES, st.dictionaries(NAMES, VALUES, min_size=1, max_size=4))
def test_the_settings_of_a_regularizer_are_read_back_whatever_they_hold(name, settings):
    written = ",".join(f"{setting}={json.dumps(value)}" for setting, value in settings.items())

    assert parse_regularizer(f"{name}:{written}") == {"name": name} | settings


def test_a_setting_of_a_regularizer_is_given_once():
    with pytest.raises(click.BadParameter) as caught:
        parse_regularizer("l1_l2:l2=1,l1=0.1,l2=2,l1=0.1")

    assert caught.value.format_message() == (
        "Invalid value for --regularizer: l1, l2: given more than once. Received: 'l1_l2:l2=1,l1=0.1,l2=2,l1=0.1'"
    )


@pytest.mark.parametrize("text", ["rate=0.2", ":rate=0.2", "dropout:0.2"])
def test_settings_without_the_name_of_a_regularizer_or_their_own_are_refused(text):
    with pytest.raises(click.BadParameter) as caught:
        parse_regularizer(text)

    assert caught.value.format_message() == (
        f"Invalid value for --regularizer: write name:setting=value, such as dropout:rate=0.2. Received: {text!r}"
    )


def test_a_setting_of_a_regularizer_without_a_value_is_refused():
    with pytest.raises(click.BadParameter) as caught:
        parse_regularizer("dropout:rate=0.2,mode")

    assert caught.value.format_message() == (
        "Invalid value for --regularizer: write name=value, such as hidden=[64,32]. Received: 'mode'"
    )


@pytest.mark.parametrize(
    ("text", "names"), [(None, None), ("a", ["a"]), ("a, b,c", ["a", "b", "c"]), ("a,,b,", ["a", "b"])]
)
def test_names_stand_between_commas(text, names):
    assert parse_names(text) == names


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        (None, None),
        ("balanced", "balanced"),
        ("yes=3,no=1", {"yes": 3, "no": 1}),
        (" yes = 3 , no = 0.5 ", {"yes": 3, "no": 0.5}),
        ("<=50K=1,>50K=3", {"<=50K": 1, ">50K": 3}),
        ("'a,b'=2,c=1", {"a,b": 2, "c": 1}),
        ("yes=many", {"yes": "many"}),
    ],
)
def test_weights_of_classes_are_a_word_or_numbers_by_label(text, weights):
    assert parse_class_weight(text) == weights


@pytest.mark.parametrize(
    ("text", "validation"), [(None, None), ("0.1", 0.1), ("0", 0.0), ("1e-1", 0.1), ("late.csv", "late.csv"), ("", "")]
)
def test_validation_is_a_fraction_or_else_a_file(text, validation):
    assert parse_validation(text) == validation
