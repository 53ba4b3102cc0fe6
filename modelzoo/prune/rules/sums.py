"""Sums: the parts of one have to match, unit by unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import keras
import numpy as np

from ...core.calls import Call
from .barrier import Barrier
from .base import Part, Rule, Step, Units, is_plain, is_vector


class Sum(Barrier):
    """Leave out the parts that are the same for every row; where several are left, keep those whole."""

    @classmethod
    def of(cls, call: Call, below: Sequence[Rule]) -> Sum | None:  # noqa: ARG003  (every kind is told)
        """Return the rule for a call, or None where it does not fit."""
        alike = len({given.shape for given in call.inputs}) == 1
        return cls(call) if is_plain(call) and alike and all(map(is_vector, call.inputs)) else None

    def holds(self, given: Sequence[Units]) -> bool:
        """Whether several parts are left."""
        return sum(bool(each.varies.any()) for each in given) > 1

    def constants(self, given: Sequence[Units]) -> list[Units]:
        """The sum of what is the same for every row is so too."""
        varies = np.any([each.varies for each in given], axis=0)
        return [Units.known(varies, np.sum([each.values for each in given], axis=0))]

    def reads(self, given: Sequence[Units], needed: np.ndarray) -> list[np.ndarray | None]:
        """It reads all of several parts, and of a single one what is read of the sum."""
        read = np.ones_like(needed) if self.holds(given) else needed
        left = [bool(each.varies.any()) for each in given]
        left[0] |= not any(left)
        return [read if is_left else None for is_left in left]

    def rewrite(self, parts: Sequence[Part | None], step: Step) -> list[Part]:
        """Return the sum of the parts that are left, and of the values of the others."""
        (first, *_) = [part for part in parts if part is not None]
        part = self._added(parts) if self.holds(step.given) else first
        rest = [units.values[part.present] for units, each in zip(step.given, parts, strict=True) if each is None]
        if not np.any(rest):
            return [part]
        offset = np.sum(rest, axis=0).tolist()
        name, dtype = f"{self.layer.name}_rest", self.layer.dtype_policy
        return [Part(keras.layers.Rescaling(1.0, offset, name=name, dtype=dtype)(part.tensor), part.present)]

    def _added(self, parts: Sequence[Part | None]) -> Part:
        pairs = zip(parts, self.call.inputs, strict=True)
        whole = [self._whole(part, old) for part, old in pairs if part is not None]
        count = cast("int", self.call.results[0].shape[1])
        return Part(keras.layers.Add.from_config(self.layer.get_config())(whole), np.arange(count))
