"""Say what a model predicts of rows, and how far off an export's outputs are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from ...columns.base import MISSING_INTEGER
from ...columns.decoder import decode, rebuilt
from ...columns.encoder import Arrays, Encoder
from ...columns.target import Target
from ..manifest import CODE, ERROR, Output

TOLERANCE = 1e-5
"""Largest difference of two executions, relative to the prediction or the unit it is measured in."""
NARROW_TOLERANCE = 2e-2
"""The same of models that compute in bfloat16, whose numbers have three digits."""
_USUAL = 10.0
"""Encoded numbers are cut off here, unless they are not scaled; rounding errors grow with what goes in."""
_OVERFLOWS = 1e20
"""Of numbers beyond, float32 sums may or may not become infinite: that depends on the order they are added in."""


@dataclass(frozen=True)
class Numbers:
    """Hold predicted numbers (n, ...), and for each the unit a difference from it is measured in.

    What has an infinite unit is not compared.
    """

    values: np.ndarray
    units: np.ndarray

    def differences(self, found: Sequence[Any]) -> np.ndarray:
        """Return how far off each row is, (n,): infinitely where only one is finite, or the shapes differ."""
        if np.shape(found) != self.values.shape:
            return np.full(len(self.values), np.inf)
        values, units = (numbers.reshape(len(self.values), -1) for numbers in (self.values, self.units))
        others = np.asarray(found, np.float64).reshape(values.shape)
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            far = np.abs(others - values) / np.maximum(np.abs(values), units)
        same = (others == values) | (~np.isfinite(values) & ~np.isfinite(others)) | np.isinf(units)
        return np.asarray(np.where(same, 0.0, np.where(np.isfinite(far), far, np.inf)).max(axis=1))


@dataclass(frozen=True)
class Labels:
    """Hold predicted categories (n,), and for each whether it is far enough ahead of the next to be compared."""

    values: Sequence[Any]
    certain: np.ndarray

    def differences(self, found: Sequence[Any]) -> np.ndarray:
        """Return 0 for each row that is the same, infinity for others, (n,)."""
        if len(found) != len(self.values):
            return np.full(len(self.values), np.inf)
        pairs = zip(self.values, found, strict=True)
        same = np.array([_known(one) == _known(other) for one, other in pairs], np.bool_)
        return np.where(same | ~self.certain, 0.0, np.inf)


def _known(value: Any) -> Any:
    """Return a category, or None for what stands on the wire for a missing one."""
    return None if value in ("", MISSING_INTEGER) else value


Expected = Mapping[str, Numbers | Labels]
"""By name of output."""


def tolerance_for(core: Any) -> float:
    """Return the largest difference from a Keras model that is put down to rounding."""
    narrow = any(layer.compute_dtype in ("bfloat16", "float16") for layer in core.layers)
    return NARROW_TOLERANCE if narrow else TOLERANCE


def expect(fitted: Any, table: pa.Table, outputs: Sequence[Output]) -> Expected:
    """Return what the model predicts of the rows of a table."""
    encoded = fitted.encoder.encode(table)
    size = _sizes(encoded, table.num_rows)
    scores = fitted.scorer.score(encoded)
    if fitted.reconstructs:
        return _reconstruction(fitted, table, scores, size, outputs)
    return _predictions(fitted.target, scores, size, tolerance_for(fitted.core))


def _sizes(encoded: Arrays, rows: int) -> np.ndarray:
    """Return how large the numbers of each row are, (n,): 1 for usual ones, infinite where sums of them overflow."""
    largest = [np.abs(array).reshape(rows, -1).max(axis=1) for name, array in encoded.items() if name != "ids"]
    if not largest:
        return np.ones(rows)
    size = np.max(largest, axis=0).astype(np.float64)
    return np.where(size > _OVERFLOWS, np.inf, np.maximum(1.0, size / _USUAL))


def _predictions(target: Target, scores: np.ndarray, size: np.ndarray, tolerance: float) -> Expected:
    predictions = target.predictions(scores)
    if target.task == "regression":
        return {"prediction": Numbers(predictions, size * target.spread)}
    both = np.stack([1 - predictions, predictions], axis=1) if predictions.ndim == 1 else predictions
    units = np.broadcast_to(size[:, None], both.shape)
    labels = [target.labels[place] for place in np.nan_to_num(both).argmax(axis=1)]
    return {"probabilities": Numbers(both, units), "label": Labels(labels, _is_certain(both, tolerance * size))}


def _reconstruction(
    fitted: Any, table: pa.Table, vectors: np.ndarray, size: np.ndarray, outputs: Sequence[Output]
) -> Expected:
    expected: dict[str, Numbers | Labels] = {}
    tolerance = tolerance_for(fitted.core)
    names = {output.column: output.name for output in outputs if output.column}
    values, units = decode(fitted.encoder, vectors), _decoded_units(fitted.encoder, vectors, size)
    for piece in rebuilt(fitted.encoder):
        column, name = values[piece.name], names[piece.name]
        if column.dtype == object:
            expected[name] = Labels(column.tolist(), _is_certain(piece.cut(vectors), tolerance * size))
        else:
            expected[name] = Numbers(column, units[piece.name])
    errors = fitted.reconstruction_errors(table)
    expected[ERROR] = Numbers(errors, size**2)
    if any(output.name == CODE for output in outputs):
        codes = fitted.coder.score(fitted.encoder.encode(table))
        expected[CODE] = Numbers(codes, np.broadcast_to(size[:, None], codes.shape))
    return expected


def _decoded_units(encoder: Encoder, vectors: np.ndarray, size: np.ndarray) -> dict[str, np.ndarray]:
    """Return for each rebuilt number what one unit of the encoded one makes there: scales are not all linear."""
    compared = np.isfinite(size)
    with np.errstate(over="ignore", invalid="ignore"):
        step = (TOLERANCE * np.maximum(np.where(compared, size, 1.0)[:, None], np.abs(vectors))).astype(np.float32)
        low, high = decode(encoder, vectors - step), decode(encoder, vectors + step)
        units = {name: (high[name] - low[name]) / TOLERANCE for name in low if low[name].dtype != object}
    for unit in units.values():
        unit[~compared] = np.inf
    return units


def _is_certain(scores: np.ndarray, tolerances: np.ndarray) -> np.ndarray:
    """Whether the greatest score of each row is clearly ahead of the next."""
    if scores.shape[1] < 2:
        return np.ones(len(scores), np.bool_)
    with np.errstate(invalid="ignore", over="ignore"):
        first = np.sort(scores.astype(np.float64), axis=1)
        return np.asarray(first[:, -1] - first[:, -2] > 10 * tolerances)
