"""Let one seed decide a training, and disturb the caller's own random numbers as little as can be."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator

import keras
import numpy as np


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed Keras, TensorFlow, NumPy and Python inside the block; give NumPy and Python their states back after it.

    Keras and TensorFlow offer no way to: theirs go on from this seed.
    """
    python_state, numpy_state = random.getstate(), np.random.get_state()
    keras.utils.set_random_seed(seed)
    try:
        yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)
