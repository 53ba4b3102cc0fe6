"""Numeric columns: scaled, clipped, never NaN."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import Field

from .base import Fillable, Plain
from .scaling import Scale, ScaleLearner, Scaling
from .statistics import Sample


class NumericColumn(Fillable):
    """Encode a number as one float32, and if asked for as a second one whether it was missing."""

    kind: Literal["numeric"] = "numeric"
    scale: Scale = Field(
        default="standard",
        description="standard: minus the mean, divided by the standard deviation; log: the same of sign(x) log(1 + "
        "|x|); quantile: its rank among the training rows; none: as it is",
    )
    clip: float = Field(
        default=10.0,
        gt=0,
        le=1e6,
        description="standard deviations from the mean at which values are cut off, infinities included",
    )
    missing: Literal["mean", "median", "constant", "reject"] = Field(
        default="mean",
        description="what takes the place of a missing value: the mean after scaling, the median, or fill; "
        "reject refuses rows without a value",
    )
    fill: float | None = Field(default=None, description='the value for missing = "constant"')
    indicator: bool | None = Field(
        default=None,
        description="whether a second number says that the value was missing; left out: if any was in training",
    )

    def learner(self) -> NumericLearner:
        """Return what learns the column."""
        return NumericLearner(self)


class NumericLearner:
    """Learn scale and fill from float64 (n,) with NaN for missing; infinities are left out."""

    def __init__(self, column: NumericColumn) -> None:
        self._column = column
        self._scale = ScaleLearner(column.scale, column.clip)
        self._sample = Sample()
        self._any_missing = False

    def add(self, values: np.ndarray) -> None:
        """Take in the next rows."""
        self._scale.add(values)
        if self._column.missing == "median":
            self._sample.add(values)
        self._any_missing = self._any_missing or bool(np.isnan(values).any())

    def finish(self) -> FittedNumeric:
        """Return the fitted column."""
        column = self._column
        scaling, fill = self._scale.finish()
        stand_in = {"median": median(self._sample.values()), "constant": column.fill}.get(column.missing)
        if stand_in is not None:
            fill = float(scaling.encode(np.array([stand_in]))[0])
        indicator = self._any_missing if column.indicator is None else column.indicator
        return FittedNumeric(column=column, scaling=scaling, fill=fill, indicator=indicator)


def median(values: np.ndarray) -> float:
    """Return the lower median of finite float64 (n,), 0 of none: always a value that occurs."""
    return float(np.quantile(values, 0.5, method="lower")) if values.size else 0.0


class FittedNumeric(Plain):
    """Hold what a numeric column learnt."""

    kind: Literal["numeric"] = "numeric"
    column: NumericColumn
    scaling: Scaling
    fill: float
    """The encoded value of a missing one."""
    indicator: bool

    @property
    def width(self) -> int:
        """How many numbers it encodes to."""
        return 2 if self.indicator else 1

    def encode(self, values: np.ndarray) -> np.ndarray:
        """Return float32 (n, width) from float64 (n,) with NaN for missing."""
        encoded = np.empty((values.size, self.width), np.float32)
        missing = np.isnan(values)
        encoded[:, 0] = np.where(missing, self.fill, self.scaling.encode(values))
        if self.indicator:
            encoded[:, 1] = missing
        return encoded

    def encode_one(self, value: float) -> tuple[float, ...]:
        """Return the numbers of one value in wire form."""
        missing = value != value
        number = self.fill if missing else self.scaling.encode_one(value)
        return (number, float(missing)) if self.indicator else (number,)

    def tensorflow(self, tf: Any, values: Any) -> Any:
        """Do as ``encode`` does, as TensorFlow operations."""
        missing = tf.math.is_nan(values)
        parts = [tf.where(missing, tf.constant(self.fill, tf.float64), self.scaling.tensorflow(tf, values))]
        if self.indicator:
            parts.append(tf.cast(missing, tf.float64))
        return tf.cast(tf.stack(parts, axis=1), tf.float32)

    def onnx(self, graph: Any, values: Any) -> Any:
        """Do as ``encode`` does, as ONNX nodes."""
        missing = graph.op("IsNaN", values, dtype="bool")
        number = graph.where(missing, self.fill, self.scaling.onnx(graph, values)).cast("float32").as_column()
        return graph.concat([number, missing.cast("float32").as_column()]) if self.indicator else number

    def decode(self, encoded: np.ndarray) -> np.ndarray:
        """Return float64 (n,) in the column's own unit from float32 (n, width); an indicator is passed over."""
        return self.scaling.decode(encoded[:, 0])

    def decode_tensorflow(self, tf: Any, encoded: Any) -> Any:
        """Do as ``decode`` does, as TensorFlow operations."""
        return self.scaling.decode_tensorflow(tf, encoded[:, 0])

    def decode_onnx(self, graph: Any, encoded: Any) -> Any:
        """Do as ``decode`` does, as ONNX nodes."""
        return self.scaling.decode_onnx(graph, graph.gather(encoded, np.array(0), axis=1))
