"""L1: make the weights that do not pay for themselves exactly zero.

Source: Tibshirani, "Regression Shrinkage and Selection via the Lasso", 1996 (Journal of the Royal Statistical Society B
58); how it is minimised is told in ``proximal``.
"""

from __future__ import annotations

from typing import Literal

from modelzoo_registry import RegularizerSpec, Weight
from pydantic import Field

from ..proximal import Proximal


class L1(Proximal):
    """Minimise loss + strength times the sum of absolute weights: columns and units that do not matter drop out.

    Acts on kernels, embeddings and the wide table, not on biases, by a soft threshold behind each step: weights become
    exactly zero, and exports leave them out. The loss is that of scaled targets, so strength means the same in every
    unit. It grows to its full size over the first half of the epochs. Behind the last step all rows are looked at once
    more, and what only the noise of single batches kept from zero is zero. Where a normalisation follows, weights can
    shrink without effect; there it takes more strength. Loss and val_loss show the loss alone. In prediction nothing is
    added; what is zero stays zero. Source: Tibshirani, "Regression Shrinkage and Selection via the Lasso", 1996.
    """

    class Spec(RegularizerSpec):
        """How strongly, and where."""

        strength: float = Field(1e-4, ge=0, le=1e3, description="factor of the sum of absolute weights")
        where: Literal["all", "wide", "deep"] = Field("all", description="part of the model it acts on")

    @property
    def _strength(self) -> float:
        strength: float = self.spec.strength
        return strength

    def follows(self, weight: Weight) -> bool:
        """Follow kernels of the part."""
        return weight.is_kernel and self.spec.where in ("all", weight.part) and self._strength > 0
