"""The dense hidden layers several models share, and their settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from modelzoo_registry import Activation, ModelSpec, Tensor
from pydantic import Field, ValidationInfo, field_validator

Width = Annotated[int, Field(ge=1, le=65_536)]


class TowerSpec(ModelSpec):
    """The shape of a stack of dense layers."""

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


def tower(vector: Tensor, hidden: Sequence[int], activation: str, prefix: str = "hidden") -> Tensor:
    """Return (batch, hidden[-1]) from (batch, d), through one dense layer for each width in ``hidden``.

    With ``glu``, which halves the units of each layer, it is (batch, hidden[-1] / 2). The layers are named
    ``<prefix>_1``, ``<prefix>_2``, ...
    """
    import keras

    for depth, width in enumerate(hidden, start=1):
        name = f"{prefix}_{depth}"
        if activation == "glu":  # a Dense layer's own activation must keep the shape
            gated = keras.ops.glu(keras.layers.Dense(width, name=name)(vector))
            vector = keras.layers.Activation("linear", name=f"{name}_gated")(gated)  # where regularizers see it
        else:
            vector = keras.layers.Dense(width, activation=activation, name=name)(vector)
    return vector
