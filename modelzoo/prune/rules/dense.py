"""Dense layers: where units, and with them weights, are left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import keras
import numpy as np

from ...core.calls import Call
from .activations import is_elementwise
from .base import Part, Rule, Step, Units, is_of_one, is_vector, numbers, options, values_of


class Dense(Rule):
    """Keep the units that are read, reading only inputs that vary and have a weight; fold the rest into the bias."""

    @classmethod
    def of(cls, call: Call, below: Sequence[Rule]) -> Dense | None:  # noqa: ARG003  (every kind is told)
        """Return the rule for a call, or None where it does not fit."""
        layer = call.operation
        fits = is_of_one(call) and is_vector(call.inputs[0]) and is_elementwise(layer.activation)
        return cls(call) if fits and not layer.quantization_mode and not layer.lora_enabled else None

    def constants(self, given: Sequence[Units]) -> list[Units]:
        """A unit without a weight to what varies is the same for every row."""
        varies = (self._kernel[given[0].varies] != 0).any(axis=0)
        return [Units.known(varies, values_of(self.layer, given[0].values))]

    def reads(self, given: Sequence[Units], needed: np.ndarray) -> list[np.ndarray | None]:
        """It reads what varies and has a weight."""
        return [given[0].varies & (self._kernel[:, needed] != 0).any(axis=1)]

    def rewrite(self, parts: Sequence[Part | None], step: Step) -> list[Part]:
        """Return the layer with fewer rows and columns, constants that are gone folded into its bias."""
        part, units = cast("Part", parts[0]), np.flatnonzero(step.needed)
        gone = np.delete(np.arange(len(self._kernel)), part.present)
        folded = step.given[0].values[gone] @ self._kernel[np.ix_(gone, units)]
        biased = self.layer.use_bias or bool(folded.any())
        new = keras.layers.Dense(
            len(units),
            activation=self.layer.activation,
            use_bias=biased,
            kernel_initializer="zeros",
            **options(self.layer),
        )
        tensor = new(part.tensor)
        new.kernel.assign(self._kernel[np.ix_(part.present, units)])
        if biased:
            new.bias.assign(folded + (numbers(self.layer.bias)[units] if self.layer.use_bias else 0))
        return [Part(tensor, units)]

    @property
    def _kernel(self) -> np.ndarray:
        return numbers(self.layer.kernel)
