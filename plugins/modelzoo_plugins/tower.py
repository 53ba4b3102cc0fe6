"""Stack the dense hidden layers several models share."""

from __future__ import annotations

from collections.abc import Sequence

from modelzoo_registry import Tensor


def tower(vector: Tensor, hidden: Sequence[int], activation: str) -> Tensor:
    """Return (batch, hidden[-1]) from (batch, d), through one dense layer for each width in ``hidden``."""
    import keras

    for depth, width in enumerate(hidden, start=1):
        vector = keras.layers.Dense(width, activation=activation, name=f"hidden_{depth}")(vector)
    return vector
