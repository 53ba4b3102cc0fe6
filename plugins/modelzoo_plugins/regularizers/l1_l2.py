"""The elastic net: L1 and L2 together, for columns that say nearly the same.

Source: Zou & Hastie, "Regularization and Variable Selection via the Elastic Net", 2005 (Journal of the Royal
Statistical Society B 67); how the L1 part is minimised is told in ``proximal``.
"""

from __future__ import annotations

from collections.abc import Callable

from modelzoo_registry import RegularizerSpec, Tensor, Weight
from pydantic import Field

from ..proximal import Proximal


class L1L2(Proximal):
    """Minimise loss + l1 times the sum of absolute weights + l2 times the sum of squared ones.

    Acts on kernels, embeddings and the wide table, not on biases. The L1 part is a soft threshold behind each step, so
    that weights become exactly zero and exports leave them out; the L2 part lets weights of columns that say nearly the
    same share the work, where L1 alone keeps any one of them. Loss and val_loss show the loss and the L2 part. In
    prediction nothing is added; what is zero stays zero. Source: Zou & Hastie, "Regularization and Variable Selection
    via the Elastic Net", 2005.
    """

    class Spec(RegularizerSpec):
        """How strongly, of each kind."""

        l1: float = Field(1e-4, ge=0, le=1e3, description="factor of the sum of absolute weights")
        l2: float = Field(1e-4, ge=0, le=1e3, description="factor of the sum of squared weights")

    @property
    def _strength(self) -> float:
        strength: float = self.spec.l1
        return strength

    def follows(self, weight: Weight) -> bool:
        """Follow kernels."""
        return weight.is_kernel and self._strength > 0

    def penalty(self, weight: Weight) -> Callable[[Tensor], Tensor] | None:
        """Penalise the squares of kernels."""
        if not weight.is_kernel or self.spec.l2 == 0:
            return None
        import keras

        penalty: Callable[[Tensor], Tensor] = keras.regularizers.L2(self.spec.l2)
        return penalty
