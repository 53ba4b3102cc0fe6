"""Read what scikit-learn hands out: arrays by its rules and in its words, frames as the zoo reads them."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
import pyarrow as pa
from modelzoo_registry import DataError
from sklearn.utils import check_array, check_consistent_length, column_or_1d
from sklearn.utils.validation import validate_data

from ..data import to_table

_LEAST_ROWS = 2
"""Rows to learn from: of one alone, nothing varies."""


def is_frame(data: Any) -> bool:
    """Whether the data is a frame of named, typed columns: of pandas, polars or pyarrow."""
    return hasattr(data, "__arrow_c_stream__") and hasattr(data, "columns")


def read_features(estimator: Any, data: Any, *, reset: bool) -> pa.Table:
    """Return the features as a table: the columns of a frame, of an array (n, d) ``x0``, ``x1``, ... in float64.

    Args:
        estimator: keeps the number of features, and their names, if any.
        data: a frame, or what NumPy takes for an array of numbers; NaN stands for missing ones.
        reset: whether these are rows to learn from; if not, they must have the features of those.

    Raises:
        ValueError: in scikit-learn's words about arrays, in the zoo's about frames.
    """
    if is_frame(data):
        return to_table(validate_data(estimator, data, reset=reset, skip_check_array=True))
    least = _LEAST_ROWS if reset else 1
    array = validate_data(
        estimator, data, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan", ensure_min_samples=least
    )
    return pa.table({f"x{place}": column for place, column in enumerate(array.T)})


def read_target(estimator: Any, data: Any, y: Any, *, numeric: bool) -> np.ndarray:
    """Return the target (n,), finite and one a row of the features.

    Args:
        estimator: named in messages.
        data: the features.
        y: the target; a column (n, 1) is taken, with scikit-learn's warning.
        numeric: whether it must be numbers.

    Raises:
        ValueError: in scikit-learn's words.
    """
    if y is None:
        raise ValueError(f"This {type(estimator).__name__} estimator requires y to be passed, but the target y is None")
    dtype = np.float64 if numeric else None
    target = check_array(y, ensure_2d=False, dtype=dtype, input_name="y", estimator=estimator)
    check_consistent_length(data, target)
    read: np.ndarray = column_or_1d(target, warn=True)
    return read


def read_weights(sample_weight: Any, rows: int) -> np.ndarray:
    """Return the weight of each row, float64 (rows,), from one number or one for each.

    Raises:
        ValueError: when they are not finite, negative, all zero, or not one for each row.
    """
    if isinstance(sample_weight, Real):
        sample_weight = np.full(rows, sample_weight)
    weights: np.ndarray = check_array(sample_weight, ensure_2d=False, dtype=np.float64, input_name="sample_weight")
    if weights.shape != (rows,):
        raise DataError(f"sample_weight is one number a row, of shape ({rows},). Received: shape {weights.shape}")
    if weights.min() < 0:
        raise DataError(f"sample_weight holds no negative numbers. Received: {weights.min():g}")
    if not weights.any():
        raise DataError("sample weights must contain at least one non-zero number")
    return weights


def target_name(y: Any, table: pa.Table) -> str | None:
    """Return the name that the target brings along, as a pandas or polars column does, unless a feature has it."""
    name = getattr(y, "name", None)
    return name if isinstance(name, str) and name and name not in table.column_names else None


def free_name(name: str, table: pa.Table) -> str:
    """Return a name that no column has: this one, with underscores until it is free."""
    while name in table.column_names:
        name += "_"
    return name
