"""Prepare the rows of a training: read, attach the target, select columns, split off validation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from modelzoo_registry import ColumnError, DataError, Fault, Task
from modelzoo_registry.suggest import did_you_mean

from ..artifacts.run import Provenance
from ..columns.schema import Schema
from ..columns.stray import misfits, stray_text
from ..columns.target import Target, fit_target, has_target, require_target, without_missing
from ..columns.wire import RawInput, gather_faults, is_text
from ..data import files
from ..data.arrow import to_arrow
from ..data.batches import collect, is_batches
from ..data.table import describe, to_table

_TARGET_NAME = "y"


@dataclass(frozen=True)
class Rows:
    """Hold the training rows, the validation rows if any, the target, and what was assumed and left out."""

    train: pa.Table
    valid: pa.Table | None
    """Rows given to validate on are all here, also those without a target."""
    target: Target
    provenance: Provenance
    notes: tuple[str, ...] = ()


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

    def __post_init__(self) -> None:
        """Refuse one text where a list belongs, whose letters would be taken for names, and what is no name."""
        faults = [
            Fault(field, f"a list of names belongs here. Received: {value!r}")
            for field, value in (("columns", self.columns), ("drop", self.drop))
            if isinstance(value, str) or (field == "columns" and value is not None and len(value) == 0)
        ]
        if not isinstance(self.target, str | None):
            faults.append(Fault("target", f"the name of a column belongs here, as text. Received: {self.target!r}"))
        if faults:
            raise DataError("the columns are not named rightly", faults)


def prepare_rows(data: Any, y: Any, selection: Selection, validation: Any, seed: int) -> Rows:
    """Return the rows to train and to validate on, with their target, unless they are to be reconstructed.

    The classes are those of all rows given; the scale of a number is that of the training rows alone.

    Args:
        data: rows, see ``to_table``.
        y: the target of each row (n,), or None when it is a column of the data.
        selection: target, task, columns and schema.
        validation: None or 0 for none, a fraction of the rows, or rows with a target: data, a pair (x, y), a path.
        seed: decides which rows a fraction takes.

    Raises:
        ColumnError, DataError: about columns that are not there, values that do not fit, rows without a target.
    """
    table, name = read_rows(data, y, selection)
    _check_values(table, name, selection)  # before any row is left out: their numbers are the user's
    table, target, notes = (
        (table, Target(name=None, task="reconstruction"), ())
        if name is None
        else _target_of(table, name, selection.task)
    )
    selection = replace(selection, text=_text_columns(table))
    rows = Rows(table, None, target, _provenance(data, validation, selection), notes)
    if validation is not None and not (isinstance(validation, Real) and validation == 0):
        rows = _with_validation(rows, validation, selection, seed)
    return replace(rows, target=target.scaled_to(rows.train))


def _target_of(table: pa.Table, name: str, task: Task | None) -> tuple[pa.Table, Target, tuple[str, ...]]:
    """Return the rows that have a target, the target, and what was left out and assumed."""
    table, left_out = without_missing(table, name)
    target, assumed = fit_target(table, name, task)
    notes = (f"left out {left_out:,} rows that have no {name!r}",) if left_out else ()
    return table, target, (*notes, assumed)


def _check_values(table: pa.Table, target: str | None, selection: Selection) -> None:
    """Refuse text where numbers belong, in all columns at once."""
    work = [] if target is None else [partial(_check_target, table.column(target), target, selection.task)]
    if selection.schema is not None:
        work.append(partial(misfits, selection.schema.raw, table))
    else:
        remedy = "Mend or empty these values, or leave out the column (drop=[{0!r}], --drop {0})"
        names = [name for name in table.column_names if name != target]
        work.extend(partial(stray_text, name, table.column(name), remedy.format(name)) for name in names)
    gather_faults("the data cannot be used", work)


def _check_target(column: pa.ChunkedArray, name: str, task: Task | None) -> None:
    if task == "regression":
        misfits([RawInput(name, "number")], pa.table({name: column}))
    elif task is None:
        stray_text(name, column, "Mend or empty these values, or give the task multiclass")


def _with_validation(rows: Rows, validation: Any, selection: Selection, seed: int) -> Rows:
    if isinstance(validation, Real):
        return _split(rows, float(validation), seed)
    return replace(rows, valid=_validation_rows(validation, selection, rows.target.name))


def read_rows(
    data: Any, y: Any, selection: Selection, *, may_lack_dropped: bool = False
) -> tuple[pa.Table, str | None]:
    """Return the selected columns with the target, and the target's name; for reconstruction there is none.

    Args:
        data: rows, see ``to_table``.
        y: the target of each row (n,), or None when it is a column of the data.
        selection: target and columns.
        may_lack_dropped: whether columns that are left out need not be there.

    Raises:
        DataError: when there is no target, or x and y differ in length.
        ColumnError: naming every selected column that is not there.
    """
    if y is None and selection.columns is None:
        _hint_at_missing_header(data, selection.target)
    table, y = read_with_target(data, y, columns=selection.columns, steps=selection.steps, text=selection.text)
    target = None
    if selection.task == "reconstruction":
        refuse_target(y, selection.target)
    else:
        table, target = attach_target(table, y, selection.target)
        require_target(table, target)
    named = () if may_lack_dropped else selection.drop
    return _select(table, selection, target, named), target


def read_with_target(
    data: Any, y: Any, *, columns: Sequence[str] | None, steps: int | None, text: Sequence[str]
) -> tuple[pa.Table, Any]:
    """Return rows as a table, and the target beside them: that of their batches, or ``y`` as it was given.

    Raises:
        DataError: as ``to_table`` does, and when there is a target in the batches and another one beside them.
    """
    if not is_batches(data):
        return to_table(data, columns=columns, steps=steps, text=text), y
    collected = collect(data, steps)
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
            raise DataError(f"name the target: fit(data, target=...). Columns: {', '.join(table.column_names)}")
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


def _select(table: pa.Table, selection: Selection, target: str | None, named: Sequence[str]) -> pa.Table:
    """Return the columns that are used, the target last if there is one; those only named must be there too."""
    chosen = table.column_names if selection.columns is None else selection.columns
    wanted = [name for name in dict.fromkeys(chosen) if name not in (target, *selection.drop)]
    missing = [name for name in dict.fromkeys([*wanted, *named]) if name not in table.column_names]
    if missing:
        names = table.column_names
        faults = [Fault(name, f"is not there.{did_you_mean(name, names)}") for name in missing]
        raise ColumnError(f"the data lacks columns that were named (it has: {', '.join(names)})", faults)
    return table.select(wanted if target is None else [*wanted, target])


def _hint_at_missing_header(data: Any, target: str | None) -> None:
    """Say so when a CSV file's first line looks like data: its fields would become the names."""
    is_csv = isinstance(data, str | Path) and Path(data).suffix.lower() == ".csv" and Path(data).is_file()
    if target is None or not is_csv:
        return
    fields = files.first_line(Path(data))
    if target not in fields and any(_is_number(field) for field in fields):
        raise ColumnError(
            f"{data} seems to have no header line: name all its columns in order (columns=[...], --columns a,b,c)",
            [Fault(target, f"is not in its first line: {', '.join(fields[:8])}")],
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _split(rows: Rows, fraction: float, seed: int) -> Rows:
    if not 0 < fraction < 1:
        raise DataError(f"validation is a fraction of the rows above 0 and below 1, or rows. Received: {fraction:g}")
    count = rows.train.num_rows
    held_back = round(count * fraction)
    if held_back == 0 or held_back == count:
        raise DataError(
            f"validation={fraction:g} of {count} rows leaves {count - held_back} to train on "
            f"and {held_back} to validate on: give more rows"
        )
    order = np.random.default_rng([seed, count]).permutation(count)
    kept, valid = np.sort(order[held_back:]), np.sort(order[:held_back])
    return replace(rows, train=rows.train.take(kept), valid=rows.train.take(valid))


def _validation_rows(validation: Any, selection: Selection, target: str | None) -> pa.Table:
    x, y = validation if isinstance(validation, tuple) and len(validation) == 2 else (validation, None)
    try:
        selected = replace(selection, target=target, steps=selection.validation_steps)
        table, _ = read_rows(x, y, selected, may_lack_dropped=True)
        if target is not None:
            has_target(table, target)
    except DataError as error:
        name = f"{describe(x)}, counted by validation_steps" if is_batches(x) else describe(x)
        raise type(error)(f"validation ({name}): {error.title}", error.faults) from error
    return table


def _provenance(data: Any, validation: Any, selection: Selection) -> Provenance:
    is_file = isinstance(data, str | Path)
    headerless = is_file and selection.columns is not None and not files.has_header(Path(data), selection.columns)
    return Provenance(
        data=str(data) if is_file else None,
        validation=str(validation) if isinstance(validation, str | Path) else None,
        names=tuple(selection.columns or ()) if headerless else None,
        text=tuple(selection.text),
    )


def _text_columns(table: pa.Table) -> list[str]:
    """Return the columns that hold text: in another file, of fewer rows, they may all look like numbers."""
    kinds = [kind.value_type if pa.types.is_dictionary(kind) else kind for kind in table.schema.types]
    return [name for name, kind in zip(table.column_names, kinds, strict=True) if is_text(kind)]
