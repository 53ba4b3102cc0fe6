"""A graph is made simpler without losing what leads where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.plot.graph import Graph

DIAMOND = Graph.of("abcd", ["ab", "ac", "bd", "cd"])


@st.composite
def graphs(draw):
    """Draw a graph whose edges lead from lower to higher numbers, given in any order."""
    size = draw(st.integers(1, 12))
    pairs = [(str(low), str(high)) for low in range(size) for high in range(low + 1, size)]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return Graph.of(draw(st.permutations([str(place) for place in range(size)])), edges)


def reaches(graph):
    """Return what can be reached from each node."""
    found = {}
    for node in reversed(graph.nodes):
        found[node] = set().union(*({target} | found[target] for target in graph.targets[node]))
    return found


def test_edges_are_there_once_and_none_leads_to_its_own_start():
    assert Graph.of("ab", ["ab", "aa", "ab"]).edges == (("a", "b"),)


@given(graphs())
def test_nodes_come_below_those_they_depend_on(graph):
    place = {node: number for number, node in enumerate(graph.nodes)}

    assert all(place[source] < place[target] for source, target in graph.edges)


def test_a_circle_is_refused():
    with pytest.raises(ValueError, match="cycle"):
        Graph.of("ab", ["ab", "ba"])


def test_edges_lead_past_a_node_that_is_left_out():
    assert Graph.of("abcd", ["ab", "cb", "bd"]).without("b") == Graph.of("acd", ["ad", "cd"])


@given(graphs(), st.sets(st.integers(0, 11).map(str)))
def test_what_leads_to_what_stays_when_nodes_are_left_out(graph, gone):
    before = reaches(graph)

    after = reaches(graph.without(gone))

    assert after == {node: ends - gone for node, ends in before.items() if node not in gone}


def test_merged_nodes_have_the_edges_of_all_of_them():
    assert DIAMOND.merged({"b": "x", "c": "x"}) == Graph.of("axd", ["ax", "xd"])


def test_nodes_of_one_kind_between_the_same_are_alike():
    kinds = {"a": "in", "b": "layer", "c": "layer", "d": "layer"}

    assert DIAMOND.alike(kinds) == [["a"], ["b", "c"], ["d"]]
    assert DIAMOND.alike(kinds | {"c": "other"}) == [["a"], ["b"], ["c"], ["d"]]


def test_chains_side_by_side_are_alike_link_by_link():
    links = [("a", "b1"), ("a", "c1"), ("b1", "b2"), ("c1", "c2"), ("b2", "d"), ("c2", "d")]

    graph = Graph.of(["a", "b1", "b2", "c1", "c2", "d"], links)

    assert graph.alike(dict.fromkeys(graph.nodes, "layer")) == [["a"], ["b1", "c1"], ["b2", "c2"], ["d"]]


@given(graphs())
def test_what_is_alike_can_be_merged_without_a_circle(graph):
    groups = graph.alike(dict.fromkeys(graph.nodes, "layer"))

    merged = graph.merged({member: group[0] for group in groups for member in group})

    assert sorted(merged.nodes) == sorted(group[0] for group in groups)


def test_a_chain_ends_where_edges_meet_or_part():
    graph = Graph.of("abcdef", ["ab", "bc", "bd", "ce", "de", "ef"])

    assert graph.chains() == [["a", "b"], ["c"], ["d"], ["e", "f"]]


def test_what_is_to_stay_by_itself_is_in_no_chain():
    assert Graph.of("abcd", ["ab", "bc", "cd"]).chains(ends="b") == [["a"], ["b"], ["c", "d"]]


@given(graphs())
def test_every_node_is_in_one_chain(graph):
    assert sorted(node for chain in graph.chains() for node in chain) == sorted(graph.nodes)
