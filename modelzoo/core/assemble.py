"""Assemble a core: let the model plugin build it, then let regularizers change it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
from modelzoo_registry import BrokenPluginError, ModelPlugin, RegularizerPlugin, Tensor, ZooError

from .layers import describe_layer, describe_weight, fused_activation

Regularizers = Sequence[tuple[str, RegularizerPlugin]]
"""Regularizers with their names, in the order the user listed them."""


def build_core(name: str, plugin: ModelPlugin, spec: Any, inputs: Any) -> keras.Model:
    """Return the functional model a plugin builds.

    Raises:
        BrokenPluginError: when it returns something else than the prediction of one graph over its inputs.
    """
    try:
        prediction = plugin.build(spec, inputs)
    except ZooError:
        raise
    except Exception as error:  # whatever goes wrong in a plugin is told as the plugin's fault, with its cause
        raise BrokenPluginError(f"model {name!r}: build failed: {type(error).__name__}: {error}") from error
    if not isinstance(prediction, keras.KerasTensor) or prediction.shape[1:] != (inputs.units,):
        received = getattr(prediction, "shape", type(prediction).__name__)
        raise BrokenPluginError(
            f"model {name!r}: build must return a Keras tensor of shape (None, {inputs.units}). Received: {received}"
        )
    return keras.Model(inputs.symbols, prediction, name=name)


def regularize(core: keras.Model, regularizers: Regularizers) -> tuple[keras.Model, list[str]]:
    """Return the core with all regularizers in it, and the names of those that changed nothing in it."""
    idle = []
    for name, regularizer in regularizers:
        core, layers = _with_layers(core, regularizer)
        weights = _with_penalties(core, regularizer)
        if not layers and not weights:
            idle.append(name)
    return core, idle


def _with_layers(core: keras.Model, regularizer: RegularizerPlugin) -> tuple[keras.Model, int]:
    """Insert the layers a regularizer asks for; the layers that were there stay the same objects."""
    inserted = 0

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal inserted
        info = describe_layer(layer)
        if layer.name == "prediction":
            return layer(*args, **kwargs)
        before, after = regularizer.layers_before_activation(info), regularizer.layers_after(info)
        inserted += len(before) + len(after)
        output = _call_split(layer, before, args, kwargs) if before else layer(*args, **kwargs)
        for extra in after:
            output = extra(output)
        return output

    changed = keras.models.clone_model(core, clone_function=lambda layer: layer, call_function=call)
    return (changed, inserted) if inserted else (core, 0)


def _call_split(layer: Any, before: Sequence[Any], args: Any, kwargs: Any) -> Any:
    """Call a layer without its fused activation, then the extra layers, then the activation."""
    activation = fused_activation(layer)
    if activation is not None:
        layer.activation = keras.activations.linear
    output = layer(*args, **kwargs)
    for extra in before:
        output = extra(output)
    if activation is None:
        return output
    return keras.layers.Activation(activation, name=f"{layer.name}_activation")(output)


def _with_penalties(core: keras.Model, regularizer: RegularizerPlugin) -> int:
    """Set penalties and constraints on the variables themselves, which works for custom layers too."""
    changed = 0
    for layer in core.layers:
        for variable in layer.trainable_variables:
            weight = describe_weight(variable, layer)
            penalty, constraint = regularizer.penalty(weight), regularizer.constraint(weight)
            if penalty is not None:
                variable.regularizer = _sum_of(variable.regularizer, penalty)
                changed += 1
            if constraint is not None:
                variable.constraint = _chain(variable.constraint, constraint)
                changed += 1
    return changed


def _sum_of(first: Callable[[Tensor], Tensor] | None, second: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    return second if first is None else lambda weight: first(weight) + second(weight)


def _chain(first: Callable[[Tensor], Tensor] | None, second: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    return second if first is None else lambda weight: second(first(weight))
