"""Walk a core: every call of a layer or operation in it, through Keras' public names alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras


@dataclass(frozen=True)
class Result:
    """Stand for one tensor of a core."""

    number: int
    """Its place among all tensors of the core."""
    maker: int
    """The place of the call that makes it."""
    shape: tuple[int | None, ...]
    dtype: str


@dataclass(frozen=True)
class Call:
    """Say one call of a layer or operation: where its arguments hold tensors of the core, they hold ``Result``."""

    name: str
    """Its layer's name, the same in every process."""
    operation: Any
    """The layer or operation itself; None for an input of the core."""
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    outputs: Any
    """What it returns, a ``Result`` in place of each tensor."""

    @property
    def inputs(self) -> tuple[Result, ...]:
        """The tensors it is given."""
        return tuple(each for each in keras.tree.flatten((self.args, dict(self.kwargs))) if isinstance(each, Result))

    @property
    def results(self) -> tuple[Result, ...]:
        """The tensors it makes."""
        return tuple(keras.tree.flatten(self.outputs))

    def again(self, tensors: Mapping[int, Any]) -> tuple[Any, ...]:
        """Call the layer once more, with these tensors by the numbers of those it was given, and return its own."""

        def fill(given: Any) -> Any:
            return tensors[given.number] if isinstance(given, Result) else given

        args, kwargs = keras.tree.map_structure(fill, (self.args, dict(self.kwargs)))
        return tuple(keras.tree.flatten(self.operation(*args, **kwargs)))


@dataclass(frozen=True)
class Graph:
    """Hold the calls of a core."""

    calls: tuple[Call, ...]
    """Inputs first, each call behind those it reads from."""
    output: Result
    """The prediction."""


def walk(core: keras.Model) -> Graph:
    """Return every input and every call of a layer or operation of a core with one output.

    The core is walked by cloning it with stand-ins for its layers, which leaves it as it was: no layer is
    called, so none gets a second output.
    """
    walker = _Walker()
    inputs = keras.tree.map_structure(walker.enter, core.input)
    clone = keras.models.clone_model(core, inputs, clone_function=lambda layer: layer, call_function=walker.call)
    return Graph(tuple(walker.calls), walker.result(clone.output))


class _StandIn(keras.Operation):
    """Take the place of a layer: the same outputs, and nothing computed."""

    def __init__(self, outputs: Any) -> None:
        super().__init__()
        self._outputs = outputs

    def compute_output_spec(self, *_: Any) -> Any:
        return keras.tree.map_structure(lambda tensor: keras.KerasTensor(tensor.shape, tensor.dtype), self._outputs)


class _Walker:
    """Collect the calls, and what stands for which tensor."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._tensors: list[Any] = []  # kept, so that no identity is used twice
        self._results: dict[int, Result] = {}
        self._unnamed: Counter[str] = Counter()

    def enter(self, tensor: Any) -> Any:
        """Note an input and return one of its name, type and shape."""
        own = keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=tensor.name)
        self._add(own, name=tensor.name, operation=None, args=(), kwargs={})
        return own

    def call(self, operation: Any, *args: Any, **kwargs: Any) -> Any:
        """Note the call of a layer or operation and return what stands for its outputs."""
        given = [tensor for tensor in keras.tree.flatten((args, kwargs)) if isinstance(tensor, keras.KerasTensor)]
        outputs = _StandIn(operation.compute_output_spec(*args, **kwargs))(*given)
        args, kwargs = keras.tree.map_structure(self.result, (args, kwargs))
        self._add(outputs, name=self._name(operation), operation=operation, args=args, kwargs=kwargs)
        return outputs

    def result(self, given: Any) -> Any:
        """Return what stands for a tensor, and anything else as it is."""
        return self._results[id(given)] if isinstance(given, keras.KerasTensor) else given

    def _add(self, outputs: Any, **fields: Any) -> None:
        for tensor in keras.tree.flatten(outputs):
            shape, dtype = tuple(tensor.shape), str(tensor.dtype)
            self._results[id(tensor)] = Result(len(self._tensors), len(self.calls), shape, dtype)
            self._tensors.append(tensor)
        self.calls.append(Call(outputs=keras.tree.map_structure(self.result, outputs), **fields))

    def _name(self, operation: Any) -> str:
        """Return a name that is the same in every process: Keras numbers its own names from model to model."""
        name = re.sub(r"_\d+$", "", operation.name)
        if "__" in operation.name or name.replace("_", "") != type(operation).__name__.lower():
            return str(operation.name)
        self._unnamed[name] += 1
        return name if self._unnamed[name] == 1 else f"{name}_{self._unnamed[name] - 1}"
