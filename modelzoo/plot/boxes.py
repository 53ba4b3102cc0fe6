"""What a diagram is made of: plain data, without places or sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .graph import Graph

Stage = Literal["raw", "encoder", "core", "output"]
STAGES: tuple[Stage, ...] = ("raw", "encoder", "core", "output")
Values = Literal["numbers", "ids", "arrays"]


@dataclass(frozen=True)
class Part:
    """One thing in a box: a column, an entry of the schema, a layer."""

    title: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Box:
    """What is drawn as one: a part alone, or layers each of which feeds the next alone, top to bottom."""

    stage: Stage
    parts: tuple[Part, ...]
    makes: Values | None = None
    """What an entry of the encoder turns its column into."""


Boxes = dict[str, Box]
"""Boxes by the key of their node."""


@dataclass(frozen=True)
class Diagram:
    """Hold the boxes, the graph that says how they hang together, and the words above them."""

    title: str
    headings: Mapping[Stage, str]
    boxes: Mapping[str, Box]
    graph: Graph
