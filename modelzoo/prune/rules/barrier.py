"""Whatever is not understood: it stays as it is, and reads all it is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.calls import Call, Result
from .base import Part, Rule, Step, Units, width


class Barrier(Rule):
    """Call the same layer again, on inputs as they were."""

    @classmethod
    def of(cls, call: Call, below: Sequence[Rule]) -> Rule | None:  # noqa: ARG003  (every kind is told)
        """Return the rule for a call, which fits any."""
        return cls(call)

    def holds(self, given: Sequence[Units]) -> bool:  # noqa: ARG002
        """It does."""
        return True

    def constants(self, given: Sequence[Units]) -> list[Units]:  # noqa: ARG002
        """Nothing is known."""
        return [Units.unknown(result) for result in self.call.results]

    def reads(self, given: Sequence[Units], needed: np.ndarray) -> list[np.ndarray | None]:  # noqa: ARG002
        """It reads all there is."""
        return [np.ones(len(each.varies), bool) for each in given]

    def rewrite(self, parts: Sequence[Part | None], step: Step) -> list[Part]:  # noqa: ARG002
        """Return the layer as it was."""
        given = {old.number: self._whole(part, old) for part, old in zip(parts, self.call.inputs, strict=True)}
        results = zip(self.call.again(given), self.call.results, strict=True)
        return [Part(tensor, np.arange(width(result))) for tensor, result in results]

    def _whole(self, part: Part | None, old: Result) -> Any:
        if part is None or not np.array_equal(part.present, np.arange(width(old))):
            raise ValueError(f"{self.call.name} reads all it is given, as it was, but not all of it is kept so")
        return part.tensor
