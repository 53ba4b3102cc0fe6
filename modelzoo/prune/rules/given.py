"""The inputs of a core: what the smaller encoder hands on."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from ...core.calls import Call
from ..reading import Kept
from .base import Part, Rule, Step, Units, width


class Given(Rule):
    """An input: ``dense``, ``ids``, or an array."""

    @classmethod
    def of(cls, call: Call, below: Sequence[Rule]) -> Rule | None:  # noqa: ARG003  (every kind is told)
        """Return the rule for an input."""
        return cls(call)

    def is_kept(self, kept: Kept) -> bool:
        """Whether anything of it is handed on."""
        if self.call.name == "dense":
            return len(kept.dense) > 0
        return len(kept.ids) > 0 if self.call.name == "ids" else self.call.name in kept.arrays

    def constants(self, given: Sequence[Units]) -> list[Units]:  # noqa: ARG002
        """Rows differ."""
        return [Units.unknown(self.call.results[0])]

    def reads(self, given: Sequence[Units], needed: np.ndarray) -> list[np.ndarray | None]:  # noqa: ARG002
        """It reads nothing."""
        return []

    def rewrite(self, parts: Sequence[Part | None], step: Step) -> list[Part]:  # noqa: ARG002
        """Return an input for what is handed on."""
        (old,) = self.call.results
        if self.call.name == "dense":
            return [self._vector("dense", step.kept.dense)]
        if self.call.name == "ids":
            return [self._vector("ids", np.array([each.place for each in step.kept.ids]))]
        tensor = keras.Input(batch_shape=old.shape, dtype=old.dtype, name=step.kept.arrays[self.call.name])
        return [Part(tensor, np.arange(width(old)))]

    def _vector(self, name: str, present: np.ndarray) -> Part:
        return Part(keras.Input((len(present),), dtype=self.call.results[0].dtype, name=name), present)
