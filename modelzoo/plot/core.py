"""The right half of a diagram: the layers of the core, made readable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..artifacts.run import LayerRecord
from ..columns.words import count, describe_shape
from .boxes import Box, Boxes, Part
from .graph import Graph
from .repeats import fold_repeats

_INPUT = "InputLayer"
_TECHNICAL = {"Cast", "Concatenate", "ExpandDims", "Flatten", "GetItem", "Identity", "Reshape", "Squeeze"}
"""Types that only hand values on: an edge says as much."""
_SIGNS = {"Add": "+", "Multiply": "×", "Subtract": "−"}
_ENOUGH_ALIKE = 3
"""Layers side by side, alike in all they read and feed, that become one box."""


def draw_core(layers: Sequence[LayerRecord]) -> tuple[Boxes, Graph]:
    """Return the boxes of a core and how they hang together; the node ``core:end`` makes the prediction.

    Layers that only hand values on become edges, layers side by side that are alike become one box, and layers
    each of which feeds the next alone become a tower.
    """
    keys = _keys(layers)
    records = dict(zip(keys, layers, strict=True))
    inputs = {key for key in keys if records[key].type == _INPUT}
    edges = [(keys[source], key) for key in keys for source in records[key].inputs]
    graph = _without_technical(Graph.of(keys, edges), records)
    kinds = {key: key if key in inputs else records[key].type for key in graph.nodes}
    groups = {group[-1]: group for group in graph.alike(kinds)}
    groups = {key: group for key, group in groups.items() if len(group) >= _ENOUGH_ALIKE}
    graph = graph.merged({member: key for key, group in groups.items() for member in group})
    towers = {chain[-1]: chain for chain in graph.chains(ends=inputs)}
    boxes = {key: Box("core", _parts(chain, groups, records, layers)) for key, chain in towers.items()}
    return boxes, graph.merged({member: key for key, chain in towers.items() for member in chain})


def _keys(layers: Sequence[LayerRecord]) -> list[str]:
    keys = [f"core:{layer.name if layer.type == _INPUT else place}" for place, layer in enumerate(layers)]
    return [*keys[:-1], "core:end"]


def _without_technical(graph: Graph, records: Mapping[str, LayerRecord]) -> Graph:
    """Return the graph without layers that only hand values on, but for those where many edges meet and part."""
    technical = [key for key in graph.nodes if key != "core:end" and is_technical(records[key])]
    graph = graph.without([key for key in technical if len(graph.sources[key]) == 1])
    joins = [key for key in technical if key in graph.sources]
    return graph.without([key for key in joins if len(graph.targets[key]) == 1])


def is_technical(layer: LayerRecord) -> bool:
    """Whether a layer only hands on the values it is given, in another form at most."""
    if layer.parameters:
        return False
    return layer.type in _TECHNICAL or (layer.type == "Activation" and layer.detail == "linear")


def describe_output(layer: LayerRecord) -> str:
    """Return what a layer puts out for one row, as ``32 numbers``."""
    size = layer.shape[0] if layer.shape else None
    if layer.type == _INPUT and layer.name == "ids" and size is not None:
        return count(size, "id", "ids")
    return describe_shape(layer.shape)


def _parts(
    chain: Sequence[str],
    groups: Mapping[str, Sequence[str]],
    records: Mapping[str, LayerRecord],
    layers: Sequence[LayerRecord],
) -> tuple[Part, ...]:
    """Return what is written of each layer of a tower, top to bottom."""
    signs, parts = [], []
    for key in chain:
        if key in groups:
            parts.append(_describe_group([records[member] for member in groups[key]]))
            signs.append(key)
        else:
            layer = records[key]
            shapes = [layers[source].shape for source in layer.inputs]
            parts.append(_describe(layer, shapes[0] if len(shapes) == 1 else None, is_last=key == "core:end"))
            signs.append(str((layer.type, shapes, layer.shape, layer.detail, layer.parameters)))
    numbers = [records[key].parameters for key in chain]
    return tuple(fold_repeats(parts, signs, numbers))


def _describe(layer: LayerRecord, given: tuple[int | None, ...] | None, *, is_last: bool) -> Part:
    """Return what is written of a layer that reads one tensor of a shape, or several."""
    if layer.type == _INPUT:
        return Part(layer.name, (describe_output(layer),))
    if layer.type in _SIGNS and not is_last:
        return Part(_SIGNS[layer.type])
    extra = f", {layer.detail}" if layer.detail else ""
    if given == layer.shape and not layer.parameters and not is_last:
        return Part(f"{layer.type}{extra}")
    arrow = "" if given in (None, layer.shape) else f"{_sizes(given)} → "
    parameters = (count(layer.parameters, "parameter", "parameters"),) if layer.parameters else ()
    return Part(layer.name, (f"{layer.type} {arrow}{_sizes(layer.shape)}{extra}", *parameters))


def _describe_group(layers: Sequence[LayerRecord]) -> Part:
    """Return what is written of layers side by side."""
    shapes = [layer.shape for layer in layers]
    vectors = [shape[0] for shape in shapes if len(shape) == 1 and shape[0] is not None]
    made = f"{describe_shape((sum(vectors),))} in all" if len(vectors) == len(shapes) else "side by side"
    parameters = sum(layer.parameters for layer in layers)
    details = (made, count(parameters, "parameter", "parameters")) if parameters else (made,)
    return Part(f"{len(layers)} × {layers[0].type}", details)


def _sizes(shape: tuple[int | None, ...] | None) -> str:
    return "×".join("?" if size is None else f"{size:,}" for size in shape or (1,))
