"""What callbacks keep from epoch to epoch: taken as plain values and arrays, and given back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

Plain = dict[str, Any]
Arrays = dict[str, np.ndarray]

_ARRAY, _TUPLE = "array:", "tuple:"
_PLAIN_TYPES = (type(None), bool, int, float, str)
_FRAMEWORK = frozenset({"_model", "model", "params", "validation_data"})
"""What Keras gives to callbacks itself."""


def take(callback: Any, name: str) -> tuple[Plain, Arrays]:
    """Return what a callback keeps.

    One with ``state()`` and ``restore(state)`` is asked. Of others it is what their attributes hold of numbers, texts,
    arrays, and lists, tuples and mappings of these; all else they make anew.

    Args:
        callback: a Keras callback.
        name: begins the names of its arrays.
    """
    arrays: Arrays = {}
    if _has_state(callback):
        return {"state": _plain(callback.state(), name, arrays)}, arrays
    own = {key: value for key, value in vars(callback).items() if key not in _left_alone(callback) and is_kept(value)}
    return {key: _plain(value, name, arrays) for key, value in own.items()}, arrays


def give(callback: Any, kept: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    """Give a callback what ``take`` has taken of one like it.

    Lists and dicts stay the same objects, since others may hold them too; what has become something that cannot be
    kept meanwhile, such as an open file, stays as it is.
    """
    values = {key: _whole(value, arrays) for key, value in kept.items()}
    if _has_state(callback):
        callback.restore(values["state"])
        return
    for key, value in values.items():
        now = getattr(callback, key, None)
        if not is_kept(now):
            continue
        if isinstance(now, list) and isinstance(value, list):
            now[:] = value
        elif isinstance(now, dict) and isinstance(value, dict):
            now.clear()
            now.update(value)
        else:
            setattr(callback, key, value)


def is_kept(value: Any) -> bool:
    """Whether a value can be taken whole."""
    if isinstance(value, dict):
        return all(type(key) is str and key not in (_ARRAY, _TUPLE) for key in value) and _are_kept(value.values())
    if isinstance(value, list) or type(value) is tuple:
        return _are_kept(value)
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in "biufU"
    return type(value) in _PLAIN_TYPES


def _are_kept(values: Iterable[Any]) -> bool:
    return all(is_kept(value) for value in values)


def _has_state(callback: Any) -> bool:
    return callable(getattr(callback, "state", None)) and callable(getattr(callback, "restore", None))


def _left_alone(callback: Any) -> frozenset[str]:
    """Name the attributes that are not taken: a setting too, whose sign Keras turns when it first compares."""
    return _FRAMEWORK | {"min_delta"} if hasattr(callback, "monitor_op") else _FRAMEWORK


def _plain(value: Any, name: str, arrays: Arrays) -> Any:
    """Return what JSON can hold of a value, with the names of its arrays in their places."""
    if isinstance(value, np.ndarray | np.generic):
        place = f"{name}.{len(arrays)}"
        arrays[place] = np.asarray(value)
        return {_ARRAY: place, "scalar": isinstance(value, np.generic)}
    if isinstance(value, Mapping):
        return {key: _plain(item, name, arrays) for key, item in value.items()}
    if isinstance(value, tuple):
        return {_TUPLE: [_plain(item, name, arrays) for item in value]}
    return [_plain(item, name, arrays) for item in value] if isinstance(value, list) else value


def _whole(value: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    if isinstance(value, list):
        return [_whole(item, arrays) for item in value]
    if not isinstance(value, dict):
        return value
    if _ARRAY in value:
        array = arrays[value[_ARRAY]]
        return array[()] if value["scalar"] else array
    if _TUPLE in value:
        return tuple(_whole(item, arrays) for item in value[_TUPLE])
    return {key: _whole(item, arrays) for key, item in value.items()}
