"""Score tables, with a run or with an export."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
import pyarrow as pa

from ..columns.decoder import rebuilt
from ..columns.raw import RawInput
from . import outputs


@dataclass(frozen=True)
class TableScorer:
    """Score tables, and say what is read of them."""

    scorer: Any
    """A ``Model`` or a ``Predictor``."""
    inputs: tuple[RawInput, ...]
    """The columns it reads."""
    names: Sequence[str] | None
    """Names of the columns of a file without a header line, if there were any in training."""
    text: Sequence[str]
    """Names of the columns that held text in training."""
    rebuilt: tuple[str, ...]
    """The columns that are rebuilt; none but by a model for reconstruction."""
    workers: int
    """How many threads may score at a time."""

    @classmethod
    def of_run(cls, model: Any) -> TableScorer:
        """Return what scores with a model that was loaded; TensorFlow shares out the work of one call itself."""
        fitted = model.fitted
        provenance = fitted.facts.provenance
        names = tuple(piece.name for piece in rebuilt(fitted.encoder)) if fitted.reconstructs else ()
        return cls(model, fitted.encoder.raw, provenance.names, provenance.text, names, 1)

    @classmethod
    def of_export(cls, predictor: Any) -> TableScorer:
        """Return what scores with an export, a batch on each core."""
        manifest = predictor.manifest
        inputs = tuple(one.raw for one in manifest.inputs)
        names = tuple(each.column for each in manifest.outputs if each.column)
        return cls(predictor, inputs, manifest.names, manifest.text, names, _cores())

    def score(self, table: pa.Table) -> pa.Table:
        """Return the predictions for the rows of a table, as columns.

        They are ``prediction``; or ``label`` and ``probabilities``; or each column as it was rebuilt.

        Raises:
            ColumnError, DataError: about missing columns and values that do not fit.
        """
        predictions = self.scorer.predict(table)
        if isinstance(predictions, dict):
            return outputs.rebuilt(predictions, self.scorer.reconstruction_error(table), self.inputs)
        if self.scorer.classes is None:
            return outputs.predicted(predictions)
        return outputs.labelled(predictions, self.scorer.classes)

    @cached_property
    def no_rows(self) -> pa.Table:
        """The columns of predictions, without a row."""
        if self.rebuilt:
            columns = {raw.name: _nothing(raw) for raw in self.inputs}
            row = outputs.rebuilt({name: columns[name] for name in self.rebuilt}, np.zeros(1, np.float32), self.inputs)
        elif self.scorer.classes is None:
            row = outputs.predicted(np.zeros(1))
        else:
            classes = self.scorer.classes
            row = outputs.labelled(np.zeros((1, len(classes)), np.float32), classes)
        return row.slice(0, 0)

    @property
    def row_bytes(self) -> int:
        """About how many bytes a row is read as."""
        return sum(4 * prod(raw.shape) if raw.type == "array" else 8 for raw in self.inputs)


def _nothing(raw: RawInput) -> np.ndarray:
    """Return a rebuilt column of one row."""
    return np.zeros((1, *raw.shape), np.float32) if raw.type == "array" else np.array([None])


def _cores() -> int:
    """Return how many cores this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1
