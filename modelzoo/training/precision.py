"""Let layers compute in the precision that was asked for, and leave the caller's own setting as it is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import keras
from modelzoo_registry.training import Precision


@contextlib.contextmanager
def computing_in(precision: Precision) -> Iterator[None]:
    """Make Keras layers inside the block with this dtype policy, and take back the caller's behind it."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
