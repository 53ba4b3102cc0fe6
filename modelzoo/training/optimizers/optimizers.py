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
        self._large = [v for share in shares for v in share.variables if updates_rows(share.optimizer, v)]
        self._tables: dict[int, Any] = {}

    @property
    def main(self) -> Any:
        """The optimizer that callbacks see."""
        return self.shares[0].optimizer

    @property
    def variables(self) -> list[Any]:
        """All that optimizers keep."""
        return [variable for share in self.shares for variable in share.optimizer.variables]

    @property
    def tables(self) -> list[Any]:
        """The variables of which the model has been seen to read rows, and which are updated by rows."""
        return list(self._tables.values())

    def begin(self) -> None:
        """Let constraints hold for rows of tables that will never be read, too."""
        for table in self.tables:
            if table.constraint is not None and keeps_to_rows(table.constraint, len(table.shape)):
                table.assign(table.constraint(table.value))

    def updated_by_rows(self, gradients: Sequence[Any], variables: Sequence[Any]) -> list[Any]:
        """Return the tables of which these gradients update some rows, and what optimizers keep for them."""
        pairs = [(v, self.of(v)) for g, v in zip(gradients, variables, strict=True) if isinstance(g, tf.IndexedSlices)]
        return [kept for v, optimizer in pairs if updates_rows(optimizer, v) for kept in state_by_rows(optimizer, v)]

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
        """Let a model that is called here read no table whole of which rows are updated, and find these tables."""
        return read_by_rows(self._large, lambda table: self._tables.update({id(table): table}))


def _dense(gradient: Any, variable: Any) -> Any:
    """Return the gradient by a whole weight.

    A row of a table that was read several times has the sum of its gradients, where Keras would add up their squares.
    """
    if isinstance(gradient, tf.IndexedSlices):
        return tf.math.unsorted_segment_sum(gradient.values, gradient.indices, variable.shape[0])
    return None if gradient is None else tf.identity(gradient)  # Keras wants all in one graph: that of a branch
