"""Datetime columns: the time of day, of the week and of the year as circles, and the time that went by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field, field_validator, model_validator

from .base import MISSING_INTEGER, Fillable, Plain
from .calendar import SECOND, day_of_week, minute_of_day, month_of_year
from .dates import parse, parse_one, parse_onnx, parse_tensors
from .scaling import ScaleLearner, Scaling

Part = Literal["hour", "weekday", "month", "elapsed"]

_CLOCKS: dict[str, tuple[Callable[[Any], Any], int]] = {
    "hour": (minute_of_day, 24 * 60),
    "weekday": (day_of_week, 7),
    "month": (month_of_year, 12),
}
"""How the place on each circle is reckoned, and how many places there are."""


@cache
def _circle(part: str) -> np.ndarray:
    """Return sine and cosine, float32 (places, 2), of each place on a circle."""
    places = _CLOCKS[part][1]
    turns = 2 * np.pi * np.arange(places) / places
    return np.stack([np.sin(turns), np.cos(turns)], axis=1).astype(np.float32)


@cache
def _places(part: str) -> tuple[tuple[float, ...], ...]:
    """Return the same as plain numbers, which one row is encoded to."""
    return tuple(map(tuple, _circle(part).tolist()))


class DatetimeColumn(Fillable):
    """Encode an instant as the sine and cosine of its places on circles, and as scaled time.

    Everything is reckoned in UTC. Instead of sine and cosine being computed, they are looked up, so that all
    executions agree to the bit.
    """

    kind: Literal["datetime"] = "datetime"
    dtype: Literal["timestamp", "string"] = Field(
        default="timestamp",
        description="what the raw values are; text is read as ISO 8601, and counts as missing where it is no date",
    )
    parts: tuple[Part, ...] = Field(
        default=("hour", "weekday", "month", "elapsed"),
        min_length=1,
        max_length=4,
        description="hour (with its minutes), weekday and month become two numbers each, elapsed (the time itself) one",
    )
    clip: float = Field(
        default=10.0, gt=0, le=1e6, description="standard deviations from the mean at which elapsed is cut off"
    )
    missing: Literal["mean", "constant", "reject"] = Field(
        default="mean",
        description="what takes the place of a missing value: the middle of every circle and the mean of elapsed, "
        "or fill; reject refuses rows without a value",
    )
    fill: str | None = Field(default=None, description='the date for missing = "constant", in ISO 8601')
    indicator: bool | None = Field(
        default=None,
        description="whether one more number says that the value was missing; left out: if any was in training",
    )

    @field_validator("parts")
    @classmethod
    def _once(cls, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        if len(set(parts)) < len(parts):
            raise ValueError("each part once is enough")
        return parts

    @model_validator(mode="after")
    def _fill_is_a_date(self) -> Self:
        if self.fill is not None and parse_one(self.fill) == MISSING_INTEGER:
            raise ValueError("fill is a date, such as 2024-02-29 or 2024-02-29T14:05:00Z")
        return self

    def learner(self) -> DatetimeLearner:
        """Return what learns the column."""
        return DatetimeLearner(self)


class DatetimeLearner:
    """Learn the scale of the elapsed time from int64 (n,) instants, or an Arrow string array."""

    def __init__(self, column: DatetimeColumn) -> None:
        self._column = column
        self._scale = ScaleLearner("standard", column.clip)
        self._any_missing = False
        self._texts = 0
        self._unread = 0

    def add(self, values: Any) -> None:
        """Take in the next rows."""
        is_text = self._column.dtype == "string"
        instants = parse(values) if is_text else values
        known = instants != MISSING_INTEGER
        if is_text:
            texts = len(values) - values.null_count
            self._texts += texts
            self._unread += texts - int(np.count_nonzero(known))
        self._scale.add(instants[known] / SECOND)
        self._any_missing = self._any_missing or not known.all()

    def finish(self) -> FittedDatetime:
        """Return the fitted column."""
        indicator = self._any_missing if self._column.indicator is None else self._column.indicator
        scaling, _ = self._scale.finish()
        return FittedDatetime(
            column=self._column, scaling=scaling, indicator=indicator, texts=self._texts, unread=self._unread
        )


class FittedDatetime(Plain):
    """Hold what a datetime column learnt."""

    kind: Literal["datetime"] = "datetime"
    column: DatetimeColumn
    scaling: Scaling
    """Of the seconds since the beginning of 1970."""
    indicator: bool
    texts: int = 0
    """Texts in the training rows."""
    unread: int = 0
    """Those of them that are no dates, and so count as missing."""

    @property
    def width(self) -> int:
        """How many numbers it encodes to."""
        return sum(1 if part == "elapsed" else 2 for part in self.column.parts) + self.indicator

    @cached_property
    def _stand_in(self) -> int:
        """The instant in the place of a missing one; without a fill what it encodes to is put to zero."""
        return 0 if self.column.fill is None else parse_one(self.column.fill)

    def encode(self, values: Any) -> np.ndarray:
        """Return float32 (n, width) from int64 (n,) instants, or an Arrow string array."""
        return self._encode(parse(values) if self.column.dtype == "string" else values)

    def _encode(self, instants: np.ndarray) -> np.ndarray:
        missing = instants == MISSING_INTEGER
        known = np.where(missing, self._stand_in, instants)
        parts = [self._part(part, known) for part in self.column.parts]
        encoded = np.concatenate(parts, axis=1)
        if self.column.fill is None:
            encoded[missing] = 0
        return np.append(encoded, missing[:, None].astype(np.float32), axis=1) if self.indicator else encoded

    def encode_one(self, value: Any) -> tuple[float, ...]:
        """Return the numbers of one value in wire form."""
        instant = parse_one(value) if isinstance(value, str) else value
        missing = instant == MISSING_INTEGER
        numbers: list[float] = []
        for part in self.column.parts:
            numbers.extend(self._one_part(part, self._stand_in if missing else instant))
        if missing and self.column.fill is None:
            numbers = [0.0] * len(numbers)
        return (*numbers, float(missing)) if self.indicator else tuple(numbers)

    def tensorflow(self, tf: Any, values: Any) -> Any:
        """Do as ``encode`` does, as TensorFlow operations on int64 or strings (batch,)."""
        instants = parse_tensors(tf, values) if self.column.dtype == "string" else values
        missing = tf.equal(instants, MISSING_INTEGER)
        known = tf.where(missing, tf.constant(self._stand_in, tf.int64), instants)
        encoded = tf.concat([self._part_tensors(tf, part, known) for part in self.column.parts], axis=1)
        if self.column.fill is None:
            encoded = tf.where(missing[:, None], 0.0, encoded)
        return tf.concat([encoded, tf.cast(missing[:, None], tf.float32)], axis=1) if self.indicator else encoded

    def onnx(self, graph: Any, values: Any) -> Any:
        """Do as ``encode`` does, as ONNX nodes on int64 or strings (batch,)."""
        instants = parse_onnx(graph, values) if self.column.dtype == "string" else values
        missing = instants == MISSING_INTEGER
        known = graph.where(missing, self._stand_in, instants)
        encoded = graph.concat([self._part_onnx(graph, part, known) for part in self.column.parts])
        if self.column.fill is None:
            encoded = graph.where(missing.as_column(), 0.0, encoded)
        return graph.concat([encoded, missing.cast("float32").as_column()]) if self.indicator else encoded

    def _part(self, part: str, instants: np.ndarray) -> np.ndarray:
        if part == "elapsed":
            return self.scaling.encode(instants / SECOND).astype(np.float32)[:, None]
        circle: np.ndarray = _circle(part)[_CLOCKS[part][0](instants)]
        return circle

    def _one_part(self, part: str, instant: int) -> Sequence[float]:
        if part == "elapsed":
            return (self.scaling.encode_one(float(instant) / SECOND),)
        return _places(part)[_CLOCKS[part][0](instant)]

    def _part_tensors(self, tf: Any, part: str, instants: Any) -> Any:
        if part == "elapsed":
            seconds = tf.cast(instants, tf.float64) / SECOND
            return tf.cast(self.scaling.tensorflow(tf, seconds), tf.float32)[:, None]
        return tf.gather(tf.constant(_circle(part)), _CLOCKS[part][0](instants))

    def _part_onnx(self, graph: Any, part: str, instants: Any) -> Any:
        if part == "elapsed":
            seconds = instants.cast("float64") / SECOND
            return self.scaling.onnx(graph, seconds).cast("float32").as_column()
        return graph.gather(_circle(part), _CLOCKS[part][0](instants))
