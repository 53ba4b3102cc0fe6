"""The left half of a diagram: raw columns, and the entries of the encoder that read them."""

from __future__ import annotations

from ..columns.array import FittedArray
from ..columns.encoder import Encoder
from ..columns.fitted import Fitted, FittedDense
from ..columns.schema import raw_input
from ..columns.words import describe_entry, describe_raw, reads
from .boxes import Box, Boxes, Part, Values
from .graph import Graph
from .leave_out import leave_out


def draw_columns(encoder: Encoder) -> tuple[Boxes, Graph]:
    """Return the boxes of raw columns and entries, and how they hang together.

    The graph goes on to the core's inputs: the nodes ``core:dense``, ``core:ids``, ``core:array_0`` and so on.
    """
    boxes: Boxes = {f"raw:{raw.name}": Box("raw", (Part(raw.name, (describe_raw(raw),)),)) for raw in encoder.raw}
    edges: list[tuple[str, str]] = []
    families = {key: [key] for key in boxes}
    crosses: dict[str, int] = {}
    for fitted in encoder.columns:
        key, sources = f"entry:{fitted.column.name}", _sources(fitted)
        boxes[key] = Box("encoder", (Part(fitted.column.name, (describe_entry(fitted),)),), _values(fitted))
        edges += [(source, key) for source in sources]
        if sources[0] in families:
            families[sources[0]].append(key)
        else:
            crosses[key] = 1 + max(crosses.get(source, 0) for source in sources)
    edges += [(f"entry:{name}", f"core:{given}") for name, given in _core_inputs(encoder).items()]
    rest = leave_out(boxes, list(families.values()), crosses)
    graph = Graph.of(dict.fromkeys([*boxes, *(target for _, target in edges)]), edges).merged(rest.owners)
    known = {**boxes, **rest.boxes}
    return {node: known[node] for node in graph.nodes if node in known}, graph


def _sources(fitted: Fitted) -> list[str]:
    """Return the nodes of what an entry reads."""
    kind = "entry" if raw_input(fitted.column) is None else "raw"
    return [f"{kind}:{name}" for name in reads(fitted.column)]


def _values(fitted: Fitted) -> Values:
    if isinstance(fitted, FittedDense):
        return "numbers"
    return "arrays" if isinstance(fitted, FittedArray) else "ids"


def _core_inputs(encoder: Encoder) -> dict[str, str]:
    """Return the core's input that each entry goes to; one that is there only to be crossed goes to none."""
    used = {layout.name for layout in encoder.id_layout}
    arrays = iter(encoder.array_shapes)
    inputs = {}
    for fitted in encoder.columns:
        name, values = fitted.column.name, _values(fitted)
        if values == "numbers":
            inputs[name] = "dense"
        elif values == "arrays":
            inputs[name] = next(arrays)
        elif name in used:
            inputs[name] = "ids"
    return inputs
