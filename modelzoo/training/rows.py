"""Prepare the rows of a training: read them, judge the target, split off validation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from modelzoo_registry import DataError, Fault, Task

from ..artifacts.run import Provenance
from ..columns.stray import misfits, stray_text
from ..columns.target import Target, fit_target, has_target, without_missing
from ..columns.wire import RawInput, gather_faults, is_text
from ..data import files
from ..data.batches import is_batches
from ..data.table import describe
from .reading import Selection, read_rows


@dataclass(frozen=True)
class Rows:
    """Hold the training rows, the validation rows if any, the target, and what was assumed and left out."""

    train: pa.Table
    valid: pa.Table | None
    """Rows given to validate on are all here, also those without a target."""
    target: Target
    provenance: Provenance
    notes: tuple[str, ...] = ()


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
    table, target, notes = _with_target(table, name, selection.task)
    selection = replace(selection, text=_text_columns(table))
    rows = Rows(table, None, target, _provenance(data, validation, selection), notes)
    if validation is not None and not (isinstance(validation, Real) and validation == 0):
        rows = _with_validation(rows, validation, selection, seed)
    elif selection.validation_steps is not None:
        raise DataError("validation_steps counts batches of validation, and there is none: leave it out")
    return replace(rows, target=target.scaled_to(rows.train))


def _with_target(table: pa.Table, name: str | None, task: Task | None) -> tuple[pa.Table, Target, tuple[str, ...]]:
    """Return the rows that have a target, the target, and what was left out and assumed."""
    if name is None:
        return table, Target(name=None, task="reconstruction"), ()
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
    x = validation[0] if _is_pair(validation) else validation
    if selection.validation_steps is not None and not is_batches(x):
        fault = Fault("validation_steps", f"leave it out. The rows to validate on: {_name_of(x)}")
        raise DataError("validation_steps counts batches, and these are none", [fault])
    if isinstance(validation, Real):
        return _split(rows, float(validation), seed)
    return replace(rows, valid=_validation_rows(validation, selection, rows.target.name))


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
    x, y = validation if _is_pair(validation) else (validation, None)
    try:
        table, _ = read_rows(x, y, replace(selection, target=target), validation=True)
        if target is not None:
            has_target(table, target)
    except DataError as error:
        raise type(error)(f"validation ({describe(x)}): {error.title}", error.faults) from error
    return table


def _is_pair(validation: Any) -> bool:
    return isinstance(validation, tuple) and len(validation) == 2


def _name_of(validation: Any) -> str:
    return f"{validation:g} of the training rows" if isinstance(validation, Real) else describe(validation)


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
