"""Collect batches into one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from numbers import Integral, Number
from typing import Any

from modelzoo_registry import DataError, Fault

from ..lazy import pa
from .arrow import ONE_HOT_HINT, as_array, to_arrow
from .join import Tables
from .memory import from_memory, refuse_repeated_names
from .sources import is_batches, name_of, open_batches

__all__ = ["Collected", "collect", "is_batches"]

_TARGET = "y"


@dataclass(frozen=True)
class Collected:
    """Hold the rows of all batches, and the target of each row, (n,), when the batches came with one."""

    table: pa.Table
    target: pa.Array | pa.ChunkedArray | None = None


def collect(data: Any, steps: int | None = None, *, with_target: bool = True, argument: str = "steps") -> Collected:
    """Return the rows of the next ``steps`` batches, or of all, as one table in memory.

    A batch is ``x``, ``(x,)`` or ``(x, y)``, as a tuple or a list. ``x`` is a dict of columns, an array or tensor
    (n, ...), a frame, or a list or tuple of arrays (several inputs), named as by ``to_table``; ``y`` is (n,) or (n, 1).
    All batches have the same columns, in any order. Integers and floats join to floats, missing values join with
    anything, and categories become the text or the numbers they stand for.

    A Dataset of single rows (a component of it is a scalar) is read whole, in batches of our own; ``steps`` would count
    those, so it is refused there. A PyDataset is read in order, in this thread. Of an iterator not one batch more than
    ``steps`` is taken; whether it ends, as a Dataset made from a generator, cannot be known beforehand.

    Args:
        data: what ``is_batches`` says yes to.
        steps: how many batches to read, from 1; None reads to the end.
        with_target: False leaves out targets and sample weights, as Keras' ``predict`` does.
        argument: what ``steps`` is called where the user gave it, for messages.

    Raises:
        DataError: when the data does not end or ends too early, and naming the batch (counted from 1) and the columns
            that cannot be read or do not fit the batches before.
    """
    _check_steps(steps, argument)
    gathered = _Gathered(with_target=with_target)
    number = 0
    for number, batch in enumerate(islice(open_batches(data, steps, argument), steps), start=1):
        try:
            gathered.add(batch)
        except DataError as error:
            raise DataError(f"batch {number}: {error.title}", error.faults) from error
    _check_count(data, number, steps, argument)
    return gathered.join()


def _check_steps(steps: Any, argument: str) -> None:
    if steps is not None and (not isinstance(steps, Integral) or isinstance(steps, bool) or steps < 1):
        raise DataError(f"{argument} is a whole number of batches, from 1. Received: {steps!r}")


def _check_count(data: Any, number: int, steps: int | None, argument: str) -> None:
    if number == 0:
        remedy = ": one that was read to its end has nothing left, make a new one" if hasattr(data, "__next__") else ""
        raise DataError(f"{name_of(data)} holds no batch{remedy}")
    if steps is not None and number < steps:
        raise DataError(f"{name_of(data)} ended after {number} of {steps} batches: lower {argument}, or leave it out")


class _Gathered:
    """Take batches apart, and gather what they hold."""

    def __init__(self, *, with_target: bool) -> None:
        self._with_target = with_target
        self._rows = Tables()
        self._targets = Tables()

    def add(self, batch: Any) -> None:
        x, y = _unpack(batch, with_target=self._with_target)
        if _is_one_row(x) or _is_one_value(y):
            raise DataError("is a single row: hand out several as arrays (n, ...), or give all rows as a list")
        rows = _read_rows(x)
        targets = pa.table({} if y is None else {_TARGET: _read_targets(y)})
        if y is not None and targets.num_rows != rows.num_rows:
            raise DataError(f"x has {rows.num_rows} rows and y has {targets.num_rows}")
        faults = [*self._rows.add(rows), *self._targets.add(targets)]
        if faults:
            raise DataError("does not fit the batches before", faults)

    def join(self) -> Collected:
        targets = self._targets.join()
        return Collected(self._rows.join(), targets.column(0) if targets.num_columns else None)


def _unpack(batch: Any, *, with_target: bool) -> tuple[Any, Any]:
    """Return x and y of a batch, by Keras' rules: a list is a tuple, and its places say what is what."""
    if not isinstance(batch, list | tuple):
        batch = (batch,)
    if not 1 <= len(batch) <= 3:
        raise DataError(f"a batch is x, (x,) or (x, y). Received: a {type(batch).__name__} of {len(batch)}")
    x, y, weights = (*batch, None, None)[:3]
    if not with_target:
        return x, None
    if weights is not None:
        raise DataError(
            "sample weights are not taken beside x and y: hand out (x, y) with the weights as a "
            "column of x, and give weight_column=..., its name"
        )
    return x, y


def _read_rows(x: Any) -> pa.Table:
    table = from_memory(x)
    if table is None:
        raise DataError(
            f"cannot read columns from {type(x).__module__}.{type(x).__qualname__}: hand out a dict of columns, "
            "an array, a list of arrays or a frame, alone or as x in (x, y)"
        )
    refuse_repeated_names(table.column_names)
    if table.num_rows == 0:
        raise DataError("holds no rows")
    return table


def _read_targets(y: Any) -> pa.Array | pa.ChunkedArray:
    shape = tuple(getattr(y, "shape", ()))
    try:
        column = to_arrow(as_array(y).reshape(-1) if len(shape) == 2 and shape[1] == 1 else y)
        return _flattened(column) if isinstance(column.type, pa.FixedShapeTensorType) else column
    except DataError as error:
        raise DataError("y cannot be read", [Fault(_TARGET, str(error))]) from error


def _flattened(column: pa.FixedShapeTensorArray) -> pa.Array:
    """Return the one number of each row."""
    shape = tuple(column.type.shape)
    if shape != (1,):
        raise DataError(
            f"one value a row belongs here, (n,) or (n, 1). Received: arrays of shape {shape} ({ONE_HOT_HINT})"
        )
    return column.storage.flatten()


def _is_one_row(x: Any) -> bool:
    if isinstance(x, Mapping):
        return bool(x) and all(value is None or _is_one_value(value) for value in x.values())
    return _is_one_value(x)


def _is_one_value(value: Any) -> bool:
    return isinstance(value, str | bytes | Number) or (hasattr(value, "shape") and len(value.shape) == 0)
