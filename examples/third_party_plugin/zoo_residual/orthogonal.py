"""Orthogonality: train the units of a layer to look at different things.

Source: Brock et al., "Large Scale GAN Training for High Fidelity Natural Image Synthesis", 2019 (arXiv:1809.11096).
"""

from __future__ import annotations

from collections.abc import Callable

from modelzoo_registry import RegularizerPlugin, RegularizerSpec, Tensor, Weight
from pydantic import Field


class Orthogonal(RegularizerPlugin):
    """Add strength times the squared inner products between a layer's units to the loss.

    Of a kernel W, (inputs, units), that is strength · ‖WᵀW ⊙ (1 − I)‖²: weights of two units are pulled apart, while
    the length of each stays free. Where units outnumber inputs, which leaves no room for all of them to be orthogonal,
    the rows are taken instead. Acts on the kernels of the deep part; embeddings, which are looked up and multiply
    nothing, and the wide table are left alone. In training it changes gradients; prediction is unchanged.
    """

    class Spec(RegularizerSpec):
        """How strongly."""

        strength: float = Field(1e-4, ge=0, le=1e3, description="factor of the squared inner products in the loss")

    def penalty(self, weight: Weight) -> Callable[[Tensor], Tensor] | None:
        """Penalise the deep part's kernels only."""
        multiplies = weight.is_kernel and weight.part == "deep" and weight.name != "embeddings"
        return self._overlap if multiplies and self.spec.strength > 0 else None

    def _overlap(self, kernel: Tensor) -> Tensor:
        """Return the penalty, a scalar, of a kernel (..., units), as of a convolution: all before units are inputs."""
        import keras

        matrix = keras.ops.reshape(kernel, (-1, kernel.shape[-1]))
        inputs, units = matrix.shape
        columns = matrix if inputs >= units else keras.ops.transpose(matrix)
        products = keras.ops.matmul(keras.ops.transpose(columns), columns)
        between = products * (1 - keras.ops.eye(products.shape[0], dtype=products.dtype))
        return self.spec.strength * keras.ops.sum(keras.ops.square(between))
