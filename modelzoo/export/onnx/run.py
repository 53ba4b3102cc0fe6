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
from ..manifest import Manifest

RAW = "model.onnx"


def run_raw(folder: Path, manifest: Manifest, table: pa.Table) -> dict[str, np.ndarray]:
    """Return every output of ``model.onnx`` for the rows of a table."""
    session = make_session((folder / RAW).read_bytes())
    record = next(record for record in manifest.forms if record.name == "onnx")
    inputs = [RawInput(given.name, given.type, given.shape) for given in manifest.inputs]
    wire = read_wire(inputs, table)
    feed: dict[str, Any] = {record.inputs.get(raw.name, raw.name): to_numpy(wire[raw.name]) for raw in inputs}
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, feed), strict=True))
