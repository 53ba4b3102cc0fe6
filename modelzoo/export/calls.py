"""Show how an export is called, on a made-up row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

from ..columns.encoder import Encoder
from ..columns.made_up import made_up_row
from ..columns.one_row import reader
from ..columns.raw import RawInput
from .manifest import CORE, PRUNED, RAW, Manifest
from .markdown import code_block

_MOST_NUMBERS = 64
"""Numbers of an array that an example shows."""


def calls(manifest: Manifest, encoder: Encoder) -> Iterator[str]:
    """Yield Markdown: Python, the command line, TensorFlow Serving, any ONNX runtime."""
    yield "## How to call it"
    yield ""
    yield "The row is made up."
    row, forms = made_up_row(encoder), {record.name: record for record in manifest.forms}
    large = [raw for raw in encoder.raw if raw.type == "array" and prod(raw.shape) > _MOST_NUMBERS]
    alone = "onnx" in forms and CORE in forms["onnx"].files
    yield from code_block("Python, without TensorFlow" if alone else "Python", "python", _in_python(row, large))
    if not large:
        yield from code_block("On the command line, from this folder", "sh", _in_shell(row))
    if "savedmodel" in forms and not large:
        title = "From TensorFlow Serving, which loads the folder above this one"
        yield from code_block(title, "sh", _with_curl(manifest, encoder, row))
    if "onnx" in forms and RAW in forms["onnx"].files and not large:
        yield from code_block("In any ONNX runtime", "python", _in_onnx(encoder, row, forms["onnx"].inputs))


def _in_python(row: Mapping[str, Any], large: Sequence[RawInput]) -> list[str]:
    shapes = {raw.name: raw.shape for raw in large}
    plain = {name: repr(value) for name, value in row.items() if name not in shapes}
    zeros = {name: f"np.zeros({shape})" for name, shape in shapes.items()}
    written = f"{{{', '.join(f'{name!r}: {value}' for name, value in (plain | zeros).items())}}}"
    has_arrays = any(isinstance(value, list) for value in row.values())  # in a dict alone they would be columns
    return [
        *(["import numpy as np"] if zeros else []),
        *("import modelzoo", "", 'predictor = modelzoo.load_export(".")'),
        f"predictor.predict([{written}])" if has_arrays else f"predictor.predict({written})",
    ]


def _in_shell(row: Mapping[str, Any]) -> list[str]:
    # Some shells' echo would take the backslashes of JSON for their own.
    return [f"printf '%s\\n' {_quoted(json.dumps(row, ensure_ascii=False))} | zoo predict . --data -"]


def _with_curl(manifest: Manifest, encoder: Encoder, row: Mapping[str, Any]) -> list[str]:
    tensors = manifest.tensors
    signature = {"signature_name": PRUNED} if manifest.ignored else {}  # without it, what nothing reads is needed too
    instance = {tensors[raw.name]: _on_the_wire(raw, row[raw.name]) for raw in encoder.raw}
    body = json.dumps({**signature, "instances": [instance]}, ensure_ascii=False)
    return [f"curl -d {_quoted(body)} \\", "  http://localhost:8501/v1/models/MODEL:predict"]


def _in_onnx(encoder: Encoder, row: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    dtypes = {"string": "object", "array": "np.float32", "number": "np.float64"}
    lines = ["import numpy as np", "import onnxruntime", "", 'session = onnxruntime.InferenceSession("model.onnx")']
    lines.append("session.run(None, {")
    for raw in encoder.raw:
        name, value = names.get(raw.name, raw.name), _on_the_wire(raw, row[raw.name])
        lines.append(f"    {name!r}: np.array([{value!r}], {dtypes.get(raw.type, 'np.int64')}),")
    return [*lines, "})"]


def _on_the_wire(raw: RawInput, value: Any) -> Any:
    return value if raw.type == "array" else reader(raw)(value)


def _quoted(text: str) -> str:
    """Return text as one word of a shell."""
    return "'" + text.replace("'", "'\\''") + "'"
