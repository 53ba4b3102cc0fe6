"""Read amounts of memory as people write them."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

SMALLEST = 1_000_000
"""The least bytes an amount of memory may be."""

_AMOUNT = re.compile(r"\s*(?P<number>\d[\d_]{0,60}(?:\.\d{1,20})?)\s*(?P<unit>[a-z]*)\s*", re.ASCII | re.IGNORECASE)
_UNITS = {
    "": 1,
    "b": 1,
    **{f"{letter}b": 1000**power for power, letter in enumerate("kmgt", start=1)},
    **{f"{letter}ib": 1024**power for power, letter in enumerate("kmgt", start=1)},
}


def parse_bytes(amount: Any) -> int:
    """Return a number of bytes: of ``"1GB"`` 10**9, of ``"2GiB"`` 2 * 2**30, of a whole number itself.

    Upper and lower case are one, and a blank may stand before the unit.

    Raises:
        ValueError: for anything else, and for less than a megabyte; what was received is left to tell by the caller.
    """
    size = _parsed(amount)
    if size is None or size < SMALLEST:
        raise ValueError(
            "an amount of memory is bytes as a whole number, or text such as '1GB', '500 MB' or '2GiB', at least 1MB"
        )
    return size


def _parsed(amount: Any) -> int | None:
    if isinstance(amount, int) and not isinstance(amount, bool):
        return amount
    match = _AMOUNT.fullmatch(amount) if isinstance(amount, str) else None
    unit = _UNITS.get(match["unit"].lower()) if match else None
    return None if match is None or unit is None else int(Fraction(match["number"].replace("_", "")) * unit)
