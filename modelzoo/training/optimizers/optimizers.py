"""Update every weight by the optimizer it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from .rows import keeps_to_rows, read_by_rows, state_by_rows, update_rows, updates_rows


@dataclass(frozen=True)
class Share:
    """An optimizer of Keras, and the variables it was built for."""

    optimizer: Any
    variables: Sequence[Any]

    def apply(self, gradients: Iterable[tuple[Any, Any]], only_if: Any) -> None:
        """Take one step, of gradients with their variables, and count it once."""
        dense = []
        for gradient, variable in gradients:
            if isinstance(gradient, tf.IndexedSlices) and updates_rows(self.optimizer, variable):
                update_rows(self.optimizer, gradient, variable, only_if)
            else:
                dense.append((_dense(gradient, variable), variable))
        if dense:
            self.optimizer.apply(*zip(*dense, strict=True))
        else:
            self.optimizer.iterations.assign_add(1)


class Optimizers:
    """The optimizers of a training: the main one, first, and any for a share of the weights."""

    def __init__(self, shares: Sequence[Share]) -> None:
        self.shares = tuple(shares)
        self._owners = {id(variable): share for share in shares for variable in share.variables}
        self._tables = [v for share in shares for v in share.variables if updates_rows(share.optimizer, v)]
        for table in self._tables:
            if table.constraint is not None and keeps_to_rows(table.constraint, len(table.shape)):
                table.assign(table.constraint(table.value))  # rows that are never read keep to it too

    @property
    def main(self) -> Any:
        """The optimizer that callbacks see."""
        return self.shares[0].optimizer

    @property
    def variables(self) -> list[Any]:
        """All that optimizers keep."""
        return [variable for share in self.shares for variable in share.optimizer.variables]

    @property
    def by_rows(self) -> list[Any]:
        """The large tables, and what optimizers keep for them."""
        return [kept for table in self._tables for kept in state_by_rows(self.of(table), table)]

    def of(self, variable: Any) -> Any:
        """Return the optimizer that updates a variable."""
        return self._owners[id(variable)].optimizer

    def apply(self, gradients: Sequence[Any], variables: Sequence[Any], *, rows_only_if: Any = None) -> None:
        """Take one step of every optimizer.

        Args:
            gradients: by each of the variables; of a table ``tf.IndexedSlices`` or a tensor, or None.
            variables: the trainable ones of the model, in any order.
            rows_only_if: a scalar bool; where it is false, rows of large tables stay as they are.
        """
        pairs = list(zip(gradients, variables, strict=True))
        for share in self.shares:
            share.apply([pair for pair in pairs if self._owners[id(pair[1])] is share], rows_only_if)

    def reading_rows(self) -> AbstractContextManager[None]:
        """Let a model that is called here read no table whole of which rows are updated."""
        return read_by_rows(self._tables)


def _dense(gradient: Any, variable: Any) -> Any:
    """Return the gradient by a whole weight.

    A row of a table that was read several times has the sum of its gradients, where Keras would add up their squares.
    """
    if isinstance(gradient, tf.IndexedSlices):
        return tf.math.unsorted_segment_sum(gradient.values, gradient.indices, variable.shape[0])
    return None if gradient is None else tf.identity(gradient)  # Keras wants all in one graph: that of a branch
