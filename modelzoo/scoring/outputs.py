"""Turn predictions into columns of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from ..columns.raw import RawInput
from ..export.manifest import ERROR

_TYPES = {"number": pa.float64(), "integer": pa.int64(), "string": pa.string()}


def predicted(values: np.ndarray) -> pa.Table:
    """Return numbers (n,) as the column ``prediction``."""
    return pa.table({"prediction": values})


def labelled(probabilities: np.ndarray, classes: np.ndarray) -> pa.Table:
    """Return the likeliest ``label``, and ``probabilities``, a struct with a field a class.

    Args:
        probabilities: (n, classes), or (n,) of the second class of two.
        classes: the labels in the order of the probabilities.
    """
    if probabilities.ndim == 1:
        columns = np.stack([1 - probabilities, probabilities])
    else:
        columns = np.ascontiguousarray(probabilities.T)
    labels = pa.array(classes.tolist()).take(pa.array(columns.argmax(axis=0)))
    struct = pa.StructArray.from_arrays([pa.array(column) for column in columns], [str(label) for label in classes])
    return pa.table({"label": labels, "probabilities": struct})


def rebuilt(columns: Mapping[str, np.ndarray], errors: np.ndarray, inputs: Sequence[RawInput]) -> pa.Table:
    """Return each column as it was rebuilt, and ``reconstruction_error``, how far off each row (n,) is."""
    kinds = {raw.name: raw for raw in inputs}
    name = ERROR
    while name in columns:
        name += "_"
    made = {column: _rebuilt(kinds[column], values) for column, values in columns.items()}
    return pa.table({**made, name: errors})


def _rebuilt(raw: RawInput, values: Any) -> pa.Array:
    """Return a column of the same type whatever the values: of strings, all of them may be None."""
    if raw.type == "array":
        return pa.FixedShapeTensorArray.from_numpy_ndarray(np.ascontiguousarray(values))
    return pa.array(values, _TYPES[raw.type])
