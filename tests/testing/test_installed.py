"""The kit over every installed plugin: one more is tested by being installed."""

import pytest

from modelzoo.testing.items import check_installed, checks_of, named_entries

CASES = [
    pytest.param(entry, check, id=f"{name}-{check.name}", marks=pytest.mark.xdist_group(f"installed_{name}"))
    for entry, name in named_entries()
    for check in checks_of(entry)
]


@pytest.mark.parametrize(("entry", "check"), CASES)
def test_it_keeps_what_the_zoo_relies_on(entry, check):
    check_installed(entry, check)
