"""Measure what pairs of columns say about a target together."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np

_TARGET_BINS = 10
_CHANCE_DEVIATIONS = 3.5
_ROWS_PER_CELL = 5
"""Fewer rows than this a combination and target value, on average, and chance passes for information."""


def synergy(ids: Mapping[str, np.ndarray], target: np.ndarray, *, least: float) -> list[tuple[str, str]]:
    """Return the pairs of columns with I(a,b;y) - I(a;y) - I(b;y) of at least ``least`` nats, highest first.

    What chance alone may bring about in so few rows does not count.

    Args:
        ids: int32 (n,) a column.
        target: (n,) numbers or class ids; more than ten different ones are cut at deciles.
        least: threshold in nats.
    """
    y = _bins(target)
    sizes, outcomes = {name: np.unique(values).size for name, values in ids.items()}, np.unique(y).size
    alone = {name: information(values, y) for name, values in ids.items()}
    scores: dict[tuple[str, str], float] = {}
    for a, b in combinations(sorted(ids), 2):
        seen, pair = np.unique(_joint(ids[a], ids[b]), return_inverse=True)
        if seen.size * outcomes * _ROWS_PER_CELL <= y.size:
            score = information(pair, y) - alone[a] - alone[b]
            freedom = (seen.size - sizes[a] - sizes[b] + 1) * (outcomes - 1)
            if score >= max(least, _chance(freedom, y.size)):
                scores[a, b] = score
    best = sorted(scores, key=lambda pair: (-scores[pair], pair))
    order = {name: place for place, name in enumerate(ids)}
    return [(a, b) if order[a] < order[b] else (b, a) for a, b in best]


def most_informative(ids: Mapping[str, np.ndarray], target: np.ndarray, most: int) -> dict[str, np.ndarray]:
    """Return the columns that say most about the target one by one, at most so many, in the order given.

    Args:
        ids: int32 (n,) a column.
        target: as for ``synergy``.
        most: how many columns to keep.
    """
    if len(ids) <= most:
        return dict(ids)
    y = _bins(target)
    best = sorted(ids, key=lambda name: -information(ids[name], y))[:most]
    return {name: values for name, values in ids.items() if name in best}


def tells(ids: np.ndarray, target: np.ndarray) -> bool:
    """Whether ids (n,) say more about a target (n,) than chance does."""
    y = _bins(target)
    freedom = (np.unique(ids).size - 1) * (np.unique(y).size - 1)
    return information(ids, y) > _chance(freedom, y.size)


def information(x: np.ndarray, y: np.ndarray) -> float:
    """Return the mutual information of two id columns in nats, with the Miller-Madow correction for its bias.

    Source: G. Miller, "Note on the bias of information estimates", 1955.
    """
    return _entropy(x) + _entropy(y) - _entropy(_joint(x, y))


def _chance(freedom: int, rows: int) -> float:
    """Return the nats above its expectation that the information of unrelated columns exceeds once in 4,000 pairs.

    2 n I follows a chi-square distribution, here in Wilson and Hilferty's approximation (1931).
    """
    degrees = max(1, freedom)
    spread = 2 / (9 * degrees)
    return float(degrees * ((1 - spread + _CHANCE_DEVIATIONS * np.sqrt(spread)) ** 3 - 1) / (2 * rows))


def _entropy(ids: np.ndarray) -> float:
    counts = np.unique(ids, return_counts=True)[1]
    shares = counts / ids.size
    return float(-(shares * np.log(shares)).sum() + (counts.size - 1) / (2 * ids.size))


def _joint(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    numbered: np.ndarray = a.astype(np.int64) * (int(b.max(initial=0)) + 1) + b
    return numbered


def _bins(target: np.ndarray) -> np.ndarray:
    if np.unique(target).size <= _TARGET_BINS:
        return np.asarray(np.unique(target, return_inverse=True)[1]).reshape(-1)
    deciles = np.quantile(target, np.arange(1, _TARGET_BINS) / _TARGET_BINS)
    return np.asarray(np.searchsorted(deciles, target, side="right"))
