"""Tell plugin authors, once, what their plugin uses of the contract that will be gone in its next major version.

What is deprecated carries ``typing_extensions.deprecated(text, category=None)`` in the contract, which type checkers
show to authors too.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import hookspecs
from .plugins import ModelPlugin, RegularizerPlugin


class PluginDeprecationWarning(DeprecationWarning):
    """Say at a plugin's own line what it uses that is deprecated; shown where DeprecationWarning is, as in pytest."""


@dataclass(frozen=True)
class Deprecation:
    """Name one deprecated part of the contract that a plugin writes, and where."""

    name: str
    """The method or hook."""
    text: str
    """Since when, and what to write instead."""
    file: str
    line: int


def deprecations(plugin: Any) -> list[Deprecation]:
    """Return what a loaded plugin overrides or implements that is deprecated."""
    return [
        Deprecation(name, contract.__deprecated__, *_where(written))
        for name, contract, written in _written(plugin)
        if hasattr(contract, "__deprecated__")
    ]


def warn_of_deprecated(plugin: Any, owner: str) -> None:
    """Warn of each, as if the plugin's own line did."""
    for one in deprecations(plugin):
        message = f"{owner} writes {one.name}, which is deprecated: {one.text}"
        warnings.warn_explicit(message, PluginDeprecationWarning, one.file, one.line)


def _written(plugin: Any) -> Iterator[tuple[str, Any, Any]]:
    """Give name, contract's function and plugin's own of all that a plugin writes of the contract."""
    if inspect.isclass(plugin):
        base = ModelPlugin if issubclass(plugin, ModelPlugin) else RegularizerPlugin
        for name, contract in inspect.getmembers(base, inspect.isfunction):
            own = getattr(plugin, name)
            if own is not contract:
                yield name, contract, own
        return
    for name, contract in vars(hookspecs).items():
        own = getattr(plugin, name, None)
        if hasattr(contract, "modelzoo_spec") and own is not None:
            yield name, contract, own


def _where(written: Any) -> tuple[str, int]:
    """Return file and first line of a function."""
    code = inspect.unwrap(written).__code__
    return code.co_filename, code.co_firstlineno
