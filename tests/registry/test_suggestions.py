"""Which name was probably meant."""

import pytest
from modelzoo_registry.suggest import did_you_mean, nearest

KNOWN = ["linear", "wide_deep", "Autoencoder"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("lineer", "linear"),
        ("LINEAR", "linear"),
        ("wide-deep", "wide_deep"),
        ("widedeep", "wide_deep"),
        ("autoencodr", "Autoencoder"),
        ("forest", None),
        ("", None),
    ],
)
def test_the_nearest_name_is_found_whatever_its_case(name, meant):
    assert nearest(name, KNOWN) == meant


def test_the_question_begins_with_a_space_so_that_it_can_follow_a_sentence():
    assert did_you_mean("lineer", KNOWN) == " Did you mean 'linear'?"


def test_there_is_no_question_when_nothing_is_near():
    assert did_you_mean("forest", KNOWN) == ""
    assert did_you_mean("linear", []) == ""
