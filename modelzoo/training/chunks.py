"""Encoded rows, and the chunks of micro-batches they are packed into for the training step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, prod
from typing import Any, Protocol

import numpy as np

from ..columns.encoder import Arrays
from .relay import Relay

Chunk = tuple[Arrays, np.ndarray, np.ndarray, np.int32]
"""Inputs (chunk, batch, ...), targets (chunk, batch, 1 or 0), weights float32 (chunk, batch), or (chunk, 0) when all
rows weigh alike, and how many of the micro-batches are real."""


_ALIGNMENT = 64
"""Bytes; the most that any of TensorFlow's builds asks for."""


class Draw(Protocol):
    """Hand out rows pass after pass, each pass in an order of its own."""

    def examples(self, first: int, end: int) -> Encoded:
        """Return examples first..end, counted over all passes; each call goes on where the one before ended."""


class Examples(Protocol):
    """Be encoded rows to train or to validate on, wherever they are held."""

    @property
    def count(self) -> int:
        """How many rows there are."""

    @property
    def like(self) -> Encoded:
        """Some of the rows, which show their dtypes, shapes and whether they are weighted."""

    def draw(self, seed: int, first: int = 0) -> Draw:
        """Return what hands the rows out in orders drawn from a seed, beginning with an example."""

    def blocks(self, rows: int) -> Iterator[Encoded]:
        """Yield all rows once, in order, so many at a time; the last ones may be fewer."""


@dataclass(frozen=True)
class Encoded:
    """Hold encoded rows with their targets and, unless all weigh alike, their weights: examples in memory."""

    inputs: Arrays
    targets: np.ndarray
    weights: np.ndarray | None = None
    """float32 (n,)."""

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.targets)

    @property
    def like(self) -> Encoded:
        """The rows themselves."""
        return self

    @property
    def weighted(self) -> bool:
        """Whether the rows have weights."""
        return self.weights is not None

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        weights = [] if self.weights is None else [self.weights]
        return sum(array[:1].nbytes for array in [*self.inputs.values(), self.targets, *weights])

    def first(self, count: int) -> tuple[dict[str, Any], Any]:
        """Return inputs and targets of the first rows as tensors."""
        import tensorflow as tf

        inputs = {name: tf.constant(array[:count]) for name, array in self.inputs.items()}
        return inputs, tf.constant(self.targets[:count])

    def take(self, rows: np.ndarray | slice) -> Encoded:
        """Return these rows, in this order."""
        inputs = {name: _taken(array, rows) for name, array in self.inputs.items()}
        weights = None if self.weights is None else _taken(self.weights, rows)
        return Encoded(inputs, _taken(self.targets, rows), weights)

    def empty(self, count: int) -> Encoded:
        """Return room for so many rows like these."""
        inputs = {name: np.empty((count, *array.shape[1:]), array.dtype) for name, array in self.inputs.items()}
        weights = None if self.weights is None else np.empty(count, np.float32)
        return Encoded(inputs, np.empty((count, *self.targets.shape[1:]), self.targets.dtype), weights)

    def put(self, places: np.ndarray | slice, rows: Encoded) -> None:
        """Write rows to these places."""
        for name, array in self.inputs.items():
            array[places] = rows.inputs[name]
        self.targets[places] = rows.targets
        if self.weights is not None:
            self.weights[places] = rows.weights

    def draw(self, seed: int, first: int = 0) -> Draw:  # noqa: ARG002  (any example may be asked for)
        """Return what hands the rows out, shuffled anew in each pass."""
        return _Passes(self, seed)

    def blocks(self, rows: int) -> Iterator[Encoded]:
        """See ``Examples``."""
        return (self.take(slice(start, start + rows)) for start in range(0, self.count, rows))

    def pack(self, chunk: int, batch: int, count: int) -> Chunk:
        """Return all rows, chunk * batch of them, as a chunk of which the first ``count`` micro-batches are real."""
        inputs = {name: _cut(array, chunk, batch) for name, array in self.inputs.items()}
        weights = np.empty((chunk, 0), np.float32) if self.weights is None else _cut(self.weights, chunk, batch)
        return inputs, _cut(self.targets, chunk, batch), weights, np.int32(count)


def concatenate(parts: Sequence[Encoded]) -> Encoded:
    """Return the rows of all parts, one after the other."""
    if len(parts) == 1:
        return parts[0]
    inputs = {name: np.concatenate([part.inputs[name] for part in parts]) for name in parts[0].inputs}
    weights = [part.weights for part in parts if part.weights is not None]
    return Encoded(
        inputs, np.concatenate([part.targets for part in parts]), np.concatenate(weights) if weights else None
    )


def _taken(array: np.ndarray, rows: np.ndarray | slice) -> np.ndarray:
    if isinstance(rows, slice):
        return array[rows]
    taken = _aligned((len(rows), *array.shape[1:]), array.dtype)
    return np.take(array, rows, axis=0, out=taken, mode="clip")  # raising would copy; all rows are there


def _aligned(shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray:
    """Return room for an array that TensorFlow takes as it is: others it copies."""
    size = prod(shape) * dtype.itemsize
    room = np.empty(size + _ALIGNMENT, np.uint8)
    start = -room.ctypes.data % _ALIGNMENT
    return room[start : start + size].view(dtype).reshape(shape)


def _cut(array: np.ndarray, chunk: int, batch: int) -> np.ndarray:
    return array.reshape(chunk, batch, *array.shape[1:])


class _Passes:
    """Shuffle rows in memory anew for each pass over them; holds the order of one pass at a time."""

    def __init__(self, rows: Encoded, seed: int) -> None:
        self._rows = rows
        self._seed = seed
        self._number = -1
        self._order = np.empty(0, np.int64)

    def examples(self, first: int, end: int) -> Encoded:
        """See ``Draw``; here any examples may be asked for."""
        rows, parts = self._rows.count, []
        for number in range(first // rows, ceil(end / rows)):
            start = number * rows
            parts.append(self._pass(number)[max(first - start, 0) : end - start])
        return self._rows.take(np.concatenate(parts))

    def _pass(self, number: int) -> np.ndarray:
        if number != self._number:
            self._order = np.random.default_rng([self._seed, number]).permutation(self._rows.count)
            self._number = number
        return self._order


def chunk_signature(like: Encoded, chunk: int | None = None, batch: int | None = None) -> Any:
    """Return the ``tf.TensorSpec`` of each array of a chunk of rows of these dtypes and shapes; None is any size."""
    import tensorflow as tf

    return (
        {name: _spec(array, chunk, batch) for name, array in like.inputs.items()},
        _spec(like.targets, chunk, batch),
        tf.TensorSpec((chunk, batch if like.weighted or batch is None else 0), tf.float32),
        tf.TensorSpec((), tf.int32),
    )


def batches_dataset(rows: Examples, batch: int, relay: Relay) -> Any:
    """Return rows in order as a ``tf.data.Dataset`` of batches: inputs, targets and, if there are any, weights."""
    like = rows.like

    def batches() -> Iterator[tuple[Any, ...]]:
        for block in rows.blocks(batch):
            yield (block.inputs, block.targets, *(() if block.weights is None else (block.weights,)))

    inputs = {name: _spec(array, None) for name, array in like.inputs.items()}
    weights = () if like.weights is None else (_spec(like.weights, None),)
    return relay.dataset(batches, ceil(rows.count / batch), (inputs, _spec(like.targets, None), *weights))


def _spec(array: np.ndarray, *dimensions: int | None) -> Any:
    import tensorflow as tf

    return tf.TensorSpec((*dimensions, *array.shape[1:]), array.dtype)
