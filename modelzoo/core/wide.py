"""The wide part: a sparse linear model in one table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np


@keras.saving.register_keras_serializable("modelzoo")
class WideLogits(keras.layers.Layer):
    """Sum one weight for each id of each wide column: int32 ids (batch, k) to float32 logits (batch, units).

    All columns share one table, (sum of sizes, units), with an offset a column; it starts at zero, so an id
    never seen in training adds nothing.
    """

    def __init__(self, places: Sequence[int], sizes: Sequence[int], units: int, **options: Any) -> None:
        super().__init__(**options)
        self.places = tuple(places)
        self.sizes = tuple(sizes)
        self.units = units
        self._offsets = np.concatenate([[0], np.cumsum(sizes[:-1])]).astype(np.int32)

    def build(self, input_shape: Any) -> None:  # noqa: ARG002  (Keras' signature)
        """Create the table and the bias."""
        self.table = self.add_weight(shape=(sum(self.sizes), self.units), initializer="zeros", name="table")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, ids: Any) -> Any:
        """Return the logits (batch, units)."""
        chosen = keras.ops.take(ids, np.asarray(self.places), axis=1)
        rows = keras.ops.take(self.table, chosen + self._offsets, axis=0)
        return keras.ops.sum(rows, axis=1) + self.bias

    def get_config(self) -> dict[str, Any]:
        """Return the arguments it was made with, so that Keras can save it."""
        return {**super().get_config(), "places": self.places, "sizes": self.sizes, "units": self.units}
