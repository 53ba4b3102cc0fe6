"""Run chunks of steps: compiled by XLA where it is asked for, and can."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import tensorflow as tf

_UNSUPPORTED = re.compile(r"unsupported operations when trying to compile graph .*?: (\w+)")
_NOT_COMPILED = ("tf2xla conversion failed", "unsupported operations when trying to compile")


class Program:
    """Call a function of one chunk: full batches compiled, which gives one shape and one program, others not.

    What XLA cannot compile is found out at the first call, before anything has been computed; from then on all chunks
    run without it, and a line says so.
    """

    def __init__(
        self, function: Callable[..., Any], *, xla: bool, batch_size: int | None, tell: Callable[[str], None]
    ) -> None:
        self._relaxed = traced(function, reduce_retracing=True)
        self._compiled = traced(function, jit_compile=True) if xla else None
        self._batch_size = batch_size
        self._tell = tell

    @property
    def xla(self) -> bool:
        """Whether full batches are compiled."""
        return self._compiled is not None

    def __call__(self, inputs: Any, targets: Any, weights: Any, count: Any) -> Any:
        """Run one chunk."""
        if self._compiled is None or int(targets.shape[1]) != self._batch_size:
            return self._relaxed(inputs, targets, weights, count)
        try:
            return self._compiled(inputs, targets, weights, count)
        except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError) as error:
            message = str(error)
            if not any(words in message for words in _NOT_COMPILED):
                raise
            found = _UNSUPPORTED.search(message)
            self._compiled = None
            self._tell(f"steps run without XLA, which cannot compile {found[1] if found else 'them'}")
            return self._relaxed(inputs, targets, weights, count)


def traced(method: Callable[..., Any], **options: bool) -> Any:
    """Return a method as a TensorFlow function.

    Each training has functions of its own, so that TensorFlow does not warn of one that is traced again and again.
    AutoGraph would rewrite all this code, for loops and branches that are written as TensorFlow's own already.
    """
    return tf.function(partial(method), autograph=False, **options)
