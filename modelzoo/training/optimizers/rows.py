"""Row-wise lazy updates: a step costs a large table the rows its batch has read, not its size.

Keras updates all rows at each step; those that were not read, by what their momentum has left. Here their weights, and
what the optimizer keeps for them, wait until they are read again. Sources: ``LazyAdam`` of TensorFlow Addons;
``SparseAdam`` of PyTorch.

What changes for a row while it is not read: its momentum neither moves it nor fades, its mean of squares does not fade,
and decoupled weight decay (AdamW) does not shrink it. Bias corrections count the steps of the training, not those of
the row. Nothing changes for SGD without momentum and for Adagrad; nor for Ftrl once a row was read, which otherwise
makes initial weights zero at the first step.

A penalty on a table (``l2``) reads all its rows: its gradient is dense, and all rows are updated at each step.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import prod
from typing import Any

import tensorflow as tf

LARGE_TABLE = 2**15
"""Numbers in a table from which its rows are updated one by one; smaller ones are updated faster as a whole."""
ROW_WISE = frozenset({"adagrad", "adam", "adamax", "adamw", "ftrl", "lion", "rmsprop", "sgd"})
"""Optimizers whose ``update_step`` treats every number of a weight alike and by itself."""


def updates_rows(optimizer: Any, variable: Any) -> bool:
    """Whether a variable is a table of which the optimizer can update some rows alone."""
    is_large_table = len(variable.shape) >= 2 and prod(variable.shape) >= LARGE_TABLE
    return is_large_table and type(optimizer).__name__.lower() in ROW_WISE


@contextlib.contextmanager
def read_by_rows(variables: Sequence[Any], tell: Callable[[Any], None]) -> Iterator[None]:
    """Let what is called here read rows of these Keras variables where they lie, and tell of which it does.

    Keras reads a variable whole before it takes rows of it, and TensorFlow copies one whose rows are written.
    """
    for variable in variables:
        variable.sparse_read = partial(_read_rows, variable, tell)  # what ``tf.gather`` looks for
    try:
        yield
    finally:
        for variable in variables:
            del variable.sparse_read


def _read_rows(variable: Any, tell: Callable[[Any], None], rows: Any, name: str | None = None) -> Any:
    tell(variable)
    return variable.value.sparse_read(rows, name=name)


def update_rows(optimizer: Any, gradient: tf.IndexedSlices, variable: Any, only_if: Any = None) -> None:
    """Take the optimizer's step for the rows of a table that a batch has read; the step is not counted.

    A row read several times has the sum of its gradients. All that is computed for it is computed as often, to the
    same bits, and written as often: so shapes depend on the batch alone, as XLA wants it.

    Args:
        optimizer: one that was built for the variable.
        gradient: by the rows that were read.
        variable: the table, a Keras variable.
        only_if: a scalar bool; where it is false, rows are written as they were.
    """
    rows, total = summed(gradient)
    view = _OnRows(optimizer, variable.value, rows)
    if optimizer.weight_decay:
        view.table.assign_sub(view.table.value * optimizer.weight_decay * tf.cast(optimizer.learning_rate, total.dtype))
    type(optimizer).update_step(view, total, view.table, optimizer.learning_rate)
    constraint = variable.constraint
    if constraint is not None and keeps_to_rows(constraint, len(variable.shape)):
        view.table.assign(constraint(view.table.value))
    view.write(only_if)
    if constraint is not None and not keeps_to_rows(constraint, len(variable.shape)):
        variable.assign(constraint(variable))


def state_by_rows(optimizer: Any, table: Any) -> list[Any]:
    """Return a table and what the optimizer keeps for each number of it, found by the names Keras gives that."""
    begin = table.path.replace("/", "_")
    return [table, *(v for v in optimizer.variables if v.name.startswith(begin) and v.shape == table.shape)]


def keeps_to_rows(constraint: Any, rank: int) -> bool:
    """Whether a constraint looks at each row of a weight by itself, as its ``axis`` says; one without looks at all."""
    axis = getattr(constraint, "axis", 0)
    return all(each % rank != 0 for each in (axis if isinstance(axis, list | tuple) else [axis]))


def summed(gradient: tf.IndexedSlices) -> tuple[Any, Any]:
    """Return the rows, (k,), sorted, some of them repeatedly, and for each the whole gradient of its row."""
    order = tf.argsort(gradient.indices, stable=True)
    rows = tf.gather(gradient.indices, order)
    is_next = tf.cast(tf.not_equal(rows[1:], rows[:-1]), tf.int32)
    place = tf.concat([[0], tf.cumsum(is_next)], axis=0)  # of each distinct row
    total = tf.math.unsorted_segment_sum(tf.gather(gradient.values, order), place, tf.size(rows))
    return rows, tf.gather(total, place)


class _Rows:
    """Some rows of a variable, read and assigned as the variable itself, and written behind the last assignment."""

    def __init__(self, variable: tf.Variable, rows: Any) -> None:
        self.value = self._before = variable.sparse_read(rows)
        self.dtype = variable.dtype
        self._variable = variable
        self._rows = rows

    def __tf_tensor__(self, dtype: Any = None, name: str | None = None) -> Any:
        return tf.convert_to_tensor(self.value, dtype=dtype, name=name)

    def assign(self, value: Any) -> None:
        self.value = value

    def assign_add(self, value: Any) -> None:
        self.value = self.value + value

    def assign_sub(self, value: Any) -> None:
        self.value = self.value - value

    def write(self, only_if: Any) -> None:
        value = self.value if only_if is None else tf.where(only_if, self.value, self._before)
        self._variable.scatter_update(tf.IndexedSlices(value, self._rows))


class _OnRows:
    """An optimizer as its own ``update_step`` sees it, when some rows of one table are all there is."""

    def __init__(self, optimizer: Any, variable: tf.Variable, rows: Any) -> None:
        self.table = _Rows(variable, rows)
        self._optimizer = optimizer
        self._rows = rows
        self._place = optimizer._get_variable_index(variable)
        self._slots: dict[str, _Rows] = {}

    def __getattr__(self, name: str) -> Any:
        kept = getattr(self._optimizer, name)
        if not isinstance(kept, list):
            return kept
        if name not in self._slots:  # a list holds what is kept for each variable
            self._slots[name] = _Rows(kept[self._place].value, self._rows)
        return [self._slots[name]]

    def _get_variable_index(self, variable: Any) -> int:  # noqa: ARG002  (Keras' signature)
        return 0

    def write(self, only_if: Any) -> None:
        for each in (*self._slots.values(), self.table):
            each.write(only_if)
