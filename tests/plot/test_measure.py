"""Texts are measured without a font, and shortened to a width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.plot.measure import shorten, text_width


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("i", 3.3),
        ("m", 10),
        ("aé", 12.4),
        ("e\u0301", 6.2),
        ("日本", 20),
        ("😀", 13),
        ("\u202ea", 6.2),
        ("Ж", 13),
    ],
)
def test_a_text_is_as_wide_as_its_characters(text, width):
    assert text_width(text, 10) == pytest.approx(width)


def test_bold_text_is_wider():
    assert text_width("price", 10, bold=True) == pytest.approx(1.15 * text_width("price", 10))


@pytest.mark.parametrize(
    ("text", "width", "short"),
    [
        ("price", 100, "price"),
        ("annual_income_buckets", 90, "annual_…uckets"),
        ("annual_income", 12, "…"),
        ("annual_income", 0, "…"),
    ],
)
def test_a_text_too_wide_loses_its_middle(text, width, short):
    assert shorten(text, 10, width) == short


@given(st.text(max_size=60), st.floats(10, 300))
def test_a_shortened_text_fits(text, width):
    assert text_width(shorten(text, 10, width), 10) <= width


def test_a_text_of_any_length_is_shortened_in_no_time():
    assert shorten("a" * 1_000_000, 10, 30) == "aa…a"
