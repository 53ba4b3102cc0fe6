"""Prepare the rows of a training: read them, judge the target, split off validation."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from modelzoo_registry import DataError, Fault, Task
from modelzoo_registry.training import TimeSplit, time_split

from ..artifacts.run import Provenance
from ..columns.against import check_against
from ..columns.raw import RawInput, is_text
from ..columns.stray import misfits, stray_text
from ..columns.target import Target, fit_target, has_target, without_missing
from ..columns.wire import gather_faults
from ..data import files
from ..data.batches import is_batches
from ..data.table import describe
from .prepared import Rows
from .reading import Reading, Selection, read_rows
from .split import held_back, last_in_time, read_instants
from .weights import ClassWeight, class_factors, in_means_of, read_weights, require_weight

REMEDY = "Mend or empty these values, or leave out the column (drop=[{0!r}], --drop {0})"
"""What to do about stray text in a column."""
TARGET_REMEDY = "Mend or empty these values, or give the task multiclass"


def prepare_rows(
    data: Any,
    y: Any,
    selection: Selection,
    validation: Any,
    seed: int,
    class_weight: ClassWeight | None = None,
) -> Rows:
    """Return the rows to train and to validate on, with their target, unless they are to be reconstructed.

    The classes are those of all rows given; the scale of a number is that of the training rows alone. Training rows
    of weight 0 are left out. The class weighs in training alone.

    Args:
        data: rows, see ``to_table``.
        y: the target of each row (n,), or None when it is a column of the data.
        selection: target, task, columns, weights and schema.
        validation: None or 0 for none, a fraction of the rows, ``time:column`` for the last in time, or rows with a
            target: data, a pair (x, y), a path.
        seed: decides which rows a fraction takes.
        class_weight: ``balanced``, or weights by label.

    Raises:
        ColumnError, DataError: about columns that are not there, values that do not fit, rows without a target.
        SpecError: about class weights that fit no class.
    """
    by_time = time_split(validation)
    selection = replace(selection, time=by_time.column if by_time else None)
    read = read_rows(data, y, selection)
    check_values(read.table, read.target, selection)  # before any row is left out: their numbers are the user's
    table, target, notes = _with_target(read.table, read.target, selection.task)
    weights, instants = _read_beside(read, selection)
    provenance = make_provenance(data, validation, selection, table)
    selection = replace(selection, text=provenance.text)
    rows = Rows(table, None, target, provenance, notes, weights, given=read.table.num_rows)
    if by_time is not None and instants is not None and selection.validation_steps is None:
        rows = _split_by_time(rows, by_time, instants)
    elif check_steps(validation, selection):
        rows = _with_validation(rows, validation, selection, seed)
    rows = _weighted(rows, selection.weight, class_weight)
    return replace(rows, target=target.scaled_to(rows.train))


def _read_beside(read: Reading, selection: Selection) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return weights and instants of the rows that have a target; faults name rows as they were given."""
    if not read.beside:
        return None, None
    known = np.ones(read.table.num_rows, np.bool_) if read.target is None else has_target(read.table, read.target)
    weights = instants = None
    if selection.weight is not None:
        weights = read_weights(selection.weight, read.beside[selection.weight], known)[known]
    if selection.time is not None:
        instants = read_instants(selection.time, read.beside[selection.time])[known]
    return weights, instants


def _with_target(table: pa.Table, name: str | None, task: Task | None) -> tuple[pa.Table, Target, tuple[str, ...]]:
    """Return the rows that have a target, the target, and what was left out and assumed."""
    if name is None:
        return table, Target(name=None, task="reconstruction"), ()
    table, left_out = without_missing(table, name)
    target, assumed = fit_target(table, name, task)
    notes = (f"left out {left_out:,} rows that have no {name!r}",) if left_out else ()
    return table, target, (*notes, assumed)


def check_values(table: pa.Table, target: str | None, selection: Selection) -> None:
    """Refuse text where numbers belong, in all columns at once."""
    work = [] if target is None else [partial(_check_target, table.column(target), target, selection.task)]
    if selection.schema is not None:
        work.append(partial(check_against, selection.schema, table, target))
    else:
        names = [name for name in table.column_names if name != target]
        work.extend(partial(stray_text, name, table.column(name), REMEDY.format(name)) for name in names)
    gather_faults("the data cannot be used", work)


def _check_target(column: pa.ChunkedArray, name: str, task: Task | None) -> None:
    if task == "regression":
        misfits([RawInput(name, "number")], pa.table({name: column}))
    elif task is None:
        stray_text(name, column, TARGET_REMEDY)


def check_steps(validation: Any, selection: Selection) -> bool:
    """Return whether there are rows to validate on. Raises DataError for batches that are counted, and are none."""
    is_none = validation is None or (isinstance(validation, Real) and validation == 0)
    x = validation[0] if _is_pair(validation) else validation
    if selection.validation_steps is not None and is_none:
        raise DataError("validation_steps counts batches of validation, and there is none: leave it out")
    if selection.validation_steps is not None and not is_batches(x):
        fault = Fault("validation_steps", f"leave it out. The rows to validate on: {_name_of(x)}")
        raise DataError("validation_steps counts batches, and these are none", [fault])
    return not is_none


def _with_validation(rows: Rows, validation: Any, selection: Selection, seed: int) -> Rows:
    if isinstance(validation, Real):
        return _split(rows, float(validation), seed)
    valid, weights = read_validation(validation, selection, rows.target.name)
    return replace(rows, valid=valid, valid_weights=weights)


def _split(rows: Rows, fraction: float, seed: int) -> Rows:
    if not 0 < fraction < 1:
        raise DataError(f"validation is a fraction of the rows above 0 and below 1, or rows. Received: {fraction:g}")
    classes = rows.target.read(rows.train)[:, 0] if rows.target.labels else None
    return _hold_back(rows, held_back(rows.train.num_rows, fraction, seed, classes))


def _split_by_time(rows: Rows, split: TimeSplit, instants: np.ndarray) -> Rows:
    rows = _hold_back(rows, last_in_time(split.column, instants, split.share))
    timeless = int(np.count_nonzero(np.isnan(instants)))
    if not timeless:
        return rows
    note = f"{timeless:,} rows have no {split.column!r}: they are trained on, none validates"
    return replace(rows, notes=(*rows.notes, note))


def _hold_back(rows: Rows, mask: np.ndarray) -> Rows:
    train, valid = rows.train.filter(pa.array(~mask)), rows.train.filter(pa.array(mask))
    if rows.weights is None:
        return replace(rows, train=train, valid=valid)
    return replace(rows, train=train, valid=valid, weights=rows.weights[~mask], valid_weights=rows.weights[mask])


def _weighted(rows: Rows, column: str | None, class_weight: ClassWeight | None) -> Rows:
    """Scale the weights of a column, and multiply them with those of the classes."""
    if column is not None and rows.weights is not None:
        rows = _scaled(rows, rows.weights, column)
    if class_weight is not None:
        ids = rows.target.read(rows.train)[:, 0].astype(np.int64) if rows.target.labels else np.empty(0, np.int64)
        counts = np.bincount(ids, minlength=len(rows.target.labels))
        factors = class_factors(class_weight, rows.target, counts)[ids]
        rows = _without_weightless(rows, factors if rows.weights is None else rows.weights * factors, "class_weight")
    return rows


def _scaled(rows: Rows, weights: np.ndarray, column: str) -> Rows:
    valid, positive = rows.valid_weights, weights[weights > 0]
    rows = replace(_without_weightless(rows, weights, column), weights=in_means_of(positive, positive))
    if valid is None:
        return rows
    require_weight(valid, column, "validation")
    return replace(rows, valid_weights=in_means_of(positive, valid))


def _without_weightless(rows: Rows, weights: np.ndarray, name: str) -> Rows:
    """Leave out training rows of weight 0: they are to change nothing, no statistic either."""
    require_weight(weights, name, "training")
    kept = weights > 0
    if np.all(kept):
        return replace(rows, weights=weights)
    note = f"left out {np.count_nonzero(~kept):,} training rows that weigh 0 by {name!r}"
    return replace(rows, train=rows.train.filter(pa.array(kept)), weights=weights[kept], notes=(*rows.notes, note))


def read_validation(validation: Any, selection: Selection, target: str | None) -> tuple[pa.Table, np.ndarray | None]:
    """Return rows that were given to validate on, and their weights, float64 (n,), if there is a column of them.

    Raises:
        ColumnError, DataError: as ``prepare_rows`` does.
    """
    x, y = validation if _is_pair(validation) else (validation, None)
    try:
        read = read_rows(x, y, replace(selection, target=target), validation=True)
        known = None if target is None else has_target(read.table, target)
        named = selection.weight
        weights = None if named is None else read_weights(named, read.beside[named], known)
    except DataError as error:
        raise type(error)(f"validation ({describe(x)}): {error.title}", error.faults) from error
    return read.table, weights


def _is_pair(validation: Any) -> bool:
    return isinstance(validation, tuple) and len(validation) == 2


def _name_of(validation: Any) -> str:
    return f"{validation:g} of the training rows" if isinstance(validation, Real) else describe(validation)


def make_provenance(data: Any, validation: Any, selection: Selection, table: pa.Table) -> Provenance:
    """Say where rows come from; the types of their columns are those of a table."""
    is_file = isinstance(data, str | Path)
    headerless = is_file and selection.columns is not None and not files.has_header(Path(data), selection.columns)
    return Provenance(
        data=str(data) if is_file else None,
        validation=str(validation) if isinstance(validation, str | Path) and not time_split(validation) else None,
        names=tuple(selection.columns or ()) if headerless else None,
        text=tuple(text_columns(table)),
    )


def text_columns(table: pa.Table) -> list[str]:
    """Return the columns that hold text: in another file, of fewer rows, they may all look like numbers."""
    kinds = [kind.value_type if pa.types.is_dictionary(kind) else kind for kind in table.schema.types]
    return [name for name, kind in zip(table.column_names, kinds, strict=True) if is_text(kind)]
