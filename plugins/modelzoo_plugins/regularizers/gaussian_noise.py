"""Gaussian noise: train on numbers that are never twice the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from modelzoo_registry import RegularizerPlugin, RegularizerSpec, Tensor
from pydantic import Field

from ..draw import normal


class GaussianNoise(RegularizerPlugin):
    """Add normal noise to the encoded numbers and arrays of each training step.

    Rows that differ less than the noise are taught to give the same, which smooths the prediction; for small noise it
    is a penalty on its slope. Ids are left alone. Prediction, and what is reconstructed, are of the rows as they are.
    Source: Bishop, "Training with Noise is Equivalent to Tikhonov Regularization", 1995 (Neural Computation 7).
    """

    class Spec(RegularizerSpec):
        """How loud."""

        stddev: float = Field(
            0.1, ge=0, le=100, description="standard deviation of the noise; that of a scaled number is 1"
        )

    def transform_inputs(
        self, inputs: Mapping[str, Tensor], cells: Mapping[str, Sequence[int]], seed: Any
    ) -> Mapping[str, Tensor]:
        """Add noise to everything but ids."""
        if self.spec.stddev == 0:
            return inputs
        return {name: tensor if name == "ids" else self._noisy(tensor, seed) for name, tensor in inputs.items()}

    def _noisy(self, tensor: Tensor, seed: Any) -> Tensor:
        from keras import ops

        return tensor + self.spec.stddev * normal(ops.shape(tensor), seed)
