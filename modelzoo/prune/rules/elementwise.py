"""Layers that treat each unit on its own: nonlinearities, normalisation, and what acts in training alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import keras
import numpy as np

from ...core.calls import Call
from .activations import is_elementwise
from .base import Part, Rule, Step, Units, is_of_one, is_vector, numbers, options, values_of


class Elementwise(Rule):
    """Pass on what is known of a unit, and what is read of it."""

    @classmethod
    def of(cls, call: Call, below: Sequence[Rule]) -> Elementwise | None:  # noqa: ARG003  (every kind is told)
        """Return the rule for a call, or None where it does not fit."""
        layer = call.operation
        mixes = isinstance(layer, keras.layers.Activation) and not is_elementwise(layer.activation)
        return cls(call) if is_of_one(call) and is_vector(call.inputs[0]) and not mixes else None

    def constants(self, given: Sequence[Units]) -> list[Units]:
        """What is the same for every row stays so, with another value."""
        return [Units.known(given[0].varies, values_of(self.layer, given[0].values))]

    def reads(self, given: Sequence[Units], needed: np.ndarray) -> list[np.ndarray | None]:  # noqa: ARG002
        """It reads what is read of it."""
        return [needed]

    def rewrite(self, parts: Sequence[Part | None], step: Step) -> list[Part]:  # noqa: ARG002
        """Return the layer over the units that are left."""
        part = cast("Part", parts[0])
        return [Part(self._again(part.present)(part.tensor), part.present)]

    def _again(self, present: np.ndarray) -> Any:  # noqa: ARG002  (it has no weights)
        return type(self.layer).from_config(self.layer.get_config())


class Normalized(Elementwise):
    """Batch normalisation: each unit with numbers of its own."""

    @classmethod
    def of(cls, call: Call, below: Sequence[Rule]) -> Elementwise | None:
        """Return the rule for a call, or None where it does not fit."""
        layer = call.operation
        return super().of(call, below) if layer.axis in (-1, 1) and not layer.renorm else None

    def constants(self, given: Sequence[Units]) -> list[Units]:
        """As above; a unit scaled by 0 is the same for every row too."""
        varies = given[0].varies & (numbers(self.layer.gamma) != 0 if self.layer.scale else True)
        return [Units.known(varies, values_of(self.layer, given[0].values))]

    def _again(self, present: np.ndarray) -> Any:
        old = self.layer
        new = keras.layers.BatchNormalization(
            momentum=old.momentum, epsilon=old.epsilon, center=old.center, scale=old.scale, **options(old)
        )
        new.build((None, len(present)))
        new.set_weights([numbers(weight)[present] for weight in old.weights])
        return new
