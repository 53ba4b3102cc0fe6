"""A directed graph without cycles, and the few ways in which it is made simpler."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter


@dataclass(frozen=True)
class Graph:
    """Hold nodes, each below those it depends on, and edges from source to target."""

    nodes: tuple[str, ...]
    edges: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, nodes: Iterable[str], edges: Iterable[tuple[str, str]]) -> Graph:
        """Return the graph in which each edge is there once, and none leads back to where it starts."""
        once = dict.fromkeys((source, target) for source, target in edges if source != target)
        reads: dict[str, list[str]] = {node: [] for node in nodes}
        for source, target in once:
            reads[target].append(source)
        return cls(tuple(TopologicalSorter(reads).static_order()), tuple(once))

    @cached_property
    def sources(self) -> dict[str, list[str]]:
        """The nodes that lead to each node."""
        found: dict[str, list[str]] = {node: [] for node in self.nodes}
        for source, target in self.edges:
            found[target].append(source)
        return found

    @cached_property
    def targets(self) -> dict[str, list[str]]:
        """The nodes each node leads to."""
        found: dict[str, list[str]] = {node: [] for node in self.nodes}
        for source, target in self.edges:
            found[source].append(target)
        return found

    def without(self, gone: Collection[str]) -> Graph:
        """Return the graph in which edges lead past some nodes, from what they read to what reads them."""
        origins: dict[str, list[str]] = {}
        for node in self.nodes:
            through = (origin for source in self.sources[node] for origin in origins[source])
            origins[node] = list(dict.fromkeys(through)) if node in gone else [node]
        edges = [(origin, target) for source, target in self.edges if target not in gone for origin in origins[source]]
        return Graph.of([node for node in self.nodes if node not in gone], edges)

    def merged(self, owners: Mapping[str, str]) -> Graph:
        """Return the graph in which nodes are replaced by others, several by the same one."""
        nodes = [owners.get(node, node) for node in self.nodes]
        edges = [(owners.get(source, source), owners.get(target, target)) for source, target in self.edges]
        return Graph.of(nodes, edges)

    def alike(self, kinds: Mapping[str, str]) -> list[list[str]]:
        """Return the sets of nodes that are of one kind and lie between nodes that are alike themselves.

        This is the coarsest partition that is stable under edges both ways, found by refining that into kinds.
        """
        classes: dict[str, object] = dict(kinds)
        while True:
            around = {
                node: (
                    classes[node],
                    frozenset(classes[source] for source in self.sources[node]),
                    frozenset(classes[target] for target in self.targets[node]),
                )
                for node in self.nodes
            }
            numbers = {each: number for number, each in enumerate(dict.fromkeys(around.values()))}
            if len(numbers) == len(set(classes.values())):
                return _groups(classes)
            classes = {node: numbers[around[node]] for node in self.nodes}

    def chains(self, ends: Collection[str] = ()) -> list[list[str]]:
        """Return all nodes as chains, in which each leads to the next alone, and the next comes from it alone.

        What is among ``ends`` stays by itself.
        """
        chains: dict[str, list[str]] = {}
        for node in self.nodes:
            sources = self.sources[node]
            if node not in ends and len(sources) == 1 and sources[0] not in ends and len(self.targets[sources[0]]) == 1:
                chains[node] = chains[sources[0]]
            else:
                chains[node] = []
            chains[node].append(node)
        return list({id(chain): chain for chain in chains.values()}.values())


def _groups(classes: Mapping[str, object]) -> list[list[str]]:
    groups: dict[object, list[str]] = {}
    for node, each in classes.items():
        groups.setdefault(each, []).append(node)
    return list(groups.values())
