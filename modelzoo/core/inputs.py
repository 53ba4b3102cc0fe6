"""Implement the contract's ``ModelInputs`` over the packed inputs of an encoder."""

from __future__ import annotations

import re
from typing import Any

import keras
from modelzoo_registry import SchemaError, Task, Tensor

from ..columns.encoder import Encoder
from .fixed import fixed_inputs
from .wide import WideLogits

_OUTPUT_ACTIVATIONS = {
    "regression": "linear",
    "binary": "sigmoid",
    "multiclass": "softmax",
    "reconstruction": "linear",
}
_PRECISE = "float32"
"""What tables and logits compute in, also where hidden layers use less: sums over many ids, and predictions, would
keep three digits. A whole table would be cast at each step, and its gradient have all of its rows."""
_NAMES = ("deep_inputs", "head_inputs", "logits", "logits_sum", "prediction", "wide")
"""Names of the layers made here."""


class PackedInputs:
    """Offer an encoder's output as symbolic tensors, and the output layer of a task."""

    def __init__(self, encoder: Encoder, task: Task, units: int) -> None:
        self._encoder = encoder
        self._layout = encoder.id_layout
        self._task = task
        self.units = units
        self.symbols: dict[str, Tensor] = {}
        """The Keras inputs, named as the encoder names its arrays."""
        if encoder.dense_width:
            self.symbols["dense"] = keras.Input((encoder.dense_width,), dtype="float32", name="dense")
        if self._layout:
            self.symbols["ids"] = keras.Input((len(self._layout),), dtype="int32", name="ids")
        for name, shape in encoder.array_shapes.items():
            self.symbols[name] = keras.Input(shape, dtype="float32", name=name)
        for name in (*self.symbols, *_NAMES):
            keras.backend.get_uid(name)  # else Keras would call a plugin's first unnamed Dense layer "dense" too

    @property
    def numeric(self) -> Tensor | None:
        """See ``ModelInputs``."""
        return self.symbols.get("dense")

    @property
    def ids(self) -> Tensor | None:
        """See ``ModelInputs``."""
        return self.symbols.get("ids")

    @property
    def arrays(self) -> tuple[Tensor, ...]:
        """See ``ModelInputs``."""
        return tuple(symbol for name, symbol in self.symbols.items() if name.startswith("array_"))

    def fixed(self) -> Tensor:
        """See ``ModelInputs``."""
        return fixed_inputs(self.symbols, self._encoder)

    def deep(self) -> Tensor:
        """See ``ModelInputs``."""
        vectors = [*([] if self.numeric is None else [self.numeric]), *self._embeddings(), *self.arrays]
        if not vectors:
            raise SchemaError("the deep part has no input: no column is numeric, an array, or has deep = true")
        return _joined(vectors, "deep_inputs")

    def wide(self) -> Tensor | None:
        """See ``ModelInputs``."""
        places = [place for place, column in enumerate(self._layout) if column.wide]
        if not places:
            return None
        sizes = [self._layout[place].size for place in places]
        return WideLogits(places, sizes, self.units, dtype=_PRECISE, name="wide")(self.ids)

    def head(self, *vectors: Tensor | None, plus: Tensor | None = None, from_zero: bool = False) -> Tensor:
        """See ``ModelInputs``."""
        given = [vector for vector in vectors if vector is not None]
        logits = [] if plus is None else [plus]
        if given:
            start = "zeros" if from_zero else "glorot_uniform"
            dense = keras.layers.Dense(self.units, kernel_initializer=start, dtype=_PRECISE, name="logits")
            logits.insert(0, dense(_joined(given, "head_inputs")))
        if not logits:
            raise SchemaError("the model has no input: its part of the columns is empty")
        total = logits[0] if len(logits) == 1 else keras.layers.Add(dtype=_PRECISE, name="logits_sum")(logits)
        return keras.layers.Activation(_OUTPUT_ACTIVATIONS[self._task], dtype=_PRECISE, name="prediction")(total)

    def _embeddings(self) -> list[Tensor]:
        ids: Any = self.ids
        return [
            keras.layers.Embedding(
                column.size,
                column.embedding,
                dtype=_PRECISE,
                name=f"embedding_{_layer_name(column.name)}_{place}",
            )(ids[:, place])
            for place, column in enumerate(self._layout)
            if column.deep
        ]


def _joined(vectors: list[Tensor], name: str) -> Tensor:
    """Flatten the vectors and join them to one (batch, d)."""
    flat = [vector if len(vector.shape) == 2 else keras.layers.Flatten()(vector) for vector in vectors]
    return flat[0] if len(flat) == 1 else keras.layers.Concatenate(name=name)(flat)


def _layer_name(column: str) -> str:
    """Return the column's name without what Keras and TensorFlow do not allow in a layer's."""
    return re.sub(r"[^A-Za-z0-9_]", "_", column)
