"""A residual network for tables: blocks that add to what they receive.

Sources: He et al., "Deep Residual Learning for Image Recognition", 2016 (arXiv:1512.03385), for the residual
connection; Gorishniy et al., "Revisiting Deep Learning Models for Tabular Data", 2021 (arXiv:2106.11959), for the
shape of the blocks.
"""

from __future__ import annotations

from modelzoo_registry import SUPERVISED, Activation, ModelInputs, ModelPlugin, ModelSpec, Tensor
from pydantic import Field, field_validator


class ResidualMLP(ModelPlugin):
    """Stack residual blocks: a deep tower for tables that stays trainable.

    Scaled numbers and embeddings, (batch, d), are projected to (batch, width). Each block normalizes that vector,
    widens it, narrows it again and adds the result to what it received, so that gradients reach every block
    undiminished. Layer normalization treats each row on its own: training and prediction compute the same.
    """

    class Spec(ModelSpec):
        """The shape of the blocks."""

        width: int = Field(64, ge=1, le=8_192, description="units of the vector the blocks add to")
        blocks: int = Field(2, ge=1, le=128, description="residual blocks, one behind the other")
        expansion: int = Field(2, ge=1, le=8, description="units of a block's hidden layer, as a multiple of width")
        activation: Activation = Field("relu", description="activation of the hidden layers")

        @field_validator("activation")
        @classmethod
        def _keeps_the_width(cls, activation: str) -> str:
            if activation == "glu":
                raise ValueError("glu halves the units, and a block needs them all; use another, such as gelu")
            return activation

    tasks = SUPERVISED

    def build(self, spec: Spec, inputs: ModelInputs) -> Tensor:
        """Return the head over the normalized and activated output of the last block."""
        import keras

        vector = keras.layers.Dense(spec.width, name="projection")(inputs.deep())
        for number in range(1, spec.blocks + 1):
            vector = _block(vector, spec, f"block_{number}")
        vector = keras.layers.LayerNormalization(name="norm")(vector)
        return inputs.head(keras.layers.Activation(spec.activation, name="activation")(vector))


def _block(vector: Tensor, spec: ResidualMLP.Spec, name: str) -> Tensor:
    """Return (batch, width) from (batch, width): the vector, plus what two dense layers make of it."""
    import keras

    change = keras.layers.LayerNormalization(name=f"{name}_norm")(vector)
    change = keras.layers.Dense(spec.width * spec.expansion, activation=spec.activation, name=f"{name}_hidden")(change)
    change = keras.layers.Dense(spec.width, name=f"{name}_change")(change)
    return keras.layers.Add(name=name)([vector, change])
