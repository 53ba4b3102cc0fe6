"""Score rows with an export."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from modelzoo_registry import DamagedArtifactError, Fault, SpecError, Task

from ..columns.base import MISSING_INTEGER
from ..columns.raw import RawInput
from ..columns.table import read_wire
from ..columns.wire import to_numpy
from ..data import to_table
from ..runtime import require_tensorflow
from .folder import open_export
from .manifest import CODE, ERROR, PRUNED, SERVING, Manifest, Output

BATCH = 8192


class Predictor:
    """Hold a loaded export; made by ``modelzoo.load_export``."""

    def __init__(self, folder: Path, manifest: Manifest, signature: Any) -> None:
        self.folder = folder
        self.manifest = manifest
        self._signature = signature
        self._inputs = tuple(
            RawInput(given.name, given.type, given.shape, given.required, given.dates) for given in manifest.inputs
        )

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
        self, data: Any, *, columns: Sequence[str] | None = None, steps: int | None = None
    ) -> np.ndarray | dict[str, np.ndarray]:
        """Return one prediction a row, as ``Model.predict`` of the model it was exported from does.

        Args:
            data: rows in any form ``Model.fit`` takes.
            columns: names for a CSV file without a header line; None takes those of the training file.
            steps: how many batches to take of data that comes in batches; None takes all.

        Raises:
            ColumnError, DataError: about missing columns and values that do not fit.
        """
        outputs = self._outputs(data, columns, steps)
        if self.task == "reconstruction":
            return {each.column: _plain(outputs[each.name], each) for each in self.manifest.outputs if each.column}
        if self.task == "regression":
            return outputs["prediction"]
        return outputs["probabilities"][:, 1] if self.task == "binary" else outputs["probabilities"]

    def reconstruction_error(
        self, data: Any, *, columns: Sequence[str] | None = None, steps: int | None = None
    ) -> np.ndarray:
        """Return how badly each row is rebuilt, float32 (n,), as ``Model.reconstruction_error`` does.

        Raises:
            SpecError: when the model was not trained for reconstruction.
            ColumnError, DataError: about missing columns and values that do not fit.
        """
        return self._output(ERROR, data, columns, steps)

    def encode(self, data: Any, *, columns: Sequence[str] | None = None, steps: int | None = None) -> np.ndarray:
        """Return the code of each row, float32 (n, k), as ``Model.encode`` does.

        Raises:
            SpecError: when the model has no layer named ``code``.
            ColumnError, DataError: about missing columns and values that do not fit.
        """
        return self._output(CODE, data, columns, steps)

    def _output(self, name: str, data: Any, columns: Sequence[str] | None, steps: int | None) -> np.ndarray:
        names = [each.name for each in self.manifest.outputs]
        if name not in names:
            raise SpecError(
                f"the export of {self.manifest.model.name} has no {name}", [Fault("outputs", ", ".join(names))]
            )
        return self._outputs(data, columns, steps)[name]

    def _outputs(self, data: Any, columns: Sequence[str] | None, steps: int | None) -> dict[str, np.ndarray]:
        """Return what the signature makes of the rows, some thousands at a time."""
        names, text = columns or self.manifest.names, self.manifest.text
        wire = read_wire(self._inputs, to_table(data, columns=names, steps=steps, text=text))
        arrays = {given.tensor: to_numpy(wire[given.name]) for given in self.manifest.inputs}
        rows = len(next(iter(arrays.values())))
        parts = [self._signature(arrays, start) for start in range(0, rows, BATCH)]
        return {name: np.concatenate([np.asarray(part[name]) for part in parts]) for name in parts[0]}


def _plain(values: np.ndarray, output: Output) -> np.ndarray:
    """Return a rebuilt column as ``Model.predict`` gives it: categories as objects, with None for none."""
    if output.dtype == "string":
        return np.array([value.decode() or None for value in values], dtype=object)
    if output.dtype == "int64":
        return np.array([None if value == MISSING_INTEGER else value for value in values.tolist()], dtype=object)
    return values


def load_export(path: str | PathLike[str]) -> Predictor:
    """Return the export in a folder, or the newest one below it, verified.

    Raises:
        ArtifactNotFoundError: when there is none.
        DamagedArtifactError: naming each file that is missing or does not match.
    """
    export = open_export(Path(path))
    folder, manifest = export.folder, export.manifest
    tf = require_tensorflow("scoring an export")
    try:
        loaded = tf.saved_model.load(str(folder))
        serve = loaded.signatures[PRUNED if manifest.ignored else SERVING]
    except Exception as error:  # TensorFlow raises many kinds for a file it cannot use
        raise DamagedArtifactError(f"{folder} holds no SavedModel this TensorFlow can load: {error}") from error

    def call(arrays: dict[str, np.ndarray], start: int) -> Any:
        # `loaded` is named here to keep its variables alive.
        _ = loaded
        return serve(**{name: tf.constant(array[start : start + BATCH]) for name, array in arrays.items()})

    return Predictor(folder, manifest, call)
