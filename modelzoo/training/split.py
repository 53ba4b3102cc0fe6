"""Decide which rows are held back to validate on: pure functions of columns, one bool a row."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from modelzoo_registry import DataError, Fault

from ..columns.base import MISSING_INTEGER
from ..columns.raw import RawInput, is_number
from ..columns.wire import to_wire


def held_back(rows: int, fraction: float, seed: int, classes: np.ndarray | None = None) -> np.ndarray:
    """Return which rows are held back at random, bool (rows,).

    Of classes each gives its share, rounded by largest remainders, and keeps a row at least to be trained on.

    Args:
        rows: how many there are.
        fraction: the part to hold back, above 0 and below 1.
        seed: decides which rows; together with how many there are.
        classes: the class of each row (rows,), any integers; None draws from all rows alike.

    Raises:
        DataError: when none is left to train on, or to validate on.
    """
    order = np.random.default_rng([seed, rows]).permutation(rows)
    mask = np.zeros(rows, np.bool_)
    if classes is None:
        mask[order[: round(rows * fraction)]] = True
    else:
        _, ids, counts = np.unique(classes, return_inverse=True, return_counts=True)
        mask[order] = _places(ids[order], counts) < _shares(counts, fraction)[ids[order]]
    count = int(np.count_nonzero(mask))
    if count in (0, rows):
        raise DataError(
            f"validation={fraction:g} of {rows} rows leaves {rows - count} to train on "
            f"and {count} to validate on: give more rows"
        )
    return mask


def last_in_time(name: str, instants: np.ndarray, share: float) -> np.ndarray:
    """Return which rows are the last in time, bool (n,): all of one instant, or none of it.

    Rows without an instant are not held back, and do not count.

    Args:
        name: the column's, for messages.
        instants: of each row (n,), see ``read_instants``.
        share: the part to hold back, above 0 and below 1.

    Raises:
        DataError: when there are no two instants.
    """
    later: np.ndarray = instants >= last_part(name, instants, share)
    return later


def last_part(name: str, instants: np.ndarray, share: float) -> float:
    """Return the first instant of the last part in time.

    It is the one that divides the rows into parts nearest to the share; see ``last_in_time``.
    """
    values, counts = np.unique(instants[~np.isnan(instants)], return_counts=True)
    if len(values) < 2:
        found = "one time only in all rows" if len(values) else "no time in any row"
        raise DataError("validation has no last part in time", [Fault(name, f"there is {found}")])
    later = np.cumsum(counts[::-1])[-2::-1]  # rows from each instant on, but for the first
    nearest = len(later) - 1 - int(np.argmin(np.abs(later[::-1] - share * counts.sum())))
    return float(values[1 + nearest])


def read_instants(name: str, column: pa.ChunkedArray, *, first_row: int = 1) -> np.ndarray:
    """Return float64 (n,) that order rows in time, NaN where there is no time.

    Dates and timestamps are compared in UTC, to the microsecond; numbers as they are. Text is ISO 8601: a date, or
    date and time, with or without a zone.

    Raises:
        DataError: naming the first rows of text that is no time, or the type of what is none.
    """
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    is_quantity = is_number(kind)
    try:
        wire = to_wire(RawInput(name, "number" if is_quantity else "timestamp"), column, first_row=first_row)
    except DataError as error:
        raise DataError("validation has no last part in time", error.faults) from error
    if is_quantity:
        return np.where(np.isfinite(wire), wire, np.nan)
    return np.where(wire == MISSING_INTEGER, np.nan, wire)


def _places(ids: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return for each row how many of its class stand before it."""
    places = np.empty(len(ids), np.int64)
    starts = np.cumsum(counts) - counts
    places[np.argsort(ids, kind="stable")] = np.arange(len(ids)) - np.repeat(starts, counts)
    return places


def _shares(counts: np.ndarray, fraction: float) -> np.ndarray:
    """Return how many rows of each class are held back; what rounding down leaves goes to the largest remainders.

    Among equal ones the rarer class comes first.
    """
    quotas = np.where(counts > 1, counts * fraction, 0.0)
    shares: np.ndarray = np.minimum(np.floor(quotas).astype(np.int64), np.maximum(counts - 1, 0))
    left = round(quotas.sum()) - shares.sum()
    first = [place for place in np.lexsort((counts, shares - quotas)) if shares[place] < counts[place] - 1]
    shares[first[:left]] += 1
    return shares
