"""Leave out of a trained core what is exactly zero, the same for every row, or read by nothing.

Two passes over the calls of a core find it. Forwards, from the inputs: which units are the same for every row, and
what they are; a unit whose incoming weights are all zero is one, whatever its bias and its nonlinearity. Backwards,
from the prediction: which units something reads; a unit that is the same for every row is read by no Dense layer,
since it can as well be part of its bias, and a unit without a weight to any unit that is read is not read itself.
So what one layer does without frees the layers below it. Then every call is made anew over what is left.

What a kind of layer makes of its units is said by its rule, in the folder ``rules``. A layer without one is a
barrier: it is called again as it is, and all it reads stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import keras
import numpy as np

from ..core.calls import walk
from ..core.cut import CODE
from .inputs import check, reading_of
from .passes import Found, find
from .reading import Kept, Reading, Removal
from .rules.barrier import Barrier
from .rules.base import Part, Rule, Step, width
from .rules.dense import Dense
from .rules.given import Given
from .rules.ids import Embedded, Wide

_HEAD = ("logits_sum", "prediction")
"""The layers behind the logits, whose units are those of the prediction: nobody looks for them to be removed."""


def survey_core(core: keras.Model, *, keep_inputs: bool) -> Survey:
    """Return what of a trained core is read, and what is not; the core is left as it was.

    Args:
        core: a functional model from the packed inputs ``dense``, ``ids`` and arrays to a prediction.
        keep_inputs: leave the inputs as they are, since the prediction is compared with them or cut at its
            ``code``, all units of which stay as well.
    """
    found = find(walk(core), keep_inputs=keep_inputs, pinned=CODE if keep_inputs else None)
    return Survey(core.name, found, keep_inputs)


@dataclass(frozen=True)
class Survey:
    """Say what a core reads, and make a smaller one without the rest."""

    name: str
    found: Found
    keep_inputs: bool

    @cached_property
    def reading(self) -> Reading:
        """What the core reads of its inputs."""
        return reading_of(self.found, keep_inputs=self.keep_inputs)

    @cached_property
    def barriers(self) -> tuple[str, ...]:
        """Each layer that is not understood, with its type, such as ``norm (LayerNormalization)``.

        All that it reads is left as it is. One that reads nothing but inputs that are kept holds nothing.
        """
        above: set[int] = set()  # the tensors that stand on weights
        names = []
        for rule in self.found.rules:
            on_weights = any(result.number in above for result in rule.call.inputs)
            if on_weights or bool(getattr(rule.layer, "weights", ())):
                above.update(result.number for result in rule.call.results)
            is_of_use = rule.holds(self.found.given(rule)) and self.found.is_read(rule) and rule.call.name not in _HEAD
            if is_of_use and (on_weights or not self.keep_inputs):
                names.append(f"{rule.call.name} ({type(rule.layer).__name__})")
        return tuple(dict.fromkeys(names))

    def rewrite(self, kept: Kept) -> tuple[keras.Model, tuple[Removal, ...]]:
        """Return a new core, over the inputs that are kept, with the same predictions; and what it does without.

        Layers that are not understood are the same objects as in the old core.

        Args:
            kept: has at least what is read.

        Raises:
            ValueError: when it has not.
        """
        check(kept, self.reading)
        parts: dict[int, Part] = {}
        inputs = {}
        for rule in self.found.rules:
            if rule.is_kept(kept) if isinstance(rule, Given) else self.found.is_read(rule):
                made = self._rewrite_call(rule, parts, kept)
                parts.update(zip((result.number for result in rule.call.results), made, strict=True))
                if isinstance(rule, Given):
                    inputs[made[0].tensor.name] = made[0].tensor
        output = parts[self.found.graph.output.number].tensor
        return keras.Model(inputs, output, name=self.name), tuple(filter(None, map(self._removal, self.found.rules)))

    def _rewrite_call(self, rule: Rule, parts: dict[int, Part], kept: Kept) -> list[Part]:
        given = [
            None if read is None else parts[result.number]
            for result, read in zip(rule.call.inputs, self.found.reads_of(rule), strict=True)
        ]
        return rule.rewrite(given, Step(self.found.given(rule), self.found.read_of(rule), kept))

    def _removal(self, rule: Rule) -> Removal | None:
        """Count the units of a layer with weights, where it loses some; a layer that is not understood, as a whole."""
        if not getattr(rule.layer, "weights", ()):
            return None
        if isinstance(rule, Barrier):
            return None if self.found.is_read(rule) else Removal(f"layer {rule.call.name}", 1, 0)
        if not isinstance(rule, Dense | Embedded | Wide):
            return None
        what = "numbers" if isinstance(rule, Embedded) else "units"
        before, after = width(rule.call.results[0]), int(np.sum(self.found.read_of(rule)))
        return Removal(f"{what} of {rule.call.name}", before, after) if after < before else None
