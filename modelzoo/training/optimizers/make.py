"""Make the optimizers of a training."""

from __future__ import annotations

from math import sqrt
from typing import Any

import keras
from modelzoo_registry import Fault, SpecError, TrainingSpec

from ...core.layers import trainable_weights
from .optimizers import Optimizers, Share

_MOST_WIDE_RATE = 0.2


def make_optimizers(spec: TrainingSpec, core: keras.Model, *, wide_columns: int) -> Optimizers:
    """Return the optimizers of settings, built for the weights of a core.

    With ``wide_optimizer`` the weights of the wide part have one of their own, as in Cheng et al., "Wide & Deep
    Learning for Recommender Systems", 2016. Where its learning rate is left open it is min(0.2, 1/√columns of the wide
    part), as in the first DNNLinearCombined estimators of TensorFlow.

    Raises:
        SpecError: when there is an optimizer for a wide part and none of that.
    """
    wide = [weight.variable for weight in trainable_weights(core) if spec.wide_optimizer and weight.part == "wide"]
    if spec.wide_optimizer and not wide:
        message = (
            f"the model has no wide part that {spec.wide_optimizer} could update: leave wide_optimizer out, or use a "
            "model with one, such as wide_deep, on columns with wide = true"
        )
        raise SpecError("the training cannot be set up like this", [Fault("wide_optimizer", message)])
    apart = {id(variable) for variable in wide}
    others = [variable for variable in core.trainable_variables if id(variable) not in apart]
    shares = [Share(_make(spec.optimizer, spec.learning_rate, spec.momentum, others), others)]
    if spec.wide_optimizer:
        rate = spec.wide_learning_rate or min(_MOST_WIDE_RATE, 1 / sqrt(wide_columns))
        shares.append(Share(_make(spec.wide_optimizer, rate, None, wide), wide))
    return Optimizers(shares)


def _make(name: str, learning_rate: float, momentum: float | None, variables: list[Any]) -> Any:
    settings = {"learning_rate": learning_rate, **({"momentum": momentum} if momentum else {})}
    optimizer = keras.optimizers.get({"class_name": name, "config": settings})
    optimizer.build(variables)
    return optimizer
