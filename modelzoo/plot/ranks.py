"""Say how far right each box stands, and lead long edges past the boxes between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from .boxes import STAGES, Diagram, Values
from .graph import Graph


@dataclass(frozen=True)
class Ranks:
    """Hold nodes in ranks from left to right; every edge joins a rank and the next.

    Where a box is reached from further away, a lane leads past each rank between: a node without a box, which
    all edges to that box share.
    """

    columns: tuple[tuple[str, ...], ...]
    graph: Graph
    carries: Mapping[tuple[str, str], Values | None]
    """What flows along each edge, where it is the encoder's."""


def rank(diagram: Diagram) -> Ranks:
    """Return the ranks of a diagram."""
    ranks = _distances(diagram)
    carries: dict[tuple[str, str], Values | None] = {}
    for source, target in diagram.graph.edges:
        values = diagram.boxes[source].makes or diagram.boxes[target].makes
        steps = [source, *(f"lane:{place}:{target}" for place in range(ranks[source] + 1, ranks[target])), target]
        for step, following in pairwise(steps):
            carries.setdefault((step, following), values)
            ranks.setdefault(following, ranks[step] + 1)
    columns: list[list[str]] = [[] for _ in range(1 + max(ranks.values()))]
    for node, place in ranks.items():
        columns[place].append(node)
    return Ranks(tuple(map(tuple, columns)), Graph.of(ranks, carries), carries)


def _distances(diagram: Diagram) -> dict[str, int]:
    """Return the rank of each box: right of all it reads, and of all earlier stages."""
    ranks: dict[str, int] = {}
    for stage in STAGES:
        first = 1 + max(ranks.values(), default=-1)
        for node in diagram.graph.nodes:
            if diagram.boxes[node].stage == stage:
                ranks[node] = max([first, *(ranks[source] + 1 for source in diagram.graph.sources[node])])
    return ranks
