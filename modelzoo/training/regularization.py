"""What regularizers do in the training step and around it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import keras
import tensorflow as tf
from modelzoo_registry import Fault, Objective, RegularizerPlugin, SpecError, Update, Weight
from modelzoo_registry.suggest import did_you_mean

from ..core.assemble import Regularizers, blaming, overrides
from ..core.layers import trainable_weights
from .optimizers.optimizers import Optimizers


class Regularization:
    """Let regularizers act on inputs, targets and weights, in the order they are listed."""

    def __init__(self, regularizers: Regularizers, core: keras.Model, cells: Mapping[str, Sequence[int]]) -> None:
        self._weights = trainable_weights(core)
        self._cells = cells
        self._regularizers = regularizers
        self._noise = _those_with("transform_inputs", regularizers)
        self._softening = _those_with("transform_targets", regularizers)
        self._followed = {name: self._followed_by(name, one) for name, one in regularizers if _follows(one)}
        self._slots: dict[int, Callable[[str], Any]] = {}
        self._finishing = [(name, one) for name, one in regularizers if self._followed.get(name)]

    @property
    def softens(self) -> bool:
        """Whether any of them may change targets."""
        return bool(self._softening)

    @property
    def variables(self) -> list[Any]:
        """The variables that regularizers keep of their own."""
        return [variable for _, one in self._regularizers for variable in _variables_in(vars(one))]

    @property
    def finishes_steps(self) -> bool:
        """Whether any of them changes weights behind each step."""
        return any(overrides(one, "after_step") for _, one in self._finishing)

    @property
    def finishes(self) -> bool:
        """Whether any of them changes weights behind the last step."""
        return any(overrides(one, "after_training") for _, one in self._finishing)

    def begin(self, optimizers: Optimizers) -> None:
        """Let them make what they need before the first step; the optimizers are built."""
        self._optimizers = optimizers
        for share in optimizers.shares:
            self._slots |= _slots(share.optimizer, [w for w in self._weights if self._is_of(share.optimizer, w)])
            for name, one in self._finishing:
                followed = [weight for weight in self._followed[name] if self._is_of(share.optimizer, weight)]
                if followed:
                    with blaming(name):
                        one.begin(share.optimizer, followed)

    def with_noise(self, inputs: Mapping[str, Any], seeds: Any) -> Mapping[str, Any]:
        """Return the inputs of a batch as the step sees them."""
        for name, one in self._noise:
            with blaming(name):
                inputs = one.transform_inputs(inputs, self._cells, seeds)
        return inputs

    def softened(self, targets: Any, units: int) -> Any:
        """Return the targets of a batch as the step sees them."""
        for name, one in self._softening:
            with blaming(name):
                targets = one.transform_targets(targets, units)
        return targets

    def after_step(self, variables: Sequence[Any], gradients: Sequence[Any]) -> None:
        """Let them act behind the optimizers' update of the variables."""
        rows = {id(v): _rows_of(gradient) for v, gradient in zip(variables, gradients, strict=True)}
        for name, one in self._finishing:
            updates = [self._update(weight, rows[id(weight.variable)]) for weight in self._followed[name]]
            with blaming(name):
                one.after_step(self._optimizers.main, updates)

    def after_training(self, objective: Objective) -> list[str]:
        """Let them act on the weights that are kept; return their lines for people."""
        lines = []
        for name, one in self._finishing:
            with blaming(name):
                line = one.after_training(self._optimizers.main, objective)
            lines.extend([f"{name}: {line}"] if line else [])
        return lines

    def updates(self) -> list[Update]:
        """Return every trainable weight with what the optimizer keeps for it."""
        return [self._update(weight, None) for weight in self._weights]

    def acting(self, inputs: Mapping[str, Any], targets: Any, units: int) -> set[str]:
        """Return the names of those that act here, tried on a batch."""
        seeds = keras.random.SeedGenerator(0)  # of their own: the training's draws stay what they are
        acting = {name for name, _ in self._finishing}
        for name, one in self._noise:
            with blaming(name):
                changed = one.transform_inputs(inputs, self._cells, seeds)
            if any(changed[key] is not tensor for key, tensor in inputs.items()):
                acting.add(name)
        for name, one in self._softening:
            with blaming(name):
                if one.transform_targets(targets, units) is not targets:
                    acting.add(name)
        return acting

    def _is_of(self, optimizer: Any, weight: Weight) -> bool:
        return self._optimizers.of(weight.variable) is optimizer

    def _update(self, weight: Weight, rows: Any) -> Update:
        variable = weight.variable
        return Update(weight, self._slots[id(variable)], rows, self._optimizers.of(variable))

    def _followed_by(self, name: str, one: RegularizerPlugin) -> list[Weight]:
        with blaming(name):
            return [weight for weight in self._weights if one.follows(weight)]


def check_watched(regularizers: Regularizers, metrics: Sequence[str], *, has_validation: bool) -> None:
    """Refuse a training that lacks what one of its regularizers follows.

    Raises:
        SpecError: with every fault.
    """
    faults = []
    for name, regularizer in regularizers:
        watched = regularizer.watched_metric()
        if watched is not None and not has_validation:
            faults.append(Fault("validation", f"{name} follows rows held back: give validation=0.1, or rows"))
        if watched is not None and watched not in metrics:
            known = f"{did_you_mean(watched, metrics)} Measured: {', '.join(metrics)}"
            faults.append(Fault("metrics", f"{name} follows {watched!r}, which is not measured.{known}"))
    if faults:
        raise SpecError("the training cannot be set up like this", faults)


def _those_with(method: str, regularizers: Regularizers) -> list[tuple[str, RegularizerPlugin]]:
    return [(name, one) for name, one in regularizers if overrides(one, method)]


def _variables_in(kept: Any) -> list[Any]:
    """Return the variables among values, and in lists and mappings of them."""
    if isinstance(kept, tf.Variable | keras.Variable):
        return [kept]
    inside = kept.values() if isinstance(kept, Mapping) else kept if isinstance(kept, list | tuple | set) else ()
    return [variable for value in inside for variable in _variables_in(value)]


def _follows(one: RegularizerPlugin) -> bool:
    return overrides(one, "after_step") or overrides(one, "after_training")


def _rows_of(gradient: Any) -> Any:
    """Return the rows of a table that a batch has read, when its gradient says so."""
    return tf.reshape(gradient.indices, (-1,)) if isinstance(gradient, tf.IndexedSlices) else None


def _slots(optimizer: Any, weights: Sequence[Weight]) -> dict[int, Callable[[str], Any]]:
    """Return for each weight's variable what finds what the optimizer keeps for it, by the names Keras gives that.

    Layers of models inside may share a path; what is kept for them stands in the order of the weights.
    """
    kept: dict[str, list[Any]] = defaultdict(list)
    for variable in optimizer.variables:
        kept[variable.name].append(variable)
    seen: Counter[str] = Counter()
    found: dict[int, Callable[[str], Any]] = {}
    for weight in weights:
        path = weight.variable.path
        found[id(weight.variable)] = partial(_slot, kept, path.replace("/", "_"), seen[path])
        seen[path] += 1
    return found


def _slot(kept: Mapping[str, Sequence[Any]], path: str, place: int, name: str) -> Any:
    return kept[f"{path}_{name}"][place]
