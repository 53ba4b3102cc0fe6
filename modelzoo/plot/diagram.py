"""Draw a fitted model as boxes and edges: raw columns, encoder, core, output."""

from __future__ import annotations

from collections.abc import Sequence

from ..artifacts.run import LayerRecord
from ..columns.encoder import Encoder
from ..columns.target import Target
from ..columns.words import count
from .boxes import Box, Diagram, Part
from .columns import draw_columns
from .core import draw_core
from .graph import Graph

_ENOUGH_LABELS = 24
"""Characters the names of the classes get."""


def draw(name: str, encoder: Encoder, target: Target, layers: Sequence[LayerRecord], parameters: int) -> Diagram:
    """Return the diagram of a fitted model.

    Args:
        name: of the model.
        encoder: the fitted columns.
        target: what is predicted.
        layers: the graph of the core, as it is traced and kept in a run.
        parameters: of the whole core.
    """
    column_boxes, columns = draw_columns(encoder)
    core_boxes, core = draw_core(layers)
    graph = Graph.of(
        dict.fromkeys([*columns.nodes, *core.nodes, "output"]),
        [*columns.edges, *core.edges, ("core:end", "output")],
    )
    return Diagram(
        title=f"{name} predicts {target.name}" if target.name else f"{name} reconstructs its columns",
        headings={
            "raw": count(len(encoder.raw), "raw column", "raw columns"),
            "encoder": f"encoder: {count(len(encoder.columns), 'entry', 'entries')}",
            "core": f"core: {count(parameters, 'parameter', 'parameters')}",
            "output": "output",
        },
        boxes={**column_boxes, **core_boxes, "output": Box("output", (_describe_output(target),))},
        graph=graph,
    )


def _describe_output(target: Target) -> Part:
    """Return what is written of the target: its task, and how the core's numbers become its values."""
    title = target.name or "reconstruction"
    if target.labels:
        number = f" of {len(target.labels)} classes" if len(target.labels) > 2 else ""
        return Part(title, (f"{target.task}{number}", _begin([str(label) for label in target.labels])))
    if target.task != "regression":
        return Part(title)
    sign = "−" if target.center < 0 else "+"
    return Part(title, (target.task, f"× {target.spread:.4g} {sign} {abs(target.center):.4g}"))


def _begin(labels: Sequence[str]) -> str:
    """Return labels as one text, the first ones where there are many."""
    shown = [label for place, label in enumerate(labels) if len(", ".join(labels[: place + 1])) <= _ENOUGH_LABELS]
    return ", ".join(shown if len(shown) == len(labels) else [*shown, "…"])
