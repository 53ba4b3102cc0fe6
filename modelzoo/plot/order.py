"""Order the nodes of each rank so that few edges cross."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from itertools import pairwise

_SWEEPS = 12

Neighbours = Mapping[str, Sequence[str]]


def order_ranks(ranks: Sequence[Sequence[str]], sources: Neighbours, targets: Neighbours) -> list[list[str]]:
    """Return the ranks in the best of the orders that the barycentre method comes to.

    The first rank keeps its order: it is that of the data.

    Args:
        ranks: nodes from left to right, each in the order to begin with.
        sources: the nodes of the rank to the left that each node is joined to.
        targets: the same to the right.
    """
    current = [list(rank) for rank in ranks]
    best, fewest = current, count_crossings(current, targets)
    for _ in range(_SWEEPS):
        leftward = [current[-1]]
        for rank in reversed(current[1:-1]):
            leftward.insert(0, _by_mean_place(rank, leftward[0], targets))
        rightward = [current[0]]
        for rank in leftward if len(current) > 1 else ():
            rightward.append(_by_mean_place(rank, rightward[-1], sources))
        current = rightward
        crossings = count_crossings(current, targets)
        if crossings < fewest:
            best, fewest = current, crossings
    return best


def count_crossings(ranks: Sequence[Sequence[str]], targets: Neighbours) -> int:
    """Return the number of pairs of edges that cross."""
    crossings = 0
    for rank, following in pairwise(ranks):
        place = {node: number for number, node in enumerate(following)}
        passed: list[int] = []  # where the edges so far end, sorted
        for node in rank:
            ends = sorted(place[target] for target in targets[node])
            crossings += sum(len(passed) - bisect_left(passed, end + 1) for end in ends)
            for end in ends:
                insort(passed, end)
    return crossings


def _by_mean_place(rank: Sequence[str], fixed: Sequence[str], neighbours: Neighbours) -> list[str]:
    """Return a rank sorted by the mean place of what its nodes are joined to; one joined to nothing stays."""
    place = {node: number / len(fixed) for number, node in enumerate(fixed)}
    means = {
        node: sum(place[each] for each in neighbours[node]) / len(neighbours[node])
        if neighbours[node]
        else number / len(rank)
        for number, node in enumerate(rank)
    }
    return sorted(rank, key=means.__getitem__)
