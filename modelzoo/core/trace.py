"""Describe the graph of a core as plain data."""

from __future__ import annotations

from math import prod
from typing import Any

import keras

from ..artifacts.run import LayerRecord
from .calls import Call, walk


def trace(core: keras.Model) -> tuple[LayerRecord, ...]:
    """Return every input and every call of a layer or operation, each below those it reads from.

    The core is left as it was.
    """
    seen: set[int] = set()
    return tuple(_record(call, seen) for call in walk(core).calls)


def _record(call: Call, seen: set[int]) -> LayerRecord:
    return LayerRecord(
        name=call.name,
        type="InputLayer" if call.operation is None else type(call.operation).__name__,
        shape=call.results[0].shape[1:],
        inputs=tuple(dict.fromkeys(given.maker for given in call.inputs)),
        parameters=_count(call.operation, seen),
        detail=_detail(call.operation),
    )


def _count(layer: Any, seen: set[int]) -> int:
    """Return the number of a layer's parameters where it is called first: further calls bring no new ones."""
    if id(layer) in seen:
        return 0
    seen.add(id(layer))
    return sum(prod(weight.shape) for weight in getattr(layer, "weights", ()))


def _detail(layer: Any) -> str:
    """Return the nonlinearity of a layer, or the rate of one that drops units."""
    activation, rate = getattr(layer, "activation", None), getattr(layer, "rate", None)
    if callable(activation):
        name = getattr(activation, "__name__", type(activation).__name__)
        return "" if name == "linear" and not isinstance(layer, keras.layers.Activation) else str(name)
    return f"rate {rate:g}" if isinstance(rate, int | float) else ""
