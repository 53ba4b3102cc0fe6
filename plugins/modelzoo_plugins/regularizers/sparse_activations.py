"""Sparse activations: let few hidden units answer to each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelzoo_registry import LayerInfo, RegularizerPlugin, RegularizerSpec
from pydantic import Field


class SparseActivations(RegularizerPlugin):
    """Add strength times the sum of absolute hidden activations of a row to the loss, as a mean over the batch.

    In training hidden units learn to be silent unless a row needs them; loss and val_loss hold the penalty. A batch's
    rows count alike, whatever their weights. Prediction passes activations on unchanged. Source: Glorot, Bordes &
    Bengio, "Deep Sparse Rectifier Neural Networks", 2011.
    """

    class Spec(RegularizerSpec):
        """How strongly."""

        strength: float = Field(
            1e-4, ge=0, le=1e3, description="factor of the sum of a row's absolute hidden activations in the loss"
        )

    def layers_after(self, layer: LayerInfo) -> Sequence[Any]:
        """Penalise what hidden layers put out; Keras divides the sum by the rows of the batch."""
        if not layer.hidden or self.spec.strength == 0:
            return ()
        import keras

        # float32: a sum over a batch has more digits than lower precisions hold.
        return (
            keras.layers.ActivityRegularization(l1=self.spec.strength, name=f"{layer.name}_sparse", dtype="float32"),
        )
