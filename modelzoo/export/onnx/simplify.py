"""Leave out of a converted core what ONNX does without being told.

Keras lets ids below zero count from the end of a table, in nine nodes a table where ONNX' own ``Gather`` does so: most
of what a row costs.
"""

from __future__ import annotations

from collections.abc import Mapping

import onnx
from onnx import numpy_helper

Makers = Mapping[str, onnx.NodeProto]
"""The node that makes each value."""


def gather_plainly(model: onnx.ModelProto) -> None:
    """Let each ``Gather`` from a table have its ids as they are, and take out the nodes that nothing then needs."""
    graph = model.graph
    makers = {output: node for node in graph.node for output in node.output}
    constants = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Gather" and node.input[0] in constants:
            node.input[1] = _unwrapped(node.input[1], constants[node.input[0]], makers, constants)
    _drop_unneeded(graph)


def _unwrapped(name: str, table: onnx.TensorProto, makers: Makers, constants: Mapping[str, onnx.TensorProto]) -> str:
    """Return x of the value ``(x < 0) * (x + rows) + x * not (x < 0)``, and the name of any other value."""
    below = _behind(makers, name, ("Add", 0), ("Mul", 0), ("Cast", 0))
    zero = constants.get(_behind(makers, below, ("Less", 1)))
    rows = constants.get(_behind(makers, name, ("Add", 0), ("Mul", 1), ("Add", 1)))
    plain = {
        _behind(makers, name, ("Add", 1), ("Mul", 0)),
        _behind(makers, name, ("Add", 0), ("Mul", 1), ("Add", 0)),
        _behind(makers, below, ("Less", 0), ("Cast", 0)),
    }
    fits = (
        below == _behind(makers, name, ("Add", 1), ("Mul", 1), ("Cast", 0), ("Not", 0))
        and len(plain) == 1
        and zero is not None
        and rows is not None
        and numpy_helper.to_array(zero).tolist() in (0, [0])
        and numpy_helper.to_array(rows).tolist() in (table.dims[0], [table.dims[0]])
    )
    return (plain.pop() if fits else "") or name


def _behind(makers: Makers, name: str, *path: tuple[str, int]) -> str:
    """Return the value found by going back through operators, to the input at a place of each; "" where it differs."""
    for kind, place in path:
        node = makers.get(name)
        if node is None or node.op_type != kind:
            return ""
        name = node.input[place]
    return name


def _drop_unneeded(graph: onnx.GraphProto) -> None:
    """Take out nodes and constants that lead to no output; of graphs inside nodes everything counts as needed."""
    needed = {output.name for output in graph.output}
    kept: list[onnx.NodeProto] = []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            kept.append(node)
            needed.update(node.input)
            needed.update(name for attribute in node.attribute for name in _read_inside(attribute))
    constants = [tensor for tensor in graph.initializer if tensor.name in needed]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(reversed(kept))
    graph.initializer.extend(constants)


def _read_inside(attribute: onnx.AttributeProto) -> set[str]:
    """Return every value that the nodes of a graph inside a node read."""
    read: set[str] = set()
    for node in attribute.g.node:
        read.update(node.input, *map(_read_inside, node.attribute))
    return read | {output.name for output in attribute.g.output}
