"""Run chunks of steps: compiled by XLA where it is asked for, and can."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from .engine import Engine

_UNSUPPORTED = re.compile(r"unsupported operations when trying to compile graph .*?: (\w+)")
_NOT_COMPILED = ("tf2xla conversion failed", "unsupported operations when trying to compile")


class Program:
    """Call a function of one chunk: full batches compiled, which gives one shape and one program, others not.

    What is compiled is the fast function, which is of use only while all is finite. When it is not, the state from
    before the chunk is put back, and the careful function runs the chunk up to the step that failed; unless the fast
    function is as careful, and has ended there itself.

    What XLA cannot compile is found out at the first call, before anything has been computed; from then on all chunks
    run without it, and a line says so.
    """

    def __init__(
        self,
        careful: Callable[..., Any],
        fast: Callable[..., Any],
        signature: Any,
        state: Sequence[Any],
        engine: Engine,
        *,
        tell: Callable[[str], None],
        fast_is_careful: bool = False,
    ) -> None:
        """Trace the function that will be used.

        Args:
            careful: runs a chunk, and nothing in it that is not finite.
            fast: runs a chunk, and tells when something in it was not finite.
            signature: ``tf.TensorSpec`` of a chunk of full batches.
            state: variables that a chunk changes; Keras' own random generator and others like it are found.
            engine: whether to compile.
            tell: writes a line for people.
            fast_is_careful: whether the fast function ends before what is not finite, too.
        """
        self._careful = traced(careful, reduce_retracing=True)
        self._compiled = traced(fast, jit_compile=True) if engine.xla else None
        graph = (self._compiled or self._careful).get_concrete_function(*signature).graph
        self.state = _distinct([*state, *graph.variables])
        self._values = traced(lambda: [tf.convert_to_tensor(variable) for variable in self.state])
        self._batch_size = signature[1].shape[1]
        self._tell = tell
        self._fast_is_careful = fast_is_careful

    @property
    def xla(self) -> bool:
        """Whether full batches are compiled."""
        return self._compiled is not None

    def __call__(self, inputs: Any, targets: Any, weights: Any, count: Any) -> Any:
        """Run one chunk."""
        chunk = (inputs, targets, weights, count)
        if self._compiled is None or int(targets.shape[1]) != self._batch_size:
            return self._careful(*chunk)
        before = [] if self._fast_is_careful else self._values()  # nothing is copied: XLA writes new values elsewhere
        try:
            done, finite, logs = self._compiled(*chunk)
        except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError) as error:
            self._do_without(error)
            return self._careful(*chunk)
        if finite or self._fast_is_careful:
            return done, finite, logs
        for variable, value in zip(self.state, before, strict=True):
            variable.assign(value)
        return self._careful(*chunk)

    def _do_without(self, error: Exception) -> None:
        """Give XLA up, if it is what an error is about."""
        message = str(error)
        if not any(words in message for words in _NOT_COMPILED):
            raise error
        found = _UNSUPPORTED.search(message)
        self._compiled = None
        self._tell(f"steps run without XLA, which cannot compile {found[1] if found else 'them'}")


def _distinct(variables: Sequence[Any]) -> list[Any]:
    """Return variables once each: those of Keras wrap one of TensorFlow's."""
    by_id: dict[int, Any] = {}
    for variable in variables:
        by_id.setdefault(id(variable.value if isinstance(variable, keras.Variable) else variable), variable)
    return list(by_id.values())


def traced(method: Callable[..., Any], **options: bool) -> Any:
    """Return a method as a TensorFlow function.

    Each training has functions of its own, so that TensorFlow does not warn of one that is traced again and again.
    AutoGraph would rewrite all this code, for loops and branches that are written as TensorFlow's own already.
    """
    return tf.function(partial(method), autograph=False, **options)
