"""What callbacks keep from epoch to epoch: taken as plain values and arrays, and given back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Plain = dict[str, Any]
Arrays = dict[str, np.ndarray]

_ARRAY = "array:"
_FRAMEWORK = frozenset({"_model", "model", "params", "validation_data"})
"""What Keras gives to callbacks itself."""


def take(callback: Any, name: str) -> tuple[Plain, Arrays]:
    """Return what a callback keeps.

    One with ``state()`` and ``restore(state)`` is asked. Of others it is what their attributes hold of numbers, texts,
    arrays, and lists and mappings of these; all else they make anew.

    Args:
        callback: a Keras callback.
        name: begins the names of its arrays.
    """
    arrays: Arrays = {}
    if _has_state(callback):
        return {"state": _plain(callback.state(), name, arrays)}, arrays
    kept = {}
    for key, value in vars(callback).items():
        if key not in _FRAMEWORK and _is_kept(value) and not _is_empty(value):
            kept[key] = _plain(value, f"{name}.{key}", arrays)
    return kept, arrays


def give(callback: Any, kept: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    """Give a callback what ``take`` has taken of one like it."""
    values = {key: _whole(value, arrays) for key, value in kept.items()}
    if _has_state(callback):
        callback.restore(values["state"])
    else:
        for key, value in values.items():
            setattr(callback, key, value)


def _has_state(callback: Any) -> bool:
    return callable(getattr(callback, "state", None)) and callable(getattr(callback, "restore", None))


def _is_kept(value: Any) -> bool:
    """Whether a value can be taken whole."""
    if isinstance(value, Mapping):
        return all(isinstance(key, str) for key in value) and all(_is_kept(item) for item in value.values())
    if isinstance(value, list | tuple):
        return all(_is_kept(item) for item in value)
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "biuf"
    return value is None or isinstance(value, bool | int | float | str | np.bool_ | np.integer | np.floating)


def _is_empty(value: Any) -> bool:
    """Whether it holds nothing to keep, but may be the place where a callback will put something."""
    return isinstance(value, Mapping | list | tuple) and not value


def _plain(value: Any, name: str, arrays: Arrays) -> Any:
    """Return what JSON can hold of a value, with the names of its arrays in their places."""
    if isinstance(value, np.ndarray):
        arrays[name] = value
        return {_ARRAY: name}
    if isinstance(value, Mapping):
        return {key: _plain(item, f"{name}.{key}", arrays) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, f"{name}.{place}", arrays) for place, item in enumerate(value)]
    return value.item() if isinstance(value, np.generic) else value


def _whole(value: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    if isinstance(value, dict):
        if set(value) == {_ARRAY}:
            return arrays[value[_ARRAY]]
        return {key: _whole(item, arrays) for key, item in value.items()}
    return [_whole(item, arrays) for item in value] if isinstance(value, list) else value
