"""Which kind of layer each rule is for."""

from __future__ import annotations

from collections import Counter
from typing import Any

from keras import layers

from ...core.calls import Graph
from ...core.wide import WideLogits
from .barrier import Barrier
from .base import Rule
from .dense import Dense
from .elementwise import Elementwise, Normalized
from .given import Given
from .ids import Chosen, Embedded, Wide
from .joined import Flattened, Joined
from .sums import Sum

_RULES: dict[type, type[Rule]] = {
    layers.Activation: Elementwise,
    layers.ActivityRegularization: Elementwise,
    layers.Add: Sum,
    layers.AlphaDropout: Elementwise,
    layers.BatchNormalization: Normalized,
    layers.Concatenate: Joined,
    layers.Dense: Dense,
    layers.Dropout: Elementwise,
    layers.ELU: Elementwise,
    layers.Embedding: Embedded,
    layers.Flatten: Flattened,
    layers.GaussianDropout: Elementwise,
    layers.GaussianNoise: Elementwise,
    layers.Identity: Elementwise,
    layers.LeakyReLU: Elementwise,
    layers.ReLU: Elementwise,
    WideLogits: Wide,
}
"""By the exact type: of a subclass nothing is known."""


def rules_of(graph: Graph, pinned: str | None) -> tuple[Rule, ...]:
    """Return the rule of each call.

    Args:
        graph: the calls of a core.
        pinned: the name of a layer whose output stays whole.
    """
    times = Counter(id(call.operation) for call in graph.calls if call.operation is not None)
    rules: list[Rule] = []
    for call in graph.calls:
        kind = Barrier if times[id(call.operation)] > 1 else _kind(call.operation)
        if call.name == pinned and kind is not Dense:
            kind = Barrier
        rules.append(kind.of(call, rules) or Barrier(call))
    return tuple(rules)


def _kind(operation: Any) -> type[Rule]:
    """Return the kind of rule for a layer or operation; None is an input."""
    if operation is None:
        return Given
    made_by_indexing = type(operation).__name__ == "GetItem" and type(operation).__module__.startswith("keras.")
    return Chosen if made_by_indexing else _RULES.get(type(operation), Barrier)
