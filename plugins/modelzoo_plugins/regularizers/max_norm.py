"""Max norm: keep the weights that lead into each unit within a ball."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from modelzoo_registry import RegularizerPlugin, RegularizerSpec, Tensor, Weight
from pydantic import Field, field_validator


class MaxNorm(RegularizerPlugin):
    """Bound the length of the weights that lead into each unit.

    Behind each step, weights of a unit that are longer than max_value together are scaled back to it; shorter ones stay
    as they are. A unit's weights are a column of a kernel, a whole filter of a convolution, of the wide table the
    weights of all values together, and of an embedding the vector of one value; biases are left alone. Prediction is
    unchanged. Source: Srebro, Rennie & Jaakkola, "Maximum-Margin Matrix Factorization", 2004; with dropout, Srivastava
    et al., "Dropout", 2014 (JMLR 15).
    """

    class Spec(RegularizerSpec):
        """How long they may be."""

        max_value: float = Field(3.0, gt=0, le=1e6, description="greatest length (L2 norm) of a unit's weights")

        @field_validator("max_value", mode="before")
        @classmethod
        def _leaves_weights(cls, max_value: Any) -> Any:
            if max_value == 0:
                raise ValueError("a bound of 0 allows no weight but 0 and learns nothing; use more than 0")
            return max_value

    def constraint(self, weight: Weight) -> Callable[[Tensor], Tensor] | None:
        """Bound the vectors of embeddings, and of other kernels what leads into each unit of their last axis."""
        if not weight.is_kernel:
            return None
        rank, limit = len(weight.shape), self.spec.max_value
        axes = (rank - 1,) if weight.name == "embeddings" else tuple(range(rank - 1))

        def bounded(weights: Tensor) -> Tensor:
            from keras import ops

            norm = ops.sqrt(ops.sum(ops.square(weights), axis=axes, keepdims=True))
            return weights * (limit / ops.maximum(norm, limit))  # times exactly 1 within the bound

        bounded.axis = axes  # type: ignore[attr-defined]  # as Keras' constraints have: what is bounded together
        return bounded
