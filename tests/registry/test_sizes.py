"""Amounts of memory are read as people write them, and nothing is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modelzoo_registry.sizes import SMALLEST, parse_bytes


@pytest.mark.parametrize(
    ("amount", "size"),
    [
        ("1GB", 10**9),
        ("500 MB", 500 * 10**6),
        ("2GiB", 2 * 2**30),
        (" 1.5 gb ", 1_500_000_000),
        ("1_000_000", 10**6),
        ("4096 KiB", 4096 * 1024),
        ("2tb", 2 * 10**12),
        ("1000000B", 10**6),
        (1_000_000, 10**6),
    ],
)
def test_an_amount_is_a_number_and_a_unit(amount, size):
    assert parse_bytes(amount) == size


@pytest.mark.parametrize(
    "amount",
    ["", "GB", "1 XB", "1G", "-1GB", "1e9", "lots", "1GB 2", "0", "999_999", 999_999, -1, True, 1e9, None, "١GB"],
)
def test_anything_else_is_refused_with_what_is_meant(amount):
    with pytest.raises(ValueError, match="an amount of memory") as caught:
        parse_bytes(amount)

    assert str(caught.value) == (
        "an amount of memory is bytes as a whole number, or text such as '1GB', '500 MB' or '2GiB', at least 1MB"
    )


@given(st.integers(SMALLEST, 10**30))
def test_every_whole_number_of_bytes_is_itself_as_text_too(size):
    assert parse_bytes(str(size)) == parse_bytes(f"{size:_} b") == parse_bytes(size) == size
