"""Score rows with a SavedModel: for exports whose core ONNX cannot express."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from modelzoo_registry import DamagedArtifactError

from ..columns.base import MISSING_INTEGER
from ..columns.table import read_wire
from ..columns.wire import to_numpy
from ..runtime import require_tensorflow
from .manifest import CODE, ERROR, PRUNED, SERVING, Manifest, Output

BATCH = 8192


class TensorFlowScorer:
    """Hold a loaded SavedModel; see ``HostScorer``.

    Args:
        folder: where it is.
        manifest: what it takes and returns.
        careful: whether rows that lack a required value are found before the graph refuses them, in fewer words.
    """

    def __init__(self, folder: Path, manifest: Manifest, *, careful: bool = True) -> None:
        tf = require_tensorflow("scoring an export without core.onnx")
        try:
            # Kept, since its variables live as long as it does.
            self._loaded = tf.saved_model.load(str(folder))
            self._serve = self._loaded.signatures[PRUNED if manifest.ignored else SERVING]
        except Exception as error:  # TensorFlow raises many kinds for a file it cannot use
            raise DamagedArtifactError(f"{folder} holds no SavedModel this TensorFlow can load: {error}") from error
        self._tensor = tf.constant
        self._manifest = manifest
        raws = tuple(given.raw for given in manifest.inputs)
        self._inputs = raws if careful else tuple(replace(raw, required=False) for raw in raws)

    def predict(self, table: pa.Table, *, first_row: int = 1) -> np.ndarray | dict[str, np.ndarray]:
        """Return what ``Model.predict`` returns for the rows of a table, of which the first has this number."""
        outputs = self.outputs(table, first_row=first_row)
        task = self._manifest.target.task
        if task == "reconstruction":
            return {each.column: plain(outputs[each.name], each) for each in self._manifest.outputs if each.column}
        if task == "regression":
            return outputs["prediction"]
        return outputs["probabilities"][:, 1] if task == "binary" else outputs["probabilities"]

    def reconstruction_error(self, table: pa.Table, *, first_row: int = 1) -> np.ndarray:
        """Return how badly each row is rebuilt, float32 (n,)."""
        return self.outputs(table, first_row=first_row)[ERROR]

    def encode(self, table: pa.Table, *, first_row: int = 1) -> np.ndarray:
        """Return the code of each row, float32 (n, k)."""
        return self.outputs(table, first_row=first_row)[CODE]

    def outputs(self, table: pa.Table, *, first_row: int = 1) -> dict[str, np.ndarray]:
        """Return what the signature makes of the rows, some thousands at a time."""
        wire = read_wire(self._inputs, table, first_row=first_row)
        arrays = {given.tensor: to_numpy(wire[given.name]) for given in self._manifest.inputs}
        parts = [self._call(arrays, start) for start in range(0, max(1, table.num_rows), BATCH)]
        return {name: np.concatenate([np.asarray(part[name]) for part in parts]) for name in parts[0]}

    def _call(self, arrays: dict[str, np.ndarray], start: int) -> Any:
        tensors = {name: self._tensor(array[start : start + BATCH]) for name, array in arrays.items()}
        try:
            return self._serve(**tensors)
        except Exception as error:  # what rows may have wrong has been told before
            raise DamagedArtifactError(f"the SavedModel cannot be run on these rows: {error}") from error


def plain(values: np.ndarray, output: Output) -> np.ndarray:
    """Return a rebuilt column as ``Model.predict`` gives it: categories as objects, with None for none."""
    if output.dtype == "string":
        texts = [value.decode() if isinstance(value, bytes) else value for value in values]
        return np.array([text or None for text in texts], dtype=object)
    if output.dtype == "int64":
        return np.array([None if value == MISSING_INTEGER else value for value in values.tolist()], dtype=object)
    return values
