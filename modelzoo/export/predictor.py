"""Score rows with an export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from modelzoo_registry import Fault, SpecError, Task

from ..data import to_table
from ..data.memory import is_row
from ..lazy import pa
from .folder import OpenedExport, open_export
from .manifest import CODE, CORE, ERROR, Manifest


class Scorer(Protocol):
    """Score the rows of a table; ``first_row`` is the number of the first one in messages."""

    def predict(self, table: pa.Table, *, first_row: int = 1) -> np.ndarray | dict[str, np.ndarray]:
        """Return what ``Model.predict`` does."""

    def reconstruction_error(self, table: pa.Table, *, first_row: int = 1) -> np.ndarray:
        """Return how badly each row is rebuilt, float32 (n,)."""

    def encode(self, table: pa.Table, *, first_row: int = 1) -> np.ndarray:
        """Return the code of each row, float32 (n, k)."""


class Predictor:
    """Hold a loaded export; made by ``modelzoo.load_export``. Threads may share it."""

    def __init__(self, folder: Path, manifest: Manifest, scorer: Scorer) -> None:
        self.folder = folder
        self.manifest = manifest
        self._scorer = scorer
        self._predict_rows = getattr(scorer, "predict_rows", None) if self.task != "reconstruction" else None

    def __repr__(self) -> str:
        return f"<modelzoo export of {self.manifest.model.name} for {self.task}, {self.folder}>"

    @property
    def task(self) -> Task:
        """What the model predicts."""
        return self.manifest.target.task

    @property
    def classes(self) -> np.ndarray | None:
        """The labels in the order of the probabilities; None for numbers."""
        return self.manifest.target.classes

    def predict(
        self, data: Any, *, columns: Sequence[str] | None = None, steps: int | None = None, first_row: int = 1
    ) -> np.ndarray | dict[str, np.ndarray]:
        """Return one prediction a row, as ``Model.predict`` of the model it was exported from does.

        Args:
            data: rows in any form ``Model.fit`` takes; of one row, a dict, the prediction takes some 50 µs.
            columns: names for a CSV file without a header line; None takes those of the training file.
            steps: how many batches to take of data that comes in batches; None takes all.
            first_row: the number of the first row in messages.

        Raises:
            ColumnError: about missing columns.
            DataError: about values that do not fit.
        """
        if self._predict_rows is not None and (rows := _rows(data)):
            predictions: np.ndarray = self._predict_rows(rows)
            return predictions
        return self._scorer.predict(self._read(data, columns, steps), first_row=first_row)

    def reconstruction_error(
        self, data: Any, *, columns: Sequence[str] | None = None, steps: int | None = None, first_row: int = 1
    ) -> np.ndarray:
        """Return how badly each row is rebuilt, float32 (n,), as ``Model.reconstruction_error`` does.

        Raises:
            SpecError: when the model was not trained for reconstruction.
            ColumnError: about missing columns.
            DataError: about values that do not fit.
        """
        self._require(ERROR)
        return self._scorer.reconstruction_error(self._read(data, columns, steps), first_row=first_row)

    def encode(
        self, data: Any, *, columns: Sequence[str] | None = None, steps: int | None = None, first_row: int = 1
    ) -> np.ndarray:
        """Return the code of each row, float32 (n, k), as ``Model.encode`` does.

        Raises:
            SpecError: when the model has no layer named ``code``.
            ColumnError: about missing columns.
            DataError: about values that do not fit.
        """
        self._require(CODE)
        return self._scorer.encode(self._read(data, columns, steps), first_row=first_row)

    def _require(self, output: str) -> None:
        names = [each.name for each in self.manifest.outputs]
        if output not in names:
            raise SpecError(
                f"the export of {self.manifest.model.name} has no {output}", [Fault("outputs", ", ".join(names))]
            )

    def _read(self, data: Any, columns: Sequence[str] | None, steps: int | None) -> pa.Table:
        return to_table(data, columns=columns or self.manifest.names, steps=steps, text=self.manifest.text)


def _rows(data: Any) -> Sequence[Mapping[str, Any]]:
    """Return rows given as dicts, or nothing for rows in another form."""
    if is_row(data):
        return (data,)
    return data if isinstance(data, list | tuple) and all(map(is_row, data)) else ()


def load_export(path: str | PathLike[str]) -> Predictor:
    """Return the export in a folder, or the newest one below it, verified.

    It scores on the host and in ONNX Runtime; TensorFlow is needed only where ONNX could not express the core.

    Raises:
        ArtifactNotFoundError: when there is none.
        DamagedArtifactError: naming each file that is missing or does not match.
    """
    export = open_export(Path(path))
    return Predictor(export.folder, export.manifest, _scorer(export))


def _scorer(export: OpenedExport) -> Scorer:
    from .host import HostScorer

    if not export.has(CORE):
        from .tensorflow_scorer import TensorFlowScorer

        return TensorFlowScorer(export.folder, export.manifest)
    return HostScorer(export.core(), export.encoder(), export.manifest.target)
