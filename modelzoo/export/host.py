"""Score rows without TensorFlow: the encoder on the host, then ``core.onnx`` in ONNX Runtime."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from modelzoo_registry import DamagedArtifactError

from ..batches import rows_a_batch
from ..columns.decoder import decode, fixed_inputs
from ..columns.encoder import Arrays, Encoder
from ..columns.target import Target
from ..lazy import pa
from .core_fit import SCORES, check_fit
from .manifest import CODE, CORE, ENCODER

BATCH = 4096
"""Most rows the core is run on at a time: what they become in it stays in the processor's cache."""


class HostScorer:
    """Hold a fitted encoder and a session of ONNX Runtime; threads may share it."""

    def __init__(self, core: bytes, encoder: Encoder, target: Target) -> None:
        self._session = make_session(core)
        check_fit(self._session, encoder, target)
        self._encoder = encoder
        self._target = target
        width = next(output.shape[-1] for output in self._session.get_outputs() if output.name == SCORES)
        self._batch = rows_a_batch(width, BATCH)

    def predict(self, table: pa.Table, *, first_row: int = 1) -> np.ndarray | dict[str, np.ndarray]:
        """Return what ``Model.predict`` returns for the rows of a table, of which the first has this number."""
        inputs = self._encoder.encode(table, first_row=first_row)
        if self._target.task == "reconstruction":
            parts = [decode(self._encoder, vectors) for _, vectors in self._batches(inputs, SCORES)]
            return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        return self._target.predictions(self._outputs(inputs, SCORES))

    def predict_rows(self, rows: Sequence[Mapping[str, Any]]) -> np.ndarray:
        """Return the predictions, but of an autoencoder, for rows given as dicts of plain values."""
        inputs = self._encoder.encode_rows(rows)
        scores = self._run(SCORES, inputs) if len(rows) == 1 else self._outputs(inputs, SCORES)
        return self._target.predictions(scores)

    def reconstruction_error(self, table: pa.Table, *, first_row: int = 1) -> np.ndarray:
        """Return how badly each row is rebuilt, float32 (n,)."""
        inputs = self._encoder.encode(table, first_row=first_row)
        fixed = partial(fixed_inputs, self._encoder)
        with np.errstate(over="ignore"):
            errors = [((fixed(rows) - vectors) ** 2).mean(axis=1) for rows, vectors in self._batches(inputs, SCORES)]
        return np.concatenate(errors)

    def encode(self, table: pa.Table, *, first_row: int = 1) -> np.ndarray:
        """Return the code of each row, float32 (n, k)."""
        return self._outputs(self._encoder.encode(table, first_row=first_row), CODE)

    def _outputs(self, inputs: Arrays, name: str) -> np.ndarray:
        return np.concatenate([outputs for _, outputs in self._batches(inputs, name)])

    def _batches(self, inputs: Arrays, name: str) -> Iterator[tuple[Arrays, np.ndarray]]:
        """Yield encoded rows, some thousands at a time, with one output of the core for them."""
        rows = len(next(iter(inputs.values())))
        for start in range(0, max(1, rows), self._batch):
            batch = {each: array[start : start + self._batch] for each, array in inputs.items()}
            yield batch, self._run(name, batch)

    def _run(self, name: str, inputs: Arrays) -> np.ndarray:
        try:
            output: np.ndarray = self._session.run([name], inputs)[0]
        except Exception as error:  # of ONNX Runtime, which has many kinds
            raise DamagedArtifactError(
                f"{CORE} cannot be run on what {ENCODER} makes of these rows: {error}"
            ) from error
        return output


def make_session(model: bytes) -> Any:
    """Return a session on one thread: whoever has many rows shares them out, and one row is faster alone."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what goes wrong is raised
    options.add_session_config_entry("session.load_model_format", "ONNX")  # no other one for bytes that look like it
    try:
        # Its fallback would try the same once more, and print so.
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"], enable_fallback=0)
    except Exception as error:  # of ONNX Runtime, which has many kinds
        raise DamagedArtifactError(f"this ONNX Runtime cannot load the model: {error}") from error
