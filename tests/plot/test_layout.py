"""Boxes get places where none covers another, edges lead right, and few of them cross."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelzoo.plot.boxes import STAGES
from modelzoo.plot.diagram import draw
from modelzoo.plot.graph import Graph
from modelzoo.plot.layout import lay_out
from modelzoo.plot.order import count_crossings, order_ranks
from modelzoo.plot.positions import settle
from modelzoo.plot.ranks import rank

from .conftest import PRICE, SMALL, SMALL_CORE, cores, encoders


@st.composite
def diagrams(draw):
    encoder = draw(encoders())
    return draw_named(encoder, draw(cores(encoder)))


def draw_named(encoder, layers):
    return draw("a model", encoder, PRICE, layers, 70)


@pytest.fixture
def small():
    return draw("wide_deep", SMALL, PRICE, SMALL_CORE, 70)


def test_boxes_stand_right_of_all_they_read(small):
    assert [[node for node in column if not node.startswith("lane")] for column in rank(small).columns] == [
        ["raw:area", "raw:town"],
        ["entry:area", "entry:area_cut", "entry:town"],
        ["entry:both"],
        ["core:dense", "core:ids"],
        ["core:8", "core:3"],
        ["core:7"],
        ["core:end"],
        ["output"],
    ]


def test_edges_from_afar_share_a_lane_to_each_box(small):
    ranks = rank(small)

    assert ranks.graph.sources["lane:2:core:ids"] == ["entry:area_cut", "entry:town"]
    assert ranks.graph.targets["lane:2:core:ids"] == ["core:ids"]
    assert ranks.carries["lane:2:core:ids", "core:ids"] == "ids"
    assert ranks.carries["lane:4:core:7", "core:7"] is None


@settings(max_examples=60, deadline=None)
@given(diagrams())
def test_no_box_covers_another_and_all_are_inside(diagram):
    layout = lay_out(diagram)

    assert set(layout.places) == set(diagram.boxes)
    for one, other in combinations(layout.places.values(), 2):
        assert (
            one.x + one.width <= other.x
            or other.x + other.width <= one.x
            or one.y + one.height <= other.y + 1e-6
            or other.y + other.height <= one.y + 1e-6
        )
    for key, place in layout.places.items():
        left, right = layout.stages[diagram.boxes[key].stage]
        assert left <= place.x
        assert place.x + place.width <= right
        assert place.y >= -1e-6
        assert place.y + place.height <= layout.height + 1e-6


@settings(max_examples=60, deadline=None)
@given(diagrams())
def test_stages_follow_each_other_and_every_wire_leads_right(diagram):
    layout = lay_out(diagram)

    assert tuple(layout.stages) == STAGES
    assert all(before[1] < after[0] for before, after in pairwise(layout.stages.values()))
    assert all(wire.start[0] <= wire.end[0] for wire in layout.wires)


@settings(max_examples=60, deadline=None)
@given(diagrams())
def test_every_edge_is_a_way_of_wires(diagram):
    layout = lay_out(diagram)
    points = dict.fromkeys(point for wire in layout.wires for point in (wire.start, wire.end))
    ways = Graph.of(map(str, points), [(str(wire.start), str(wire.end)) for wire in layout.wires])

    def reached(node):
        return {node}.union(*(reached(target) for target in ways.targets[node]))

    exits = {key: reached(str(place.exit)) for key, place in layout.places.items() if place.exit in points}
    assert all(str(layout.places[target].entrance) in exits[source] for source, target in diagram.graph.edges)


def test_a_diagram_gets_the_same_places_every_time(small):
    assert lay_out(small) == lay_out(draw("wide_deep", SMALL, PRICE, SMALL_CORE, 70))


def naive_crossings(ranks, targets):
    ends = {node: place for rank in ranks for place, node in enumerate(rank)}
    edges = [[(ends[node], ends[target]) for node in rank for target in targets[node]] for rank in ranks]
    return sum((a - c) * (b - d) < 0 for rank in edges for (a, b), (c, d) in combinations(rank, 2))


@st.composite
def ranked(draw):
    """Draw ranks of nodes and edges between neighbouring ones."""
    ranks = [[f"{rank}.{place}" for place in range(draw(st.integers(1, 5)))] for rank in range(draw(st.integers(1, 4)))]
    edges = [
        edge
        for left, right in pairwise(ranks)
        for edge in draw(st.lists(st.tuples(st.sampled_from(left), st.sampled_from(right)), unique=True))
    ]
    return ranks, Graph.of([node for rank in ranks for node in rank], edges)


@given(ranked())
def test_crossings_are_counted(drawn):
    ranks, graph = drawn

    assert count_crossings(ranks, graph.targets) == naive_crossings(ranks, graph.targets)


@given(ranked())
def test_ordering_keeps_the_nodes_and_the_first_rank_and_never_adds_a_crossing(drawn):
    ranks, graph = drawn

    ordered = order_ranks(ranks, graph.sources, graph.targets)

    assert [sorted(rank) for rank in ordered] == [sorted(rank) for rank in ranks]
    assert ordered[0] == ranks[0]
    assert count_crossings(ordered, graph.targets) <= count_crossings(ranks, graph.targets)


def test_two_edges_that_cross_are_disentangled():
    graph = Graph.of("abcd", ["ad", "bc"])

    assert order_ranks([["a", "b"], ["c", "d"]], graph.sources, graph.targets) == [["a", "b"], ["d", "c"]]


@pytest.mark.parametrize(
    ("wanted", "begins"),
    [
        ([0, 100], [0, 100]),
        ([0, 0], [-6, 6]),
        ([50, 0, 0], [50 / 3 - 12 + 0, 50 / 3, 50 / 3 + 12]),
        ([10], [10]),
        ([], []),
    ],
)
def test_what_wants_the_same_place_settles_around_it(wanted, begins):
    assert settle(wanted, [10] * len(wanted), [2] * (len(wanted) - 1)) == pytest.approx(begins)


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(1, 50)), min_size=1, max_size=12))
def test_settled_nodes_keep_their_distance(drawn):
    wanted, sizes = zip(*drawn, strict=True)

    begins = settle(wanted, sizes, [4.0] * (len(sizes) - 1))

    assert all(below - above >= size + 4 - 1e-6 for (above, below), size in zip(pairwise(begins), sizes, strict=False))
