"""What is known of a tensor's units, and what a rule says of one call.

A tensor of rank 2, (batch, n), has n units. Any other counts as one unit: it is there as a whole, or not at all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from ...core.calls import Call, Result
from ..reading import Kept


@dataclass(frozen=True)
class Units:
    """Say which units of a tensor are the same for every row."""

    varies: np.ndarray
    """bool (n,)"""
    values: np.ndarray
    """float64 (n,): the value of a unit that is the same for every row, 0 of one that varies."""

    @classmethod
    def known(cls, varies: np.ndarray, values: np.ndarray) -> Units:
        """Return the units with these values; one that is no finite float32 is left as if it varied."""
        with np.errstate(over="ignore"):
            varies = varies | ~np.isfinite(values.astype(np.float32))
        return cls(varies, np.where(varies, 0.0, values.astype(np.float64)))

    @classmethod
    def unknown(cls, result: Result) -> Units:
        """Return the units of a tensor of which nothing is known."""
        return cls(np.ones(width(result), bool), np.zeros(width(result)))


@dataclass(frozen=True)
class Part:
    """A tensor of the smaller core, with what it holds of the old one."""

    tensor: Any
    present: np.ndarray
    """int64 (m,): the unit of the old tensor that each of its units was."""


@dataclass(frozen=True)
class Step:
    """What a rule goes by when it makes its call anew."""

    given: Sequence[Units]
    """The units of each input."""
    needed: np.ndarray
    """bool (n,): the units of the output that something reads."""
    kept: Kept
    """What is left of the core's inputs."""


class Rule(ABC):
    """Say what one call does with its units."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.layer = call.operation

    @classmethod
    @abstractmethod
    def of(cls, call: Call, below: Sequence[Rule]) -> Rule | None:
        """Return the rule for a call, given those of the calls before it, or None where it does not fit."""

    def holds(self, given: Sequence[Units]) -> bool:  # noqa: ARG002
        """Whether all it is given has to stay, also units that nothing reads of it or that never change."""
        return False

    @abstractmethod
    def constants(self, given: Sequence[Units]) -> list[Units]:
        """Return the units of its outputs, given those of its inputs."""

    @abstractmethod
    def reads(self, given: Sequence[Units], needed: np.ndarray) -> list[np.ndarray | None]:
        """Return bool (n,) of each input: the units it reads for the units needed of its first output.

        None for an input it does without. Where no unit of another is read, one is left all the same: no tensor
        is without units.
        """

    @abstractmethod
    def rewrite(self, parts: Sequence[Part | None], step: Step) -> list[Part]:
        """Make the call anew over parts of its inputs; None for one that is gone."""


def width(result: Result) -> int:
    """Return the number of a tensor's units."""
    return result.shape[1] or 1 if len(result.shape) == 2 else 1


def is_vector(result: Result) -> bool:
    """Whether a tensor is one of numbers, (batch, n)."""
    return len(result.shape) == 2 and result.shape[1] is not None and "float" in result.dtype


def is_plain(call: Call) -> bool:
    """Whether a layer is called on nothing but one tensor, or some, as in prediction."""
    only_tensors = len(call.args) == 1 and len(call.inputs) == len(keras.tree.flatten(call.args))
    return only_tensors and all(value is None or value is False for value in call.kwargs.values())


def is_of_one(call: Call) -> bool:
    """Whether a layer is called on nothing but one tensor, as in prediction."""
    return is_plain(call) and isinstance(call.args[0], Result)


def values_of(layer: keras.layers.Layer, values: np.ndarray) -> np.ndarray:
    """Return float64 (m,): what a layer makes of numbers (n,) in prediction.

    Its ``call`` alone: calling the layer would note losses in it.
    """
    made: np.ndarray = numbers(layer.call(keras.ops.convert_to_tensor(values[None], "float64")))[0]
    return made.astype(np.float64)


def numbers(tensor: Any) -> np.ndarray:
    """Return a tensor's or variable's numbers, float32 where it is of low precision."""
    values: np.ndarray = keras.ops.convert_to_tensor(tensor).numpy()
    return values.astype(np.float32) if values.dtype.itemsize < 4 else values


def options(layer: keras.layers.Layer) -> dict[str, Any]:
    """Return the name and the precision of a layer, for one that takes its place."""
    return {"name": layer.name, "dtype": layer.dtype_policy}
