"""Assemble a core: let the model plugin build it, then let regularizers change it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
from modelzoo_registry import BrokenPluginError, ModelPlugin, RegularizerPlugin, Tensor, ZooError

from .layers import describe_layer, fused_activation, is_activation, trainable_weights

Regularizers = Sequence[tuple[str, RegularizerPlugin]]
"""Regularizers with their names, in the order the user listed them."""


def build_core(name: str, plugin: ModelPlugin, spec: Any, inputs: Any) -> keras.Model:
    """Return the functional model a plugin builds.

    Raises:
        BrokenPluginError: when it returns something else than the prediction of one graph over its inputs.
    """
    with _blaming(f"model {name!r}: build failed"):
        prediction = plugin.build(spec, inputs)
    if not isinstance(prediction, keras.KerasTensor) or prediction.shape[1:] != (inputs.units,):
        received = getattr(prediction, "shape", type(prediction).__name__)
        raise BrokenPluginError(
            f"model {name!r}: build must return a Keras tensor of shape (None, {inputs.units}). Received: {received}"
        )
    with _blaming(f"model {name!r}: build must return one graph over its inputs"):
        return keras.Model(inputs.symbols, prediction, name=name)


def regularize(core: keras.Model, regularizers: Regularizers) -> tuple[keras.Model, set[str]]:
    """Return the core with all regularizers in it, and the names of those that changed something in it.

    Raises:
        BrokenPluginError: when one of them fails.
    """
    acting = set()
    for name, regularizer in regularizers:
        with blaming(name):
            core, layers = _with_layers(core, regularizer)
            weights = _with_penalties(core, regularizer)
        if layers or weights:
            acting.add(name)
    return core, acting


def overrides(regularizer: RegularizerPlugin, method: str) -> bool:
    """Whether a regularizer writes this method of the contract itself."""
    return getattr(type(regularizer), method) is not getattr(RegularizerPlugin, method)


@contextlib.contextmanager
def blaming(regularizer: str) -> Iterator[None]:
    """Tell whatever goes wrong in a regularizer as its own fault, with the cause."""
    with _blaming(f"regularizer {regularizer!r} failed"):
        yield


@contextlib.contextmanager
def _blaming(failure: str) -> Iterator[None]:
    """Tell whatever goes wrong in a plugin as the plugin's fault, with its cause."""
    try:
        yield
    except ZooError:
        raise
    except Exception as error:
        raise BrokenPluginError(f"{failure}: {type(error).__name__}: {error}") from error


@dataclass(frozen=True)
class _Extras:
    """Hold the layers to insert around one layer: the same ones wherever that layer is called."""

    front: Sequence[Any] = ()
    behind: Sequence[Any] = ()
    asked_for: int = 0

    def call(self, layer: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        if self.front:
            args = (_through(self.front, args[0]), *args[1:])
        output = layer(*args, **kwargs)
        if not self.behind:
            return output
        # Of several outputs the first is the layer's own; behind it come its state, its attention scores.
        first, *rest = keras.tree.flatten(output)
        return keras.tree.pack_sequence_as(output, [_through(self.behind, first), *rest])


def _through(layers: Sequence[Any], tensor: Any) -> Any:
    for layer in layers:
        tensor = layer(tensor)
    return tensor


def _with_layers(core: keras.Model, regularizer: RegularizerPlugin) -> tuple[keras.Model, int]:
    """Insert the layers a regularizer asks for; the layers that were there stay the same objects."""
    output_layer = core.operations[-1]  # sorted by their distance from the output
    made: dict[Any, _Extras] = {}
    followed: dict[Any, keras.Model] = {}

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        if layer is output_layer or layer.name == "prediction":
            return layer(*args, **kwargs)
        if isinstance(layer, keras.Sequential):  # Keras would not tell of the calls inside it
            if layer not in followed:
                followed[layer] = follow(keras.Model(layer.inputs, layer.outputs, name=layer.name))
            return followed[layer](*args, **kwargs)
        if layer not in made:
            made[layer] = _extras(layer, regularizer)
        return made[layer].call(layer, args, kwargs)

    def follow(model: keras.Model) -> keras.Model:
        return keras.models.clone_model(model, clone_function=lambda layer: layer, call_function=call, recursive=True)

    changed = follow(core)
    inserted = sum(extras.asked_for for extras in made.values())
    return (changed, inserted) if inserted else (core, 0)


def _extras(layer: Any, regularizer: RegularizerPlugin) -> _Extras:
    """Ask a regularizer about a layer; where it wants to stand before a fused activation, split that off."""
    info = describe_layer(layer)
    before, after = list(regularizer.layers_before_activation(info)), list(regularizer.layers_after(info))
    asked_for = len(before) + len(after)
    if before and is_activation(layer):
        return _Extras(before, after, asked_for)
    activation = fused_activation(layer) if before else None
    if activation is not None:
        layer.activation = keras.activations.linear
        before.append(keras.layers.Activation(activation, name=f"{layer.name}_activation"))
    return _Extras((), [*before, *after], asked_for)


def _with_penalties(core: keras.Model, regularizer: RegularizerPlugin) -> int:
    """Set penalties and constraints on the variables themselves, which works for custom layers too."""
    changed = 0
    for weight in trainable_weights(core):
        variable, penalty, constraint = weight.variable, regularizer.penalty(weight), regularizer.constraint(weight)
        if penalty is not None:
            variable.regularizer = _sum_of(variable.regularizer, _in_float32(penalty))
            changed += 1
        if constraint is not None:
            variable.constraint = _chain(variable.constraint, constraint)
            changed += 1
    return changed


def _in_float32(penalty: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """Penalise in the loss's own precision: it takes no scalar of another one."""
    return lambda weight: penalty(keras.ops.cast(weight, "float32"))


def _sum_of(first: Callable[[Tensor], Tensor] | None, second: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    return second if first is None else lambda weight: first(weight) + second(weight)


def _chain(first: Callable[[Tensor], Tensor] | None, second: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    if first is None:
        return second

    def chained(weight: Tensor) -> Tensor:
        return second(first(weight))

    chained.axis = (*_axes(first), *_axes(second))  # type: ignore[attr-defined]
    return chained


def _axes(constraint: Any) -> tuple[int, ...]:
    """Return the axes along which a constraint looks, the first one if it does not say."""
    axis = getattr(constraint, "axis", 0)
    return tuple(axis) if isinstance(axis, list | tuple) else (axis,)
