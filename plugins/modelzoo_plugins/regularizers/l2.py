"""L2: pull every kernel towards zero."""

from __future__ import annotations

from collections.abc import Callable

from modelzoo_registry import RegularizerPlugin, RegularizerSpec, Tensor, Weight
from pydantic import Field


class L2(RegularizerPlugin):
    """Add strength times the sum of squared weights to the loss.

    Acts on kernels, embeddings and the wide table, not on biases. In training it shrinks weights that the
    data do not hold up; prediction is unchanged. Source: Hoerl & Kennard, "Ridge Regression", 1970.
    """

    class Spec(RegularizerSpec):
        """How strongly."""

        strength: float = Field(1e-4, ge=0, le=1e3, description="factor of the sum of squared weights in the loss")

    def penalty(self, weight: Weight) -> Callable[[Tensor], Tensor] | None:
        """Penalise kernels only."""
        if not weight.is_kernel or self.spec.strength == 0:
            return None
        import keras

        penalty: Callable[[Tensor], Tensor] = keras.regularizers.L2(self.spec.strength)
        return penalty
