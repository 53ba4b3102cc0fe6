"""Score rows without TensorFlow: the encoder on the host, then ``core.onnx`` in ONNX Runtime."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from ..batches import rows_a_batch
from ..columns.decoder import decode, fixed_inputs
from ..columns.encoder import Arrays, Encoder
from ..columns.target import Target
from .manifest import CODE

CORE = "core.onnx"
SCORES = "output"
"""What ``core.onnx`` calls the output of the core; ``code`` is the other one, of models that have it."""
BATCH = 4096
"""Most rows the core is run on at a time: what they become in it stays in the processor's cache."""


class HostScorer:
    """Hold a fitted encoder and a session of ONNX Runtime; threads may share it."""

    def __init__(self, core: bytes, encoder: Encoder, target: Target) -> None:
        self._session = make_session(core)
        self._encoder = encoder
        self._target = target

    def predict(self, table: pa.Table, *, first_row: int = 1) -> np.ndarray | dict[str, np.ndarray]:
        """Return what ``Model.predict`` returns for the rows of a table, of which the first has this number."""
        inputs = self._encoder.encode(table, first_row=first_row)
        if self._target.task == "reconstruction":
            parts = [decode(self._encoder, vectors) for _, vectors in self._batches(inputs, SCORES)]
            return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        return self._target.predictions(self._outputs(inputs, SCORES))

    def predict_row(self, row: Mapping[str, Any]) -> np.ndarray:
        """Return the prediction, an array of one, for a row given as a dict of plain values."""
        scores: np.ndarray = self._session.run([SCORES], self._encoder.encode_row(row))[0]
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
            yield batch, self._session.run([name], batch)[0]

    @property
    def _batch(self) -> int:
        width = next(output.shape[-1] for output in self._session.get_outputs() if output.name == SCORES)
        return rows_a_batch(width, BATCH)


def make_session(model: bytes) -> Any:
    """Return a session on one thread: whoever has many rows shares them out, and one row is faster alone."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what goes wrong is raised
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
