"""Dropout: train with hidden units missing at random."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelzoo_registry import LayerInfo, RegularizerPlugin, RegularizerSpec
from pydantic import Field, field_validator


class Dropout(RegularizerPlugin):
    """Set a share of the hidden units to zero in each training step.

    The others are scaled by 1/(1-rate), so that sums keep their size. Behind selu, units go to its lower bound instead
    of zero (alpha dropout), which keeps mean and variance as selu needs them. Prediction uses all units unchanged.
    Sources: Srivastava et al., "Dropout", 2014 (JMLR 15); Klambauer et al., "Self-Normalizing Neural Networks", 2017.
    """

    class Spec(RegularizerSpec):
        """How many units go missing."""

        rate: float = Field(0.2, ge=0, lt=1, description="share of the units set to zero, 0 <= rate < 1")

        @field_validator("rate", mode="before")
        @classmethod
        def _learns_something(cls, rate: Any) -> Any:
            if rate == 1:
                raise ValueError("a rate of 1 drops everything and learns nothing; use 0 <= rate < 1")
            return rate

    def layers_after(self, layer: LayerInfo) -> Sequence[Any]:
        """Drop units behind hidden layers."""
        if not layer.hidden or self.spec.rate == 0:
            return ()
        import keras

        selu = getattr(layer.layer, "activation", None) is keras.activations.selu
        dropout = keras.layers.AlphaDropout if selu else keras.layers.Dropout
        return (dropout(self.spec.rate, name=f"{layer.name}_dropout"),)
