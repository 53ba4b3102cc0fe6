"""Infer a schema from rows, read as a training reads them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any, get_args

from modelzoo_registry import Fault, SpecError, Task, TrainingSpec
from modelzoo_registry.tasks import TASKS

from ..columns import Schema
from ..notes import tell
from .prepare import prepare
from .reading import Selection


def infer_schema(
    data: Any,
    *,
    target: str | None = None,
    columns: Sequence[str] | None = None,
    drop: Sequence[str] = (),
    task: Task | None = None,
) -> Schema:
    """Return what each column is, as ``fit`` infers it: to look at, to change, to hand to ``build(schema=...)``.

    Lines on standard error say what was assumed of the target, and which columns were left out and why.

    Args:
        data: rows as in ``fit``.
        target: the target's column; it decides which columns are crossed. None for rows that bring theirs
            along, and for the task ``reconstruction``.
        columns: the columns to use; for a CSV file without a header line, all its names in order.
        drop: columns to leave out.
        task: ``regression``, ``binary``, ``multiclass`` or ``reconstruction``; None infers it from the target.

    Raises:
        SpecError: about the task.
        DataError: about the rows, the target or the columns.
        SchemaError: when no column can be used.
    """
    if task is not None and task not in TASKS:
        fault = Fault("task", f"one of {', '.join(get_args(Task))} is expected. Received: {task!r}")
        raise SpecError("infer_schema does not accept this", [fault])
    with closing(prepare(data, None, Selection(target, columns, drop, task), None, TrainingSpec())) as rows:
        schema, left_out = rows.infer_schema()
    for line in (*rows.notes, *left_out):
        tell(line)
    return schema
