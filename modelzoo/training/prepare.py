"""Prepare the rows of a training: in memory when they fit there, streamed when they do not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
from modelzoo_registry import TrainingSpec
from modelzoo_registry.sizes import parse_bytes

from ..data import Stream, open_rows
from .prepared import Prepared
from .reading import Selection, attach_target, check_header
from .rows import prepare_rows
from .stream_rows import prepare_stream


def prepare(data: Any, y: Any, selection: Selection, validation: Any, spec: TrainingSpec) -> Prepared:
    """Return the rows to train and to validate on, with their target, unless they are to be reconstructed.

    Args:
        data: rows, see ``to_table`` and ``open_rows``.
        y: the target of each row (n,), or None when it is a column of the data.
        selection: target, task, columns, weights and schema.
        validation: see ``prepare_rows``.
        spec: seed, weights of classes, and the bytes that rows may take in memory.

    Raises:
        ColumnError, DataError: about columns that are not there, values that do not fit, rows without a target.
        SpecError: about class weights that fit no class.
    """
    memory = parse_bytes(spec.memory)
    check_header(data, y, selection)
    opened, y, selection = _opened(data, y, selection, memory)
    if not isinstance(opened, Stream):
        return prepare_rows(opened, y, selection, validation, spec.seed, spec.class_weight)
    try:
        return prepare_stream(data, opened, selection, validation, spec.seed, spec.class_weight, memory)
    except BaseException:
        opened.close()
        raise


def _opened(data: Any, y: Any, selection: Selection, memory: int) -> tuple[Any, Any, Selection]:
    """Return the rows; of those that are streamed, the target stands among them."""
    if selection.steps is not None:
        return data, y, selection
    opened = open_rows(data, columns=selection.columns, text=selection.text, memory=memory)
    if y is None or not isinstance(opened, Stream):
        return opened, y, selection
    with opened:
        table = pa.concat_tables([table for _, table in opened.batches()])
    table, target = attach_target(table, y, selection.target)
    return open_rows(table, memory=memory), None, replace(selection, target=target)
