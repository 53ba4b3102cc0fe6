"""Decide which rows are held back to validate on: pure functions of columns, one bool a row."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from modelzoo_registry import DataError, Fault

from ..columns.wire import RawInput, describe_type, is_text, to_wire

_ZONED = r"[T ].*(Z|[+-]\d\d(:?\d\d)?)$"
_SHOWN = 3


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


def last_in_time(name: str, instants: pa.Array, share: float) -> np.ndarray:
    """Return which rows are the last in time, bool (n,): all of one instant, or none of it.

    The boundary is the one between two instants that comes nearest to the share. Rows without an instant are not
    held back, and do not count.

    Args:
        name: the column's, for messages.
        instants: of each row, see ``read_instants``.
        share: the part to hold back, above 0 and below 1.

    Raises:
        DataError: when there are no two instants.
    """
    known = np.asarray(instants.is_valid())
    values, counts = np.unique(instants.drop_null().to_numpy(), return_counts=True)
    if len(values) < 2:
        found = "one time only in all rows" if len(values) else "no time in any row"
        raise DataError("validation has no last part in time", [Fault(name, f"there is {found}")])
    later = np.cumsum(counts[::-1])[-2::-1]  # rows from each instant on, but for the first
    nearest = len(later) - 1 - int(np.argmin(np.abs(later[::-1] - share * known.sum())))
    mask = np.zeros(len(instants), np.bool_)
    mask[known] = instants.drop_null().to_numpy() >= values[1 + nearest]
    return mask


def read_instants(name: str, column: pa.ChunkedArray) -> pa.Array:
    """Return numbers (n,) that order rows in time, null where there is no time.

    Dates and timestamps are compared in UTC, also where they have no zone; numbers as they are. Text is ISO 8601: a
    date, or date and time, with or without a zone.

    Raises:
        DataError: naming the first rows (counted from 1) of text that is no time, or the type of what is none.
    """
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    plain = column.cast(kind).combine_chunks()
    if is_text(kind):
        return _read_text(name, plain)
    if pa.types.is_timestamp(kind) or pa.types.is_date64(kind):
        return plain.cast(pa.int64())
    if pa.types.is_null(kind):
        return pa.nulls(len(plain), pa.int64())
    if pa.types.is_date32(kind):
        return plain.cast(pa.int32())
    if pa.types.is_integer(kind):
        return plain
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        numbers = to_wire(RawInput(name, "number"), plain)
        return pa.array(np.where(np.isfinite(numbers), numbers, np.nan), from_pandas=True)
    raise _no_time(name, describe_type(kind))


def _read_text(name: str, column: pa.Array) -> pa.Array:
    """Return microseconds since 1970 in UTC: finer digits are cut off, as one instant."""
    given = pc.utf8_trim_whitespace(to_wire(RawInput(name, "string"), column))
    texts = pc.replace_substring_regex(given, r"(\.\d{6})\d+", r"\1")
    texts = pc.replace_substring_regex(texts, " UTC$", "Z")  # as BigQuery writes it
    texts = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    zoned = pc.match_substring_regex(texts, _ZONED)
    none = pa.scalar(None, pa.string())
    try:
        with_zone = pc.if_else(zoned, texts, none).cast(pa.timestamp("us", "UTC")).cast(pa.int64())
        without = pc.if_else(zoned, none, texts).cast(pa.timestamp("us")).cast(pa.int64())
    except pa.ArrowInvalid:
        found = (
            f"row {row}: {text.as_py()!r}"
            for row, (text, plain, has_zone) in enumerate(zip(given, texts, zoned, strict=True), start=1)
            if not _is_time(plain, zoned=bool(has_zone.as_py()))
        )
        bad = list(islice(found, _SHOWN + 1))
        raise _no_time(name, ", ".join(bad[:_SHOWN]) + (", and more" if len(bad) > _SHOWN else "")) from None
    return pc.coalesce(with_zone, without)


def _is_time(text: pa.Scalar, *, zoned: bool) -> bool:
    try:
        text.cast(pa.timestamp("us", "UTC" if zoned else None))
    except pa.ArrowInvalid:
        return False
    return True


def _no_time(name: str, received: str) -> DataError:
    wanted = "timestamps, dates, numbers or text such as 2024-01-31 or 2024-01-31T08:00:00Z"
    return DataError(
        "validation has no last part in time", [Fault(name, f"{wanted} belong here. Received: {received}")]
    )


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
