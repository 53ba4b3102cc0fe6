"""Find the plugins whose module imports TensorFlow or Keras at its top, so that every start-up pays for it."""

from __future__ import annotations

import inspect
import sys
from typing import Any

PACKAGES = ("tensorflow", "keras")


def loaded() -> list[str]:
    """Return which of the heavy packages this process has imported."""
    return [name for name in PACKAGES if name in sys.modules]


def held_by(module: str) -> str:
    """Return the heavy package that a module holds a part of, or nothing.

    Only the first module of a process to import TensorFlow sees it arrive in ``sys.modules``; the others
    are known by their globals.
    """
    held = getattr(sys.modules.get(module), "__dict__", {})
    packages = {_package(value) for value in list(held.values())}
    return next((name for name in PACKAGES if name in packages), "")


def _package(value: Any) -> str:
    if inspect.ismodule(value):
        return value.__name__.partition(".")[0]
    if inspect.isclass(value) or inspect.isfunction(value):
        return str(value.__module__).partition(".")[0]
    return ""
