"""Label smoothing: never ask for certainty."""

from __future__ import annotations

from typing import Any

from modelzoo_registry import RegularizerPlugin, RegularizerSpec, Tensor
from pydantic import Field, field_validator


class LabelSmoothing(RegularizerPlugin):
    """Move a share of each row's class to all classes evenly.

    In training the target of the true class becomes 1 - amount + amount/classes, that of each other one
    amount/classes, so that the loss is least at a finite logit and wrong labels do less harm. Validation, metrics and
    prediction are of the labels as they are. Source: Szegedy et al., "Rethinking the Inception Architecture for
    Computer Vision", 2016.
    """

    class Spec(RegularizerSpec):
        """How much."""

        amount: float = Field(0.1, ge=0, lt=1, description="share of a label given to all classes, 0 <= amount < 1")

        @field_validator("amount", mode="before")
        @classmethod
        def _leaves_a_label(cls, amount: Any) -> Any:
            if amount == 1:
                raise ValueError("an amount of 1 makes all labels the same and learns nothing; use 0 <= amount < 1")
            return amount

    tasks = frozenset({"binary", "multiclass"})

    def transform_targets(self, targets: Tensor, units: int) -> Tensor:
        """Mix labels with the even distribution; of two classes there is one unit, of more a unit each."""
        amount = self.spec.amount
        return targets if amount == 0 else (1 - amount) * targets + amount / max(units, 2)
