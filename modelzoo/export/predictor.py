"""Score rows with an export."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from modelzoo_registry import DamagedArtifactError, Task

from ..columns.encoder import read_wire
from ..columns.wire import RawInput, to_numpy
from ..data import to_table
from ..runtime import require_tensorflow
from .manifest import Manifest, find_export, read_manifest

BATCH = 8192


class Predictor:
    """Hold a loaded export; made by ``modelzoo.load_export``."""

    def __init__(self, folder: Path, manifest: Manifest, signature: Any) -> None:
        self.folder = folder
        self.manifest = manifest
        self._signature = signature
        self._inputs = tuple(RawInput(given.name, given.type, given.shape) for given in manifest.inputs)

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

    def predict(self, data: Any, *, columns: Sequence[str] | None = None) -> np.ndarray:
        """Return one prediction a row, as ``Model.predict`` of the model it was exported from does.

        Args:
            data: rows in any form ``Model.fit`` takes.
            columns: names for a CSV file without a header line; None takes those of the training file.

        Raises:
            ColumnError, DataError: about missing columns and values that do not fit.
        """
        wire = read_wire(self._inputs, to_table(data, columns=columns or self.manifest.names))
        arrays = {given.tensor: to_numpy(wire[given.name]) for given in self.manifest.inputs}
        rows = len(next(iter(arrays.values())))
        parts = [self._call(arrays, start) for start in range(0, rows, BATCH)]
        return np.concatenate(parts)

    def _call(self, arrays: dict[str, np.ndarray], start: int) -> np.ndarray:
        outputs = self._signature(arrays, start)
        if self.task == "regression":
            return np.asarray(outputs["prediction"])
        probabilities = np.asarray(outputs["probabilities"])
        return probabilities[:, 1] if self.task == "binary" else probabilities


def load_export(path: str | PathLike[str]) -> Predictor:
    """Return the export in a folder, or the newest one below it, verified.

    Raises:
        ArtifactNotFoundError: when there is none.
        DamagedArtifactError: naming each file that is missing or does not match.
    """
    folder = find_export(Path(path))
    manifest = read_manifest(folder)
    tf = require_tensorflow("scoring an export")
    try:
        loaded = tf.saved_model.load(str(folder))
        serve = loaded.signatures["serving_default"]
    except Exception as error:  # TensorFlow raises many kinds for a file it cannot use
        raise DamagedArtifactError(f"{folder} holds no SavedModel this TensorFlow can load: {error}") from error

    def call(arrays: dict[str, np.ndarray], start: int) -> Any:
        # `loaded` is named here to keep its variables alive.
        _ = loaded
        return serve(**{name: tf.constant(array[start : start + BATCH]) for name, array in arrays.items()})

    return Predictor(folder, manifest, call)
