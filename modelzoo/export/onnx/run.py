"""Run ``model.onnx`` on the rows of a table, as any program with an ONNX runtime would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ...columns.raw import RawInput
from ...columns.table import read_wire
from ...columns.wire import to_numpy
from ..host import make_session
from ..manifest import RAW, Manifest


class RawModel:
    """Hold a session of ``model.onnx``."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self._session = make_session((folder / RAW).read_bytes())
        record = next(record for record in manifest.forms if record.name == "onnx")
        self._inputs = [RawInput(given.name, given.type, given.shape) for given in manifest.inputs]
        self._names = {given.name: record.inputs.get(given.name, given.name) for given in manifest.inputs}

    def outputs(self, table: pa.Table) -> dict[str, np.ndarray]:
        """Return every output for the rows of a table."""
        wire = read_wire(self._inputs, table)
        feed: dict[str, Any] = {self._names[raw.name]: to_numpy(wire[raw.name]) for raw in self._inputs}
        names = [output.name for output in self._session.get_outputs()]
        return dict(zip(names, self._session.run(names, feed), strict=True))
