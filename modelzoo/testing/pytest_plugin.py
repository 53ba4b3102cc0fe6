"""Teach pytest ``--modelzoo-plugins``; every pytest beside which modelzoo is installed loads it."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("modelzoo", "modelzoo plugins")
    group.addoption(
        "--modelzoo-plugins",
        action="store_true",
        help="test every installed modelzoo plugin; without a path, these alone",
    )
    group.addoption(
        "--modelzoo-thorough",
        action="store_true",
        help="test modelzoo plugins in every combination, with more settings: takes minutes",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark, for where pytest-xdist is not installed, and remember how thorough tests are to be."""
    config.addinivalue_line("markers", "xdist_group(name): tests that share a process, and what it costs to start")
    if config.getoption("modelzoo_thorough"):
        from .effort import be_thorough

        be_thorough(thorough=True)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:  # noqa: ARG001
    """Leave files alone where no path was given."""
    named = config.args_source is pytest.Config.ArgsSource.ARGS
    return True if config.getoption("modelzoo_plugins") and not named else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the items, before others choose among them."""
    if config.getoption("modelzoo_plugins"):
        from .items import items_of

        items.extend(items_of(session))
