"""Replay rows with an export, in a process of its own: it knows the files and nothing of the model.

Reads jobs as lines of JSON, ``{"folder": ..., "rows": ...}``, and answers each with one line: what it runs on, and for
each form the outputs, or why there are none.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ..folder import open_export
from ..manifest import CODE, ERROR, RAW, Manifest

Outputs = dict[str, np.ndarray]
_LOADED: dict[str, Any] = {}
"""All jobs of a process are about one export."""


def main(form: str) -> None:
    """Answer jobs until there are no more; ``form`` is savedmodel or onnx, which is replayed without TensorFlow."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print is no answer
    if form == "onnx":
        sys.modules["tensorflow"] = sys.modules["keras"] = None  # type: ignore[assignment]  # importing them fails now
    else:
        _import_tensorflow()
    for line in sys.stdin:
        job = json.loads(line)
        answers.write(json.dumps(_replay(form, Path(job["folder"]), Path(job["rows"]))) + "\n")
        answers.flush()


def _import_tensorflow() -> None:
    from ...runtime import require_tensorflow

    require_tensorflow("verifying a SavedModel")


def _replay(form: str, folder: Path, rows: Path) -> dict[str, Any]:
    with pa.memory_map(str(rows)) as file:
        table = pa.ipc.open_file(file).read_all()
    manifest = open_export(folder).manifest
    answer: dict[str, Any] = {}
    for name, (runtime, score) in _scorers(form, folder, manifest).items():
        try:
            answer[name] = {"runtime": runtime, "outputs": _plain(score(table))}
        except Exception as error:  # whatever a runtime raises for a file or a row it cannot take
            answer[name] = {"runtime": runtime, "error": f"{type(error).__name__}: {error}"}
    return answer


def _scorers(form: str, folder: Path, manifest: Manifest) -> dict[str, tuple[str, Callable[[pa.Table], Outputs]]]:
    if form == "savedmodel":
        return {form: (_named("tensorflow"), lambda table: _through_tensorflow(folder, manifest, table))}
    files = next(record.files for record in manifest.forms if record.name == "onnx")
    if not files:
        return {}
    runtime = _named("onnxruntime")
    scorers: dict[str, tuple[str, Callable[[pa.Table], Outputs]]] = {
        "predictor": (runtime, lambda table: _through_predictor(folder, table)),
    }
    if not any(column.type == "array" for column in manifest.inputs) and manifest.target.task != "reconstruction":
        read = [column.name for column in manifest.inputs]
        scorers["predictor, row by row"] = (runtime, lambda table: _row_by_row(folder, table.select(read)))
    if RAW in files:
        scorers["onnx"] = (runtime, lambda table: _through_onnx(folder, manifest, table))
    return scorers


def _named(distribution: str) -> str:
    return f"{distribution} {version(distribution)}"


def _through_tensorflow(folder: Path, manifest: Manifest, table: pa.Table) -> Outputs:
    outputs: Outputs = _savedmodel(folder, manifest).outputs(table)
    return outputs


def _through_onnx(folder: Path, manifest: Manifest, table: pa.Table) -> Outputs:
    outputs: Outputs = _raw_model(folder, manifest).outputs(table)
    return outputs


def _through_predictor(folder: Path, table: pa.Table) -> Outputs:
    predictor = _predictor(folder)
    predictions = predictor.predict(table)
    if not isinstance(predictions, dict):
        return _named_output(predictor.task, predictions)
    outputs = {each.name: predictions[each.column] for each in predictor.manifest.outputs if each.column}
    outputs[ERROR] = predictor.reconstruction_error(table)
    if any(each.name == CODE for each in predictor.manifest.outputs):
        outputs[CODE] = predictor.encode(table)
    return outputs


def _row_by_row(folder: Path, table: pa.Table) -> Outputs:
    predictor = _predictor(folder)
    predictions = [np.asarray(predictor.predict(row)) for row in table.to_pylist()]
    return _named_output(predictor.task, np.concatenate(predictions))


def _predictor(folder: Path) -> Any:
    from ..predictor import load_export

    return _once("predictor", load_export, folder)


def _savedmodel(folder: Path, manifest: Manifest) -> Any:
    from ..tensorflow_scorer import TensorFlowScorer

    return _once("savedmodel", partial(TensorFlowScorer, careful=False), folder, manifest)


def _raw_model(folder: Path, manifest: Manifest) -> Any:
    from ..onnx.run import RawModel

    return _once("onnx", RawModel, folder, manifest)


def _once(name: str, load: Callable[..., Any], *arguments: Any) -> Any:
    """Return what was loaded for an earlier job, or load it."""
    if name not in _LOADED:
        _LOADED[name] = load(*arguments)
    return _LOADED[name]


def _named_output(task: str, predictions: np.ndarray) -> Outputs:
    """Return predictions as the output of the other forms."""
    if task == "regression":
        return {"prediction": predictions}
    return {"probabilities": np.stack([1 - predictions, predictions], axis=1) if task == "binary" else predictions}


def _plain(outputs: Outputs) -> dict[str, Any]:
    """Return outputs as JSON holds them; Python's has words for NaN and infinities."""
    return {name: [_text(value) for value in np.asarray(values).tolist()] for name, values in outputs.items()}


def _text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


if __name__ == "__main__":
    main(sys.argv[1])
