"""The target: which task it makes, its labels, and the scale regression is trained in."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

import numpy as np
from modelzoo_registry import ColumnError, DataError, Fault, Task
from modelzoo_registry.suggest import did_you_mean
from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr

from ..lazy import pa, pc
from .base import Plain
from .raw import RawInput, describe_type, is_number, is_text
from .statistics import moments
from .wire import to_wire

MOST_CLASSES = 20
"""Whole numbers with more distinct values than this are taken for a quantity, not for classes."""

_ENOUGH_ROWS_TO_JUDGE = 50
_MOST_VALUES = 100_000
"""Different values of a target that comes in portions, beyond which no more are gathered."""

Label = StrictBool | StrictInt | StrictFloat | StrictStr


class Target(Plain):
    """Hold the target column's name, task, and what encoding it needs."""

    name: str | None
    """None for reconstruction, which has no target but its inputs."""
    task: Task
    labels: tuple[Label, ...] = ()
    """The classes in the order of their ids; of two, the second is the positive one."""
    center: float = 0.0
    spread: float = Field(default=1.0, gt=0)
    """Regression is trained on (target - center) / spread."""

    @property
    def column(self) -> str:
        """Name of the target column; there is one for every task but reconstruction."""
        if self.name is None:
            raise DataError(f"{self.task} has no target")
        return self.name

    @property
    def units(self) -> int:
        """Number of logits: 1, or the number of classes when there are more than two."""
        return len(self.labels) if self.task == "multiclass" else 1

    def scaled_to(self, table: pa.Table) -> Target:
        """Return the target with the mean and spread of these rows, when it is a number."""
        if self.task != "regression":
            return self
        center, spread = moments(_finite_numbers(self.column, table.column(self.column)))
        return self.model_copy(update={"center": center, "spread": spread})

    def features(self, table: pa.Table) -> pa.Table:
        """Return the table without the target."""
        return table if self.name is None else table.drop_columns([self.name])

    def read(self, table: pa.Table) -> np.ndarray:
        """Return what ``encode`` makes of the target's column, or float32 (n, 0) when there is none.

        Raises:
            DataError: as ``encode`` does.
        """
        if self.name is None:
            return np.empty((table.num_rows, 0), np.float32)
        return self.encode(table.column(self.name))

    @property
    def label_dtype(self) -> str:
        """The dtype of the labels as a tensor; there is none of numbers."""
        return {bool: "bool", int: "int64", float: "float64", str: "string"}[type(self.labels[0])]

    @cached_property
    def classes(self) -> np.ndarray | None:
        """The labels as an array, or None for regression."""
        return np.asarray(self.labels) if self.labels else None

    def encode(self, column: pa.ChunkedArray) -> np.ndarray:
        """Return float32 (n, 1) scaled numbers, float32 (n, 1) of 0 and 1, or int32 (n, 1) class ids.

        Raises:
            DataError: naming rows without a target, infinite ones, and classes that were not in training.
        """
        if self.task == "regression":
            values = _finite_numbers(self.column, column)
            return ((values - self.center) / self.spread).astype(np.float32)[:, None]
        ids = self._class_ids(column)
        return ids.astype(np.float32 if self.task == "binary" else np.int32)[:, None]

    def measured(self, column: pa.ChunkedArray) -> np.ndarray:
        """Return what metrics compare with: float64 (n, 1) in the target's own unit, or classes as ``encode`` does.

        Raises:
            DataError: as ``encode`` does.
        """
        return _finite_numbers(self.column, column)[:, None] if self.task == "regression" else self.encode(column)

    def predictions(self, scores: np.ndarray) -> np.ndarray:
        """Return what users see of a core's output, float32 (n, units).

        Regression: float64 (n,) in the target's own unit. Binary: float32 (n,) probability of the second class.
        Multiclass: float32 (n, classes).
        """
        if self.task == "regression":
            return scores[:, 0].astype(np.float64) * self.spread + self.center
        return scores[:, 0] if self.task == "binary" else scores

    def _class_ids(self, column: pa.ChunkedArray) -> np.ndarray:
        comparable = _comparable(self.column, column, self.labels)
        places = pc.index_in(comparable, pa.array(self.labels).cast(comparable.type))
        if places.null_count:
            row = int(np.flatnonzero(places.is_null().to_numpy(zero_copy_only=False))[0])
            raise DataError(
                "the target does not fit the model",
                [
                    Fault(
                        self.column,
                        f"row {row + 1}: class {column[row].as_py()!r} was not in training. "
                        f"Classes: {', '.join(map(str, self.labels))}",
                    )
                ],
            )
        return np.asarray(places, np.int32)


def fit_target(table: pa.Table, name: str, task: Task | None = None) -> tuple[Target, str]:
    """Return the target of a table, and one line that says what was assumed.

    Args:
        table: the rows, without those that have no target.
        name: the target's column.
        task: None infers it: two values make binary, text or few whole numbers multiclass, other numbers
            regression.

    Raises:
        DataError: when the target is constant, or cannot be what the task asks for.
    """
    learner = TargetLearner(name)
    learner.add(table.column(name))
    target, line = learner.finish(task)
    return target.scaled_to(table), line


class TargetLearner:
    """Learn what is predicted from the target's column, which may come in portions."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._values: pa.Array | None = None
        self.rows = 0
        """Rows that have a target."""
        self.missing = 0
        """Rows that have none."""

    def add(self, column: pa.ChunkedArray, *, first_row: int = 1) -> np.ndarray:
        """Take in the next rows, and return which of them have a target, bool (n,).

        Raises:
            DataError: when the column cannot be a target, or one is infinite.
        """
        decoded = _decoded(self._name, column)
        _refuse_infinite(self._name, decoded, first_row)
        self.rows += len(decoded) - decoded.null_count
        self.missing += decoded.null_count
        if self._values is None:
            self._values = pc.unique(decoded.drop_null())
        elif len(self._values) <= _MOST_VALUES:  # beyond, it is clear what the target is
            self._values = pc.unique(pa.concat_arrays([self._values, pc.unique(decoded.drop_null())]))
        return np.asarray(decoded.is_valid())

    def finish(self, task: Task | None) -> tuple[Target, str]:
        """Return the target, not scaled yet, and one line that says what was assumed.

        Raises:
            DataError: when the target is missing everywhere, is constant, or cannot be what the task asks for.
        """
        if self._values is None or self.rows == 0:
            raise _all_missing(self._name, self.missing)
        values = self._values
        if len(values) < 2:
            raise DataError(
                "there is nothing to learn",
                [Fault(self._name, f"the target has one value only: {values[0].as_py()!r} in all {self.rows} rows")],
            )
        inferred, why = _infer(self.rows, values)
        line = f"target {self._name!r}: {why} → {inferred}" + (
            "" if task in (None, inferred) else f", trained as {task} as asked"
        )
        target = _make(self._name, task or inferred, self.rows, values)
        return target, f"{line} (or give a task)" if task is None else line


def without_missing(table: pa.Table, name: str) -> tuple[pa.Table, int]:
    """Return the rows that have a target, and how many had none.

    Raises:
        ColumnError, DataError: as ``has_target`` does.
    """
    known = has_target(table, name)
    if known.all():
        return table, 0
    return table.filter(pa.array(known)), int(np.count_nonzero(~known))


def has_target(table: pa.Table, name: str) -> np.ndarray:
    """Return for each row, bool (n,), whether it has a target.

    Raises:
        ColumnError: when the table has no such column.
        DataError: when no row has a target, one is infinite, or the column cannot be a target.
    """
    require_target(table, name)
    column = _decoded(name, table.column(name))
    _refuse_infinite(name, column)
    known = np.asarray(pc.is_valid(column))
    if not known.any():
        raise _all_missing(name, table.num_rows)
    return known


def _all_missing(name: str, rows: int) -> DataError:
    return DataError("there is nothing to learn", [Fault(name, f"the target is missing in all {rows} rows")])


def is_known(name: str, column: pa.ChunkedArray) -> np.ndarray:
    """Return for each row, bool (n,), whether it has a target; raises as ``has_target`` of a column that cannot be."""
    return np.asarray(pc.is_valid(_decoded(name, column)))


def require_target(table: pa.Table, name: str) -> None:
    """Raise ColumnError when the table has no column of that name."""
    names = table.column_names
    if name not in names:
        raise ColumnError(
            "the data has no target",
            [Fault(name, f"no column has this name.{did_you_mean(name, names)} Columns: {', '.join(names)}")],
        )


def _make(name: str, task: Task, rows: int, values: pa.Array) -> Target:
    if task == "regression":
        return Target(name=name, task=task)
    labels = sorted(values.to_pylist())
    if task == "binary" and len(labels) != 2:
        raise DataError("the task does not fit", [Fault(name, f"binary needs two classes. Received: {len(labels)}")])
    if rows >= _ENOUGH_ROWS_TO_JUDGE and (len(labels) * 2 > rows or len(labels) > _MOST_VALUES):
        message = f"has {_how_many(len(labels))} values in {rows:,} rows: an identifier or free text, no classes"
        raise DataError("there is nothing to learn", [Fault(name, message)])
    return Target(name=name, task=task, labels=tuple(labels))


def _infer(rows: int, values: pa.Array) -> tuple[Task, str]:
    kind, distinct = values.type, len(values)
    if distinct == 2:
        return "binary", "two values"
    if is_text(kind):
        return "multiclass", f"text with {_how_many(distinct)} values"
    if distinct <= MOST_CLASSES and distinct * 2 <= rows and _whole(values):
        return "multiclass", f"whole numbers with {distinct} values"
    return "regression", f"numbers with {_how_many(distinct)} values"


def _how_many(distinct: int) -> str:
    return f"{distinct:,}" if distinct <= _MOST_VALUES else f"more than {_MOST_VALUES:,}"


def _whole(values: pa.Array) -> bool:
    numbers = np.asarray(values, np.float64)
    return bool(np.all(numbers == np.round(numbers)))


def _decoded(name: str, column: pa.ChunkedArray) -> pa.Array:
    """Return a target as text, numbers or booleans, with null for every kind of missing."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if is_text(kind):
        return to_wire(RawInput(name, "string"), column)
    if pa.types.is_boolean(kind) or pa.types.is_null(kind):
        return column.cast(kind).combine_chunks()
    if pa.types.is_integer(kind):
        with suppress(pa.ArrowInvalid):  # beyond int64, where nothing is a class: numbers will do
            return column.cast(pa.int64()).combine_chunks()
    if is_number(kind):
        return pa.array(_numbers(name, column), from_pandas=True)
    raise DataError(
        "there is nothing to learn",
        [Fault(name, f"a target is numbers, text or booleans. Received: {describe_type(kind)}{_hint(kind)}")],
    )


def _hint(kind: pa.DataType) -> str:
    from ..data.arrow import ONE_HOT_HINT

    is_vector = isinstance(kind, pa.FixedShapeTensorType) and len(kind.shape) == 1
    return f" ({ONE_HOT_HINT})" if is_vector else ""


def _numbers(name: str, column: pa.ChunkedArray) -> np.ndarray:
    numbers: np.ndarray = to_wire(RawInput(name, "number"), column)
    return numbers + 0.0  # minus zero is zero


def _refuse_infinite(name: str, column: pa.Array, first_row: int = 1) -> None:
    """Name the rows as they were given, before those without a target are left out."""
    if not pa.types.is_floating(column.type):
        return
    rows = np.flatnonzero(np.isinf(column.to_numpy(zero_copy_only=False)))
    if rows.size:
        raise _not_finite(name, int(rows[0]), column, first_row)


def _not_finite(name: str, row: int, column: Any, first_row: int = 1) -> DataError:
    return DataError(
        "the target does not fit the model",
        [Fault(name, f"row {first_row + row}: a finite number belongs here. Received: {column[row].as_py()!r}")],
    )


def _finite_numbers(name: str, column: pa.ChunkedArray) -> np.ndarray:
    values = _numbers(name, column)
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise _not_finite(name, int(bad[0]), column)
    return values


def _comparable(name: str, column: pa.ChunkedArray, labels: Sequence[Label]) -> pa.Array:
    """Return a column as values that can be looked up among the labels: those of integers are exact."""
    if isinstance(labels[0], str):
        return to_wire(RawInput(name, "string"), column)
    if type(labels[0]) is int and pa.types.is_integer(column.type):
        return column.combine_chunks()
    return pa.array(_numbers(name, column))
