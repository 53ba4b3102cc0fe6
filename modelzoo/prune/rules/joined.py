"""Layers that put units side by side: Concatenate, and Flatten of an array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import keras
import numpy as np

from ...core.calls import Call
from .base import Part, Rule, Step, Units, is_of_one, is_plain, is_vector, width
from .elementwise import Elementwise


class Joined(Rule):
    """Join what is left of vectors."""

    @classmethod
    def of(cls, call: Call, below: Sequence[Rule]) -> Joined | None:  # noqa: ARG003  (every kind is told)
        """Return the rule for a call, or None where it does not fit."""
        fits = is_plain(call) and all(is_vector(given) for given in call.inputs) and call.operation.axis in (-1, 1)
        return cls(call) if fits else None

    def constants(self, given: Sequence[Units]) -> list[Units]:
        """They are those of the inputs."""
        return [Units(np.concatenate([each.varies for each in given]), np.concatenate([each.values for each in given]))]

    def reads(self, given: Sequence[Units], needed: np.ndarray) -> list[np.ndarray | None]:  # noqa: ARG002
        """It reads what is read of it; an input of which nothing is read is left out."""
        return [part if part.any() else None for part in np.split(needed, self._starts[1:])]

    def rewrite(self, parts: Sequence[Part | None], step: Step) -> list[Part]:  # noqa: ARG002
        """Return what is left, joined where it is more than one."""
        left = [(part, start) for part, start in zip(parts, self._starts, strict=True) if part is not None]
        present = np.concatenate([part.present + start for part, start in left])
        if len(left) == 1 < len(parts):
            return [Part(left[0][0].tensor, present)]
        new = keras.layers.Concatenate.from_config(self.layer.get_config())
        return [Part(new([part.tensor for part, _ in left]), present)]

    @property
    def _starts(self) -> list[int]:
        """The first unit of each input among its own."""
        return [0, *np.cumsum([width(given) for given in self.call.inputs])[:-1].tolist()]


class Flattened(Rule):
    """Flatten an array, which is needed as a whole or not at all."""

    @classmethod
    def of(cls, call: Call, below: Sequence[Rule]) -> Rule | None:
        """Return the rule for a call, or None where it does not fit."""
        if not is_of_one(call) or not is_vector(call.results[0]):
            return None
        return Elementwise.of(call, below) if len(call.inputs[0].shape) == 2 else cls(call)

    def constants(self, given: Sequence[Units]) -> list[Units]:  # noqa: ARG002
        """Nothing is known."""
        return [Units.unknown(self.call.results[0])]

    def reads(self, given: Sequence[Units], needed: np.ndarray) -> list[np.ndarray | None]:  # noqa: ARG002
        """It reads all of it."""
        return [np.ones(1, bool)]

    def rewrite(self, parts: Sequence[Part | None], step: Step) -> list[Part]:
        """Return the layer as it was."""
        new = keras.layers.Flatten.from_config(self.layer.get_config())
        return [Part(new(cast("Part", parts[0]).tensor), np.arange(len(step.needed)))]
