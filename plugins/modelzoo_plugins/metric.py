"""The metric in which an optimizer measures its steps.

An adaptive optimizer moves each weight by its direction divided by a scale of the weight's own. A proximal step has to
use that very scale: with another one it balances the gradient at another penalty than was asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from modelzoo_registry import Fault, SpecError, Tensor

Slot = Callable[[str], Any]


def check_optimizer(optimizer: Any) -> None:
    """Refuse an optimizer whose metric is not known.

    Raises:
        SpecError: naming those that are.
    """
    if _name(optimizer) not in _METRICS:
        rule = f"l1 and l1_l2 step in the optimizer's own metric, which is known of {', '.join(sorted(_METRICS))}"
        fault = Fault("optimizer", f"{rule}. Received: {_name(optimizer)}")
        raise SpecError("the training cannot be set up like this", [fault])


def step_sizes(optimizer: Any, slot: Slot) -> Tensor:
    """Return how far one unit of gradient, held for long, moves each entry of a weight in a step.

    The formulas are those of Keras' ``update_step``, in float32 whatever the precision of the weight.

    Args:
        optimizer: one that ``check_optimizer`` lets pass.
        slot: returns what it keeps for the weight, or for some rows of it, by name.

    Returns:
        A scalar, or float32 of the shape of what ``slot`` returns.
    """
    return _METRICS[_name(optimizer)](optimizer, slot)


def _name(optimizer: Any) -> str:
    return type(optimizer).__name__.lower()


def _sgd(optimizer: Any, slot: Slot) -> Tensor:  # noqa: ARG001  (the same for all weights)
    return optimizer.learning_rate / (1 - optimizer.momentum)  # momentum sums up what one gradient does over time


def _adam(optimizer: Any, slot: Slot) -> Tensor:
    from keras import ops

    squared = slot("velocity_hat" if getattr(optimizer, "amsgrad", False) else "velocity")
    root = ops.sqrt(_grown(optimizer, squared))
    return optimizer.learning_rate * root / (ops.sqrt(_float32(squared)) + optimizer.epsilon)


def _nadam(optimizer: Any, slot: Slot) -> Tensor:
    from keras import ops

    squared = slot("velocity")
    mean = _float32(squared) / _grown(optimizer, squared)
    return optimizer.learning_rate / (ops.sqrt(mean) + optimizer.epsilon)


def _adamax(optimizer: Any, slot: Slot) -> Tensor:
    return optimizer.learning_rate / (_float32(slot("norm")) + optimizer.epsilon)


def _rmsprop(optimizer: Any, slot: Slot) -> Tensor:
    from keras import ops

    squared = _float32(slot("velocity"))
    if optimizer.centered:
        squared = squared - ops.square(_float32(slot("average_gradient")))
    return optimizer.learning_rate / ops.sqrt(squared + optimizer.epsilon) / (1 - optimizer.momentum)


def _adagrad(optimizer: Any, slot: Slot) -> Tensor:
    from keras import ops

    return optimizer.learning_rate / ops.sqrt(_float32(slot("accumulator")) + optimizer.epsilon)


def _grown(optimizer: Any, squared: Tensor) -> Tensor:
    """Return the share of a mean that a moving one has reached, as Keras finds it in the weight's precision.

    In bfloat16 its 0.999 is 1 and the share 0: Adam takes no step then, and no threshold may be taken either.
    """
    from keras import ops

    decay, steps = ops.cast(optimizer.beta_2, squared.dtype), ops.cast(optimizer.iterations, squared.dtype)
    return _float32(1 - ops.power(decay, steps))


def _float32(values: Tensor) -> Tensor:
    from keras import ops

    return ops.cast(values, "float32")


_METRICS: dict[str, Callable[[Any, Slot], Tensor]] = {
    "adagrad": _adagrad,
    "adam": _adam,
    "adamax": _adamax,
    "adamw": _adam,
    "nadam": _nadam,
    "rmsprop": _rmsprop,
    "sgd": _sgd,
}
