"""Prepare the rows of a training: in memory when they fit there, streamed when they do not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from modelzoo_registry import TrainingSpec
from modelzoo_registry.sizes import parse_bytes

from ..data import Stream, open_rows, to_table
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
    opened = data if selection.steps is not None else _opened(data, selection, memory)
    if isinstance(opened, Stream) and y is not None:
        opened, target = attach_target(to_table(data), y, selection.target)
        opened, y, selection = open_rows(opened, memory=memory), None, replace(selection, target=target)
    if isinstance(opened, Stream):
        return prepare_stream(data, opened, selection, validation, spec.seed, spec.class_weight, memory)
    return prepare_rows(opened, y, selection, validation, spec.seed, spec.class_weight)


def _opened(data: Any, selection: Selection, memory: int) -> Any:
    return open_rows(data, columns=selection.columns, text=selection.text, memory=memory)
