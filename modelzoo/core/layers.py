"""Tell a regularizer what a layer is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
from modelzoo_registry import LayerInfo, Part, Weight

_NEVER_HIDDEN = ("wide", "logits", "logits_sum", "prediction")
_ACTIVATION_LAYERS = (
    keras.layers.Activation,
    keras.layers.ELU,
    keras.layers.LeakyReLU,
    keras.layers.PReLU,
    keras.layers.ReLU,
)


def describe_layer(layer: Any) -> LayerInfo:
    """Return what the contract says of a layer."""
    return LayerInfo(layer.name, layer, _part(layer), _is_hidden(layer))


def describe_weight(variable: Any, layer: Any) -> Weight:
    """Return what the contract says of a variable of a layer."""
    return Weight(variable.name, tuple(variable.shape), layer, _part(layer), variable)


def trainable_weights(core: keras.Model) -> tuple[Weight, ...]:
    """Return every trainable weight once, with a layer that owns it, of a model inside rather than that model."""
    owners: dict[int, Weight] = {}
    for variable, layer in _owned(core):
        owners.setdefault(id(variable), describe_weight(variable, layer))  # layers may share one
    return tuple(owners.values())


def _owned(model: keras.Model) -> Iterator[tuple[Any, Any]]:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _owned(layer)
        for variable in layer.trainable_variables:
            yield variable, layer


def is_activation(layer: Any) -> bool:
    """Whether a layer is nothing but a nonlinearity."""
    return isinstance(layer, _ACTIVATION_LAYERS)


def fused_activation(layer: Any) -> Any | None:
    """Return the nonlinearity a layer applies to its own output, or None.

    A recurrent layer applies its activation at each step, inside; there is nothing to split off. Where a custom
    layer applies one is not known.
    """
    activation = getattr(layer, "activation", None)
    if is_activation(layer) or isinstance(layer, keras.layers.RNN) or _is_custom(layer) or not callable(activation):
        return None
    return None if activation is keras.activations.linear else activation


def _part(layer: Any) -> Part:
    return "wide" if layer.name == "wide" else "deep"


def _is_hidden(layer: Any) -> bool:
    """Whether a layer's output is a hidden activation.

    Layers of Keras are hidden by their nonlinearity; of a custom layer with weights nothing else is known, and
    it is taken to be a block of its own.
    """
    if layer.name in _NEVER_HIDDEN:
        return False
    if is_activation(layer) or isinstance(layer, keras.layers.RNN) or fused_activation(layer) is not None:
        return True
    return _is_custom(layer) and bool(getattr(layer, "trainable_variables", ()))


def _is_custom(layer: Any) -> bool:
    return not type(layer).__module__.startswith("keras.")
