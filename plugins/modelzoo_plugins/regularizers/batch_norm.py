"""Batch normalisation: give every hidden unit inputs of one size, whatever the weights before it do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelzoo_registry import LayerInfo, RegularizerPlugin, RegularizerSpec
from pydantic import Field, field_validator


class BatchNorm(RegularizerPlugin):
    """Normalise what goes into each hidden activation: a useful knob against exploding gradients.

    In training each unit is shifted and scaled to mean 0 and variance 1 within the batch, then by a shift and a gain
    that are learnt; prediction uses moving averages of the batches' means and variances, so that a row's prediction
    does not depend on its neighbours. The noise of small batches regularizes. A custom layer, which may activate
    inside, is normalised behind. Source: Ioffe & Szegedy, "Batch Normalization", 2015.
    """

    class Spec(RegularizerSpec):
        """How long batches are remembered."""

        # Keras' 0.99 averages 100 batches, and 300 steps on 5% are still what it began with: long for trainings of
        # some thousand steps. 0.95 averages 20 batches, 640 rows of 32, and has forgotten its beginning in 100 steps.
        momentum: float = Field(
            0.95, ge=0, lt=1, description="share that moving averages keep at each step: 0.95 averages some 20 batches"
        )

        @field_validator("momentum", mode="before")
        @classmethod
        def _moves(cls, momentum: Any) -> Any:
            if momentum == 1:
                raise ValueError("a momentum of 1 keeps the averages where they begin; use 0 <= momentum < 1")
            return momentum

    def layers_before_activation(self, layer: LayerInfo) -> Sequence[Any]:
        """Normalise in front of hidden activations."""
        if not layer.hidden:
            return ()
        import keras

        return (keras.layers.BatchNormalization(momentum=self.spec.momentum, name=f"{layer.name}_batch_norm"),)
