"""Two passes over a core: which units are the same for every row, and which are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..core.calls import Graph
from .rules.base import Rule, Units, width
from .rules.given import Given
from .rules.table import rules_of


@dataclass(frozen=True)
class Found:
    """What is known of the units of a core; tensors go by their numbers."""

    graph: Graph
    rules: tuple[Rule, ...]
    """The rule of each call."""
    units: dict[int, Units]
    """Of each tensor, which of its units are the same for every row."""
    needed: dict[int, np.ndarray]
    """bool (n,) of each tensor that is read: which of its units are, one at least."""

    def given(self, rule: Rule) -> list[Units]:
        """Return the units of each input of a call."""
        return [self.units[result.number] for result in rule.call.inputs]

    def is_read(self, rule: Rule) -> bool:
        """Whether something reads what a call makes."""
        return any(result.number in self.needed for result in rule.call.results)

    def reads_of(self, rule: Rule) -> list[np.ndarray | None]:
        """Return bool (n,) of each input of a call: which units it reads; None where it does without."""
        return rule.reads(self.given(rule), self.read_of(rule))

    def read_of(self, rule: Rule) -> np.ndarray:
        """Return bool (n,): which units are read of the first tensor a call makes."""
        (result, *_) = rule.call.results
        return self.needed.get(result.number, np.zeros(width(result), bool))


def find(graph: Graph, *, keep_inputs: bool, pinned: str | None) -> Found:
    """Return what is known of the units of a core.

    Args:
        graph: its calls.
        keep_inputs: whether all inputs count as read.
        pinned: the name of a layer whose output stays whole, and means what it meant.
    """
    rules = rules_of(graph, pinned)
    found = Found(graph, rules, _constants(rules, pinned), {})
    _need(found, pinned, keep_inputs=keep_inputs)
    return found


def _constants(rules: Sequence[Rule], pinned: str | None) -> dict[int, Units]:
    """Go from the inputs to the prediction."""
    units: dict[int, Units] = {}
    for rule in rules:
        own = rule.constants([units[result.number] for result in rule.call.inputs])
        for result, each in zip(rule.call.results, own, strict=True):
            units[result.number] = Units.unknown(result) if rule.call.name == pinned else each
    return units


def _need(found: Found, pinned: str | None, *, keep_inputs: bool) -> None:
    """Go from the prediction, of which all is needed, to the inputs, and note what each call reads."""
    output = found.graph.output
    found.needed[output.number] = np.ones(width(output), bool)
    for rule in reversed(found.rules):
        stays = keep_inputs and isinstance(rule, Given)
        if not found.is_read(rule) and not stays:
            continue
        for result in rule.call.results:
            own = found.needed.setdefault(result.number, np.zeros(width(result), bool))
            if stays or rule.call.name == pinned:
                own[:] = True
            elif not own.any():  # the layer that reads it needs an input; a unit that never varies asks for least
                own[np.argmin(found.units[result.number].varies)] = True
        for result, read in zip(rule.call.inputs, found.reads_of(rule), strict=True):
            if read is not None:
                found.needed[result.number] = read | found.needed.get(result.number, False)
