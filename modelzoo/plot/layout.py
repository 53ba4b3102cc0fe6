"""Give the boxes of a diagram their places: ranks from left to right, few crossings, short edges.

The steps are those of Sugiyama, Tagawa & Toda, "Methods for Visual Understanding of Hierarchical System
Structures", 1981: ranks, order within ranks, positions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .boxes import Diagram, Stage, Values
from .markup import Point
from .order import order_ranks
from .positions import settle
from .ranks import Ranks, rank
from .sizes import ROW, Size, measure_box

LANE = 8.0
"""Height of a lane, in which the edges to one box pass a rank of others."""
_BETWEEN_ROWS = 4.0
_BETWEEN_BOXES = 24.0
_BEFORE: dict[Stage, float] = {"raw": 0.0, "encoder": 54.0, "core": 76.0, "output": 52.0}
"""Pixels between a stage and the one before it."""
_WITHIN: dict[Stage, float] = {"encoder": 80.0, "core": 44.0}
"""Pixels between two ranks of one stage."""
_SWEEPS = 20
_MANY = 6
"""Wires to one end that no one follows one by one."""


@dataclass(frozen=True)
class Place:
    """Hold the rectangle a box takes, and the heights of its parts."""

    x: float
    y: float
    width: float
    parts: tuple[float, ...]

    @property
    def height(self) -> float:
        """Height of the whole rectangle."""
        return Size(self.width, self.parts).height

    @property
    def entrance(self) -> Point:
        """Where edges come in: left of the first part."""
        return self.x, self.y + self.parts[0] / 2

    @property
    def exit(self) -> Point:
        """Where edges go out: right of the last part."""
        return self.x + self.width, self.y + self.height - self.parts[-1] / 2


@dataclass(frozen=True)
class Wire:
    """Join two points, in a bend where they are not level."""

    start: Point
    end: Point
    carries: Values | None
    is_one_of_many: bool = False


@dataclass(frozen=True)
class Layout:
    """Hold the places of all boxes, the wires between them and the room of each stage, left to right."""

    places: Mapping[str, Place]
    wires: tuple[Wire, ...]
    stages: Mapping[Stage, tuple[float, float]]
    height: float


def lay_out(diagram: Diagram) -> Layout:
    """Return where everything goes, from (0, 0) right and down; the same diagram always gets the same places."""
    ranks = rank(diagram)
    columns = order_ranks(ranks.columns, ranks.graph.sources, ranks.graph.targets)
    sizes = {node: _size(diagram, node) for node in ranks.graph.nodes}
    tops = _tops(columns, ranks, sizes)
    places: dict[str, Place] = {}
    stages: dict[Stage, tuple[float, float]] = {}
    x, last = 0.0, None
    for column in columns:
        stage = next(diagram.boxes[node].stage for node in column if node in diagram.boxes)
        x += _WITHIN[stage] if stage == last else _BEFORE[stage]
        width = max(sizes[node].width for node in column)
        places |= {node: Place(x, tops[node], width, sizes[node].parts) for node in column}
        stages[stage] = (stages.get(stage, (x, x))[0], x + width)
        x, last = x + width, stage
    boxes = {node: place for node, place in places.items() if node in diagram.boxes}
    height = max(place.y + place.height for place in places.values())
    return Layout(boxes, tuple(_wires(ranks, places, boxes)), stages, height)


def _size(diagram: Diagram, node: str) -> Size:
    return measure_box(diagram.boxes[node]) if node in diagram.boxes else Size(0, (LANE,))


def _tops(columns: Sequence[Sequence[str]], ranks: Ranks, sizes: Mapping[str, Size]) -> dict[str, float]:
    """Return the upper end of each node, near those it is joined to; the least one is 0."""
    tops = dict.fromkeys(sizes, 0.0)
    for sweep in range(_SWEEPS):
        sides = (sweep % 2 == 0, sweep % 2 == 1) if sweep < _SWEEPS - 1 else (True, True)
        for column in columns if sides[0] else reversed(columns):
            wanted = [_wanted(node, tops, sizes, ranks, sides) for node in column]
            gaps = [_gap(sizes[above], sizes[below]) for above, below in pairwise(column)]
            tops.update(zip(column, settle(wanted, [sizes[node].height for node in column], gaps), strict=True))
    highest = min(tops.values())
    return {node: top - highest for node, top in tops.items()}


def _wanted(
    node: str, tops: Mapping[str, float], sizes: Mapping[str, Size], ranks: Ranks, sides: tuple[bool, bool]
) -> float:
    """Return where a node would begin by its neighbours at the left, at the right, or both."""
    places = []
    if sides[0]:
        entrance = sizes[node].parts[0] / 2
        places += [
            tops[each] + sizes[each].height - sizes[each].parts[-1] / 2 - entrance for each in ranks.graph.sources[node]
        ]
    if sides[1]:
        leaving = sizes[node].height - sizes[node].parts[-1] / 2
        places += [tops[each] + sizes[each].parts[0] / 2 - leaving for each in ranks.graph.targets[node]]
    return sum(places) / len(places) if places else tops[node]


def _gap(above: Size, below: Size) -> float:
    return _BETWEEN_ROWS if above.height <= ROW and below.height <= ROW else _BETWEEN_BOXES


def _wires(ranks: Ranks, places: Mapping[str, Place], boxes: Mapping[str, Place]) -> Iterator[Wire]:
    for (source, target), values in ranks.carries.items():
        is_one_of_many = len(ranks.graph.sources[target]) > _MANY
        yield Wire(places[source].exit, places[target].entrance, values, is_one_of_many)
    for node, place in places.items():
        if node not in boxes:
            values = ranks.carries[ranks.graph.sources[node][0], node]
            yield Wire(place.entrance, place.exit, values)
