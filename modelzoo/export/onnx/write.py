"""Write the ONNX files of an export: the core for our own predictor, and the model with raw columns in."""

from __future__ import annotations

from pathlib import Path

import onnx
from modelzoo_registry import ExportError

from ..forms import Exported
from ..manifest import CORE, RAW, FormRecord
from .core import core_model
from .raw import inexpressible, input_names, raw_model

_MOST = 2**31 - 1
"""Bytes of the largest file that protocol buffers, which ONNX is written in, allow."""


def write(folder: Path, model: Exported) -> FormRecord:
    """Write ``core.onnx``, and ``model.onnx`` unless there is a column ONNX cannot express.

    Raises:
        ExportError: when the core has an operator that ONNX lacks, or is larger than one file may be.
    """
    core = core_model(model.left.core)
    _write(core, folder / CORE)
    encoder = model.left.encoder
    reasons = inexpressible(encoder)
    if reasons:
        return FormRecord(name="onnx", files=(CORE,), opsets=_opsets(core), left_out={RAW: reasons})
    raw = raw_model(core, encoder, model.target)
    _write(raw, folder / RAW)
    names = input_names(core, encoder, model.target)
    return FormRecord(
        name="onnx",
        files=(CORE, RAW),
        opsets=_opsets(raw),
        inputs={column: name for column, name in names.items() if name != column},
    )


def _write(model: onnx.ModelProto, path: Path) -> None:
    size = model.ByteSize()
    if size > _MOST:
        raise ExportError(
            f"{path.name} would have {size:,} bytes, and one ONNX file may have {_MOST:,}: make large vocabularies or "
            'embeddings smaller, or export with formats=("savedmodel",)'
        )
    path.write_bytes(model.SerializeToString())


def _opsets(model: onnx.ModelProto) -> dict[str, int]:
    return {each.domain or "ai.onnx": each.version for each in model.opset_import}
