"""Gather statistics of a column portion by portion, in memory that does not grow with the rows."""

from __future__ import annotations

import math

import numpy as np

from ..lazy import pa, pc

SAMPLE = 131_072
"""Values from which quantiles are taken: all of them, where a column has no more."""
MOST_COUNTED = 2_000_000
"""Different values counted at a time; beyond, the rarest so far are forgotten."""
_CONSTANT = 1e-12
"""Relative to the mean: a smaller spread is what rounding leaves of a constant."""
_LEAST_SPREAD = 1e-290
_MOST_SPREAD = 1e300
_MERGED_AT = 65_536


class Moments:
    """Gather count, mean and standard deviation.

    Portions are joined as by T. Chan et al., "Updating Formulae and a Pairwise Algorithm for Computing Sample
    Variances", 1979, in standard deviations rather than squares, which could overflow.
    """

    def __init__(self) -> None:
        self._count = 0
        self._mean = 0.0
        self._deviation = 0.0

    def add(self, values: np.ndarray) -> None:
        """Take in finite float64 (n,)."""
        if values.size == 0:
            return
        largest = float(np.abs(values).max()) or 1.0
        shares = values / largest  # so that squares of extreme ones do not overflow
        mean, deviation = float(shares.mean()) * largest, float(shares.std()) * largest
        if self._count == 0:
            self._count, self._mean, self._deviation = values.size, mean, deviation
            return
        total = self._count + values.size
        before, now = self._count / total, values.size / total
        apart = math.sqrt(before * now)
        self._deviation = math.hypot(
            self._deviation * math.sqrt(before), deviation * math.sqrt(now), mean * apart - self._mean * apart
        )
        self._mean = self._mean * before + mean * now
        self._count = total

    def result(self) -> tuple[float, float]:
        """Return mean and standard deviation; (0, 1) of nothing, spread 1 of a constant.

        The spread stays where both it and its reciprocal are normal numbers, which TensorFlow may divide and
        multiply by.
        """
        if self._count == 0:
            return 0.0, 1.0
        if self._deviation <= max(abs(self._mean) * _CONSTANT, _LEAST_SPREAD):
            return self._mean, 1.0
        return self._mean, min(self._deviation, _MOST_SPREAD)


def moments(values: np.ndarray) -> tuple[float, float]:
    """Return mean and standard deviation of finite float64 (n,), as ``Moments`` does."""
    gathered = Moments()
    gathered.add(values)
    return gathered.result()


class Sample:
    """Keep some of the rows: all while they are few, and then each with the same chance.

    Which ones depends on their row numbers alone, never on the portions they came in.
    """

    def __init__(self, limit: int = SAMPLE) -> None:
        self._limit = limit
        self._rows = 0
        self._highest = np.uint64(2**64 - 1)
        self._keys: list[np.ndarray] = []
        self._values: list[np.ndarray] = []
        self._size = 0

    def add(self, values: np.ndarray) -> None:
        """Take in the values (n,) of the next rows; NaN and infinities are passed over."""
        keys = mixed(np.arange(self._rows, self._rows + values.size, dtype=np.uint64))
        self._rows += values.size
        self._keep(keys, values, (keys <= self._highest) & np.isfinite(values))
        while self._size > self._limit:
            self._highest >>= np.uint64(1)
            all_keys, all_values = np.concatenate(self._keys), np.concatenate(self._values)
            self._keys, self._values, self._size = [], [], 0
            self._keep(all_keys, all_values, all_keys <= self._highest)

    def values(self) -> np.ndarray:
        """Return the finite values that were kept, float64 (k,)."""
        return np.concatenate([np.empty(0), *self._values])

    def _keep(self, keys: np.ndarray, values: np.ndarray, chosen: np.ndarray) -> None:
        if chosen.any():
            self._keys.append(keys[chosen])
            self._values.append(values[chosen])
            self._size += int(np.count_nonzero(chosen))


def mixed(numbers: np.ndarray) -> np.ndarray:
    """Return uint64 (n,) that look random: the finaliser of SplitMix64 (G. Steele et al., 2014)."""
    bits = numbers + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    scattered: np.ndarray = bits ^ (bits >> np.uint64(31))
    return scattered


class Counts:
    """Count how often each text or integer occurs, at most some millions of different ones."""

    def __init__(self, most: int = MOST_COUNTED) -> None:
        self._most = most
        self._parts: list[pa.Table] = []
        self._size = 0
        self._merged_at = _MERGED_AT

    def add(self, values: pa.Array) -> None:
        """Take in the next values, without nulls."""
        counted = pc.value_counts(values)
        part = pa.table({"value": counted.field("values"), "count": counted.field("counts")})
        self._parts.append(part)
        self._size += part.num_rows
        if len(self._parts) > 1 and self._size > self._merged_at:
            merged = self._merged()
            if merged.num_rows > self._most:
                merged = _by_frequency(merged).slice(0, self._most // 2)
            self._parts, self._size = [merged], merged.num_rows
            self._merged_at = max(_MERGED_AT, 2 * self._size)

    def by_frequency(self, *, min_count: int, max_size: int) -> pa.ChunkedArray:
        """Return the values that occur often enough, most frequent first and equal counts by value."""
        if not self._parts:
            return pa.chunked_array([pa.array([], pa.string())])
        merged = self._merged()
        return _by_frequency(merged.filter(pc.greater_equal(merged["count"], min_count)))["value"].slice(0, max_size)

    def _merged(self) -> pa.Table:
        if len(self._parts) == 1:
            return self._parts[0]
        summed = pa.concat_tables(self._parts).group_by("value").aggregate([("count", "sum")])
        return summed.rename_columns({"value": "value", "count_sum": "count"})


def _by_frequency(counted: pa.Table) -> pa.Table:
    return counted.sort_by([("count", "descending"), ("value", "ascending")])
