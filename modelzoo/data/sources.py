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


def open_batches(data: Any, steps: int | None, argument: str = "steps") -> Iterator[Any]:
    """Return an iterator over the batches; it may hand out more than ``steps``, in messages ``argument``.

    Raises:
        DataError: when ``steps`` is None and the data does not end, or given and it hands out single rows.
    """
    if _is_dataset(data):
        return _open_dataset(data, steps, argument)
    return _open_py_dataset(data, steps, argument) if _is_py_dataset(data) else iter(data)


def name_of(data: Any) -> str:
    """Name what hands out batches, for a message."""
    return "the Dataset" if _is_dataset(data) else f"the {type(data).__name__}"


def _open_dataset(data: Any, steps: int | None, argument: str) -> Iterator[Any]:
    endless = int(data.cardinality()) == _ENDLESS
    _refuse_ambiguous(data)
    if _hands_out_rows(data):
        if steps is not None or endless:
            raise DataError(
                f"the Dataset hands out single rows, and {argument} counts batches: call .batch(n) on it first"
            )
        return _in_batches(data)
    if endless and steps is None:
        raise _does_not_end(data, argument)
    return iter(data)


def _hands_out_rows(data: Any) -> bool:
    """Whether the elements are single rows: one part is a scalar, or parts begin with different dimensions."""
    shapes = _shapes(data)
    return () in shapes or len({shape[0] for shape in shapes if shape and shape[0] is not None}) > 1


def _refuse_ambiguous(data: Any) -> None:
    """Refuse a Dataset of one part of fixed shape: images, one by one or many at a time, look alike."""
    shapes = _shapes(data)
    if len(shapes) == 1 and shapes[0] and shapes[0][0] is not None:
        raise DataError(
            f"whether an element of the Dataset, of shape {shapes[0]}, is one row or a batch of {shapes[0][0]} cannot "
            "be told: call .batch(n) on single rows, and batch without drop_remainder"
        )


def _shapes(data: Any) -> list[tuple[int | None, ...]]:
    """Return the shapes of all parts of an element, as far as they are known; of unknown rank, none."""
    shapes = [getattr(spec, "shape", None) for spec in _leaves(data.element_spec)]
    return [tuple(shape) for shape in shapes if shape is not None and shape.rank is not None]


def _in_batches(data: Any) -> Iterator[Any]:
    try:
        yield from data.batch(_ROWS)
    except Exception as error:
        if "Cannot batch tensors with different shapes" not in str(error):
            raise  # from the pipeline itself
        raise DataError("the rows of the Dataset hold arrays of different shapes: pad them to one shape") from error


def _open_py_dataset(data: Any, steps: int | None, argument: str) -> Iterator[Any]:
    try:
        length = data.num_batches
    except NotImplementedError:  # no length at all, which Keras reads on and on
        length = None
    if length is None and steps is None:
        raise _does_not_end(data, argument)
    return (data[place] for place in (count() if length is None else range(length)))


def _does_not_end(data: Any, argument: str) -> DataError:
    return DataError(f"{name_of(data)} does not end: give {argument}=..., the number of batches to read")


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
