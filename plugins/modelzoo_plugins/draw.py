"""Draw random numbers in a training step.

Left to choose, XLA takes an algorithm that is five times slower on processors than Philox.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelzoo_registry import Tensor


def uniform(shape: Sequence[Any], seed: Any) -> Tensor:
    """Return float32 numbers, 0 to below 1.

    Args:
        shape: whole numbers, or tensors where these are not known before the step.
        seed: a ``keras.random.SeedGenerator``.
    """
    import tensorflow as tf

    return tf.random.stateless_uniform(shape, tf.cast(seed.next(), "int32"), alg="philox")


def normal(shape: Sequence[Any], seed: Any) -> Tensor:
    """Return float32 numbers of mean 0 and variance 1; see ``uniform``."""
    import tensorflow as tf

    return tf.random.stateless_normal(shape, tf.cast(seed.next(), "int32"), alg="philox")
