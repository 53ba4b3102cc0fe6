"""Stack the dense hidden layers several models share."""

from __future__ import annotations

from collections.abc import Sequence

from modelzoo_registry import Tensor


def tower(vector: Tensor, hidden: Sequence[int], activation: str) -> Tensor:
    """Return (batch, hidden[-1]) from (batch, d), through one dense layer for each width in ``hidden``.

    With ``glu``, which halves the units of each layer, it is (batch, hidden[-1] / 2).
    """
    import keras

    for depth, width in enumerate(hidden, start=1):
        name = f"hidden_{depth}"
        if activation == "glu":  # a Dense layer's own activation must keep the shape
            gated = keras.ops.glu(keras.layers.Dense(width, name=name)(vector))
            vector = keras.layers.Activation("linear", name=f"{name}_gated")(gated)  # where regularizers see it
        else:
            vector = keras.layers.Dense(width, activation=activation, name=name)(vector)
    return vector
