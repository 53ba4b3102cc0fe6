"""Wide & deep: memorise crosses, generalise with embeddings.

Source: Cheng et al., "Wide & Deep Learning for Recommender Systems", 2016 (arXiv:1606.07792).
"""

from __future__ import annotations

from typing import Annotated

from modelzoo_registry import SUPERVISED, Activation, ModelInputs, ModelPlugin, ModelSpec, Tensor
from pydantic import Field, ValidationInfo, field_validator

from ..tower import tower

Width = Annotated[int, Field(ge=1, le=65_536)]


class WideDeep(ModelPlugin):
    """Add a sparse linear part over crosses to a dense tower: the all-round choice for tables.

    The wide part sums one weight per category, bucket and cross, (batch, units); the deep part runs scaled
    numbers and embeddings, (batch, d), through dense layers. Both are trained together and meet before the
    output's activation.
    """

    class Spec(ModelSpec):
        """The deep part's shape."""

        hidden: tuple[Width, ...] = Field(
            (64, 32), min_length=1, max_length=64, description="units of each hidden layer, first to last"
        )
        activation: Activation = Field("relu", description="activation of the hidden layers")

        @field_validator("activation")
        @classmethod
        def _can_be_halved(cls, activation: str, info: ValidationInfo) -> str:
            if activation == "glu" and any(width % 2 for width in info.data.get("hidden", ())):
                raise ValueError("glu halves the units of each layer, so every width in hidden must be even")
            return activation

    tasks = SUPERVISED

    def build(self, spec: Spec, inputs: ModelInputs) -> Tensor:
        """Return the head over the tower, plus the wide logits."""
        return inputs.head(tower(inputs.deep(), spec.hidden, spec.activation), plus=inputs.wide())
