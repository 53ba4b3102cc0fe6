"""Describe the graph of a core as plain data, through Keras' public names alone."""

from __future__ import annotations

import re
from collections import Counter
from math import prod
from typing import Any

import keras

from ..artifacts.run import LayerRecord


def trace(core: keras.Model) -> tuple[LayerRecord, ...]:
    """Return every input and every call of a layer or operation, each below those it reads from.

    The core is walked by cloning it with stand-ins for its layers, which leaves it as it was: no layer is
    called, so none gets a second output.
    """
    found = _Tracer()
    inputs = keras.tree.map_structure(found.enter, core.input)
    keras.models.clone_model(core, inputs, clone_function=lambda layer: layer, call_function=found.call)
    return tuple(found.records)


class _StandIn(keras.Operation):
    """Take the place of a layer: the same outputs, and nothing computed."""

    def __init__(self, outputs: Any) -> None:
        super().__init__()
        self._outputs = outputs

    def compute_output_spec(self, *_: Any) -> Any:
        return keras.tree.map_structure(lambda tensor: keras.KerasTensor(tensor.shape, tensor.dtype), self._outputs)


class _Tracer:
    """Collect a record of each call, and which call made which tensor."""

    def __init__(self) -> None:
        self.records: list[LayerRecord] = []
        self._tensors: list[Any] = []  # kept, so that no identity is used twice
        self._makers: dict[int, int] = {}
        self._seen: set[int] = set()
        self._unnamed: Counter[str] = Counter()

    def enter(self, tensor: Any) -> Any:
        """Record an input and return one of its name, type and shape."""
        own = keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=tensor.name)
        self._add([own], name=tensor.name, type="InputLayer", inputs=())
        return own

    def call(self, layer: Any, *args: Any, **kwargs: Any) -> Any:
        """Record the call of a layer or operation and return what stands for its outputs."""
        given = [tensor for tensor in keras.tree.flatten((args, kwargs)) if isinstance(tensor, keras.KerasTensor)]
        outputs = _StandIn(layer.compute_output_spec(*args, **kwargs))(*given)
        self._add(
            keras.tree.flatten(outputs),
            name=self._name(layer),
            type=type(layer).__name__,
            inputs=tuple(dict.fromkeys(self._makers[id(tensor)] for tensor in given)),
            parameters=self._count(layer),
            detail=_detail(layer),
        )
        return outputs

    def _add(self, outputs: list[Any], **fields: Any) -> None:
        for tensor in outputs:
            self._makers[id(tensor)] = len(self.records)
        self._tensors.extend(outputs)
        self.records.append(LayerRecord(shape=tuple(outputs[0].shape[1:]), **fields))

    def _name(self, layer: Any) -> str:
        """Return a name that is the same in every process: Keras numbers its own names from model to model."""
        name = re.sub(r"_\d+$", "", layer.name)
        if "__" in layer.name or name.replace("_", "") != type(layer).__name__.lower():
            return str(layer.name)
        self._unnamed[name] += 1
        return name if self._unnamed[name] == 1 else f"{name}_{self._unnamed[name] - 1}"

    def _count(self, layer: Any) -> int:
        """Return the number of a layer's parameters where it is called first: further calls bring no new ones."""
        if id(layer) in self._seen:
            return 0
        self._seen.add(id(layer))
        return sum(prod(weight.shape) for weight in getattr(layer, "weights", ()))


def _detail(layer: Any) -> str:
    """Return the nonlinearity of a layer, or the rate of one that drops units."""
    activation, rate = getattr(layer, "activation", None), getattr(layer, "rate", None)
    if callable(activation):
        name = getattr(activation, "__name__", type(activation).__name__)
        return "" if name == "linear" and not isinstance(layer, keras.layers.Activation) else str(name)
    return f"rate {rate:g}" if isinstance(rate, int | float) else ""
