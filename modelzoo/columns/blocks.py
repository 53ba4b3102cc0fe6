"""Read columns of arrays: one block of numbers of a fixed shape in each row."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..lazy import pa, pc
from .raw import Place, RawInput, is_list, shape_of_lists, some


def read_arrays(at: Place, raw: RawInput, array: pa.Array) -> np.ndarray:
    """Return arrays as float32 (n, *shape), NaN where a number or a whole array is missing."""
    with np.errstate(over="ignore"):  # beyond float32 is infinite, which encoding cuts off
        if isinstance(array, pa.FixedShapeTensorArray):
            return _tensors(at, raw, array)
        return _nested(at, raw, array)


def _tensors(at: Place, raw: RawInput, array: pa.FixedShapeTensorArray) -> np.ndarray:
    if tuple(array.type.shape) != raw.shape:
        raise at.never_right(f"arrays of shape {raw.shape} belong here. Received: {tuple(array.type.shape)}")
    if not array.null_count:
        return np.asarray(array.to_numpy_ndarray(), dtype=np.float32)
    values = np.full((len(array), *raw.shape), np.nan, dtype=np.float32)
    present = np.asarray(array.is_valid())
    if present.any():
        values[present] = array.filter(pa.array(present)).to_numpy_ndarray()
    return values


def _nested(at: Place, raw: RawInput, array: pa.Array) -> np.ndarray:
    if not (pa.types.is_nested(array.type) or pa.types.is_null(array.type)):
        raise at.wrong_type(array.type, f"arrays of shape {raw.shape} belong here")
    if pa.types.is_null(array.type):
        return np.full((len(array), *raw.shape), np.nan, dtype=np.float32)
    if not array.null_count and shape_of_lists(array) == raw.shape:
        return _flattened(array).reshape(-1, *raw.shape)
    missing = np.full(raw.shape, np.nan, dtype=np.float32)
    rows = [missing if row is None else _block(row) for row in array.to_pylist()]
    bad = [
        at.row(place, "no numbers of one shape" if row is None else str(row.shape))
        for place, row in enumerate(rows)
        if row is None or row.shape != raw.shape
    ]
    if bad:
        raise at.wrong(f"arrays of shape {raw.shape} belong here. Received: {some(bad)}")
    return np.stack([row for row in rows if row is not None])


def _flattened(array: pa.Array) -> np.ndarray:
    """Return the numbers of nested lists one after the other: going through Python takes minutes for many images."""
    while is_list(array.type):
        array = pc.list_flatten(array)
    numbers = array.cast(pa.float32(), safe=False)
    return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float32)


def _block(row: Any) -> np.ndarray | None:
    try:
        return np.asarray(row, dtype=np.float32)
    except (TypeError, ValueError):
        return None
