"""Read rows as a table: find the target among them, beside them or in their batches, and select columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from modelzoo_registry import ColumnError, DataError, Fault, Task
from modelzoo_registry.suggest import did_you_mean

from ..columns.schema import Schema
from ..columns.target import require_target
from ..data import csv
from ..data.arrow import to_arrow
from ..data.batches import collect, is_batches
from ..data.paths import expand
from ..data.table import to_table

_TARGET_NAME = "y"


@dataclass(frozen=True)
class Selection:
    """Say which column is the target, for which task, and which others are used."""

    target: str | None = None
    columns: Sequence[str] | None = None
    """The columns to use, or the names of a file without a header line; None uses all."""
    drop: Sequence[str] = ()
    task: Task | None = None
    schema: Schema | None = None
    steps: int | None = None
    """How many batches to take of data that comes in batches; None takes all."""
    validation_steps: int | None = None
    """How many batches to take of validation rows that come in batches; None takes all."""
    text: Sequence[str] = ()
    """Columns to read from a CSV file as the text they are written as."""
    weight: str | None = None
    """A column of weights, which is no feature."""
    time: str | None = None
    """A column that splits the rows by time; it may be a feature, and may be dropped."""

    def __post_init__(self) -> None:
        """Refuse one text where a list belongs, whose letters would be taken for names, and what is no name."""
        faults = [
            Fault(field, f"a list of names belongs here. Received: {value!r}")
            for field, value in (("columns", self.columns), ("drop", self.drop))
            if isinstance(value, str) or (field == "columns" and value is not None and len(value) == 0)
        ]
        if not isinstance(self.target, str | None):
            faults.append(Fault("target", f"the name of a column belongs here, as text. Received: {self.target!r}"))
        if self.weight is not None and self.weight == self.target:
            faults.append(Fault("weight_column", f"{self.weight!r} is the target: name another column"))
        if self.weight is not None and self.schema and self.weight in (raw.name for raw in self.schema.raw):
            faults.append(Fault("weight_column", f"{self.weight!r} is a feature in the schema: leave it out there"))
        if faults:
            raise DataError("the columns are not named rightly", faults)


@dataclass(frozen=True)
class Reading:
    """Hold the features with the target last, the target's name, and the columns that were read beside them."""

    table: pa.Table
    target: str | None
    """None for reconstruction."""
    beside: Mapping[str, pa.ChunkedArray]


def read_rows(data: Any, y: Any, selection: Selection, *, validation: bool = False) -> Reading:
    """Return the selected columns with the target, and what is read beside them.

    Args:
        data: rows, see ``to_table``.
        y: the target of each row (n,), or None when it is a column of the data.
        selection: target and columns.
        validation: whether these are rows to validate on: columns that are left out need not be there, and there is
            no time to split by.

    Raises:
        DataError: when there is no target, or x and y differ in length.
        ColumnError: naming every selected column that is not there.
    """
    check_header(data, y, selection)
    argument = "validation_steps" if validation else "steps"
    steps = selection.validation_steps if validation else selection.steps
    table, y = read_with_target(data, y, columns=selection.columns, steps=steps, text=selection.text, argument=argument)
    return select_rows(table, y, selection, validation=validation)


def select_rows(table: pa.Table, y: Any, selection: Selection, *, validation: bool = False) -> Reading:
    """Do as ``read_rows`` does, of rows that were read."""
    target = None
    if selection.task == "reconstruction":
        refuse_target(y, selection.target)
    else:
        table, target = attach_target(table, y, selection.target)
        require_target(table, target)
    beside = [name for name in (selection.weight, None if validation else selection.time) if name is not None]
    named = beside if validation else [*selection.drop, *beside]
    selected = _select(table, selection, target, named)
    return Reading(selected, target, {name: table.column(name) for name in beside})


def check_header(data: Any, y: Any, selection: Selection) -> None:
    """Raise ColumnError when the target is to be in a CSV file that seems to have no header line."""
    looks_for_header = y is None and (selection.target is not None or selection.task == "reconstruction")
    if looks_for_header and selection.columns is None and isinstance(data, str | Path):
        first = expand(Path(data))[0]
        if csv.is_csv(first):
            _refuse_missing_header(first, selection.target)


def read_with_target(
    data: Any,
    y: Any,
    *,
    columns: Sequence[str] | None,
    steps: int | None,
    text: Sequence[str],
    argument: str = "steps",
) -> tuple[pa.Table, Any]:
    """Return rows as a table, and the target beside them: that of their batches, or ``y`` as it was given.

    Raises:
        DataError: as ``to_table`` does, and when there is a target in the batches and another one beside them.
    """
    if not is_batches(data):
        return to_table(data, columns=columns, steps=steps, text=text), y
    collected = collect(data, steps, argument=argument)
    if y is not None and collected.target is not None:
        raise DataError("the target is given twice", [Fault("y", "leave it out: the batches bring one along")])
    return collected.table, y if collected.target is None else collected.target


def refuse_target(y: Any, target: str | None = None) -> None:
    """Raise DataError for a target where the inputs themselves are to be reconstructed."""
    faults = []
    if target is not None:
        drop = f"drop=[{target!r}], --drop {target}"
        faults.append(Fault("target", f"leave it out; if that column is not to be read, drop it ({drop})"))
    if y is not None:
        faults.append(Fault("y", "leave it out, of batches too: x alone"))
    if faults:
        raise DataError("a model for reconstruction predicts its own inputs and takes no target", faults)


def attach_target(table: pa.Table, y: Any, name: str | None) -> tuple[pa.Table, str]:
    """Return the table with ``y`` as a column, and the target's name.

    Raises:
        DataError: when the target is not named, stands in the table as well, or differs from it in length.
    """
    if y is None:
        if name is None:
            columns = ", ".join(table.column_names)
            raise DataError(f"name the target: fit(data, target=...), or fit(x, y) with its values. Columns: {columns}")
        return table, name
    given, values = _target_values(y)
    target = name or given or _TARGET_NAME
    if target in table.column_names and (name or given):
        raise DataError(
            "the target is given twice", [Fault(target, "is a column of x too: drop it there, or leave out y")]
        )
    while target in table.column_names:
        target += "_"
    if len(values) != table.num_rows:
        raise DataError(f"x has {table.num_rows} rows and y has {len(values)}")
    return table.append_column(target, values), target


def _target_values(y: Any) -> tuple[str, pa.Array | pa.ChunkedArray]:
    """Return the name the target brings along, if any, and its values."""
    if isinstance(y, str):
        raise DataError(f"y is the values themselves; to name a column of the data, write target={y!r}")
    if hasattr(y, "columns"):
        table = to_table(y)
        if table.num_columns != 1:
            raise DataError(f"y is one column. Received: {', '.join(table.column_names)}")
        return table.column_names[0], table.column(0)
    is_column = len(getattr(y, "shape", ())) == 2 and y.shape[1] == 1
    try:
        return str(getattr(y, "name", None) or ""), to_arrow(np.asarray(y).reshape(-1) if is_column else y)
    except DataError as error:
        raise DataError("y cannot be read", [Fault("y", str(error))]) from error


def with_target(table: pa.Table, y: Any, name: str | None) -> pa.Table:
    """Return rows that have the target, whether it came beside them or among them."""
    if name is None:
        refuse_target(y)
        return table
    if y is not None:
        table = table.drop_columns([name]) if name in table.column_names else table
        table, _ = attach_target(table, y, name)
    require_target(table, name)
    return table


def _select(table: pa.Table, selection: Selection, target: str | None, named: Sequence[str]) -> pa.Table:
    """Return the columns that are used, the target last if there is one; those only named must be there too."""
    chosen = table.column_names if selection.columns is None else selection.columns
    wanted = [name for name in dict.fromkeys(chosen) if name not in (target, selection.weight, *selection.drop)]
    missing = [name for name in dict.fromkeys([*wanted, *named]) if name not in table.column_names]
    if missing:
        names = table.column_names
        faults = [Fault(name, f"is not there.{did_you_mean(name, names)}") for name in missing]
        raise ColumnError(f"the data lacks columns that were named (it has: {', '.join(names)})", faults)
    return table.select(wanted if target is None else [*wanted, target])


def _refuse_missing_header(path: Path, target: str | None) -> None:
    """Refuse a CSV file whose first line looks like data: its fields would become the names."""
    fields = csv.first_line(path)
    if target not in fields and any(_is_number(field) for field in fields):
        first = ", ".join(fields[:8])
        raise ColumnError(
            f"{path} seems to have no header line: name all its columns in order (columns=[...], --columns a,b,c)",
            [Fault(target, f"is not in its first line: {first}") if target else Fault("its first line", first)],
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
