"""Tell what hands out batches, and open it: a tf.data.Dataset, a Keras PyDataset, an iterator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from inspect import getattr_static
from io import IOBase
from itertools import count
from typing import Any

from modelzoo_registry import DataError

_ENDLESS = -1
"""The cardinality of a tf.data.Dataset that does not end."""
_ROWS = 1024
"""Rows read at a time from a tf.data.Dataset that hands out single ones."""


def is_batches(data: Any) -> bool:
    """Whether the data hands out batches: a tf.data.Dataset, a Keras PyDataset, an iterator or a generator."""
    if isinstance(data, type | IOBase) or hasattr(data, "__arrow_c_stream__"):
        return False
    return _is_dataset(data) or _is_py_dataset(data) or _has(data, "__next__")


def open_batches(data: Any, steps: int | None) -> Iterator[Any]:
    """Return an iterator over the batches; it may hand out more than ``steps``.

    Raises:
        DataError: when ``steps`` is None and the data does not end, or given and it hands out single rows.
    """
    if _is_dataset(data):
        return _open_dataset(data, steps)
    return _open_py_dataset(data, steps) if _is_py_dataset(data) else iter(data)


def name_of(data: Any) -> str:
    """Name what hands out batches, for a message."""
    return "the Dataset" if _is_dataset(data) else f"the {type(data).__name__}"


def _open_dataset(data: Any, steps: int | None) -> Iterator[Any]:
    endless = int(data.cardinality()) == _ENDLESS
    if any(_is_scalar(spec) for spec in _leaves(data.element_spec)):
        if steps is not None or endless:
            raise DataError("the Dataset hands out single rows, and steps counts batches: call .batch(n) on it first")
        return _in_batches(data)
    if endless and steps is None:
        raise _does_not_end(data)
    return iter(data)


def _in_batches(data: Any) -> Iterator[Any]:
    try:
        yield from data.batch(_ROWS)
    except Exception as error:
        if "Cannot batch tensors with different shapes" not in str(error):
            raise  # from the pipeline itself
        raise DataError("the rows of the Dataset hold arrays of different shapes: pad them to one shape") from error


def _open_py_dataset(data: Any, steps: int | None) -> Iterator[Any]:
    try:
        length = data.num_batches
    except NotImplementedError:  # no length at all, which Keras reads on and on
        length = None
    if length is None and steps is None:
        raise _does_not_end(data)
    return (data[place] for place in (count() if length is None else range(length)))


def _does_not_end(data: Any) -> DataError:
    return DataError(f"{name_of(data)} does not end: give steps=..., the number of batches to read")


def _is_dataset(data: Any) -> bool:
    return _has(data, "element_spec") and _has(data, "as_numpy_iterator")


def _is_py_dataset(data: Any) -> bool:
    return _has(data, "num_batches") and _has(data, "__getitem__")


def _has(data: Any, name: str) -> bool:
    """Whether there is such an attribute, without asking for its value: a PyDataset's may raise."""
    return getattr_static(data, name, None) is not None


def _leaves(spec: Any) -> Iterator[Any]:
    """Yield the tensor specs of nested dicts, tuples and lists."""
    if isinstance(spec, Mapping | list | tuple):
        for part in spec.values() if isinstance(spec, Mapping) else spec:
            yield from _leaves(part)
    else:
        yield spec


def _is_scalar(spec: Any) -> bool:
    return getattr(getattr(spec, "shape", None), "rank", None) == 0
