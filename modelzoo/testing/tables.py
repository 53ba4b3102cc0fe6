"""Small tables with something to learn in them, one for each kind of model there may be. Imports no TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from modelzoo_registry import Task

from ..columns import Encoder, Schema
from ..columns.target import Target

TARGET = "y"
_COUNT = 128
_CLASSES = ("high", "low", "middle")


@dataclass(frozen=True, eq=False)
class Table:
    """Hold columns, what they are, and a quantity that follows from them."""

    name: str
    schema: Schema
    columns: Mapping[str, Any]
    score: np.ndarray
    """float64 (n,): what targets are made of."""

    def labelled(self, task: Task) -> tuple[dict[str, Any], str | None]:
        """Return the columns with the target of a task, and the name of that target, if there is one."""
        if task == "reconstruction":
            return dict(self.columns), None
        return {**self.columns, TARGET: self._target(task)}, TARGET

    def target(self, task: Task) -> Target:
        """Return what the zoo knows of that target."""
        labels = {"binary": ("no", "yes"), "multiclass": _CLASSES}.get(task, ())
        return Target(name=None if task == "reconstruction" else TARGET, task=task, labels=labels)

    @cached_property
    def encoder(self) -> Encoder:
        """The schema fitted to the columns."""
        return Encoder.fit(self.schema, self._table)

    @cached_property
    def encoded(self) -> Mapping[str, np.ndarray]:
        """The columns as a core takes them."""
        return self.encoder.encode(self._table)

    @cached_property
    def _table(self) -> pa.Table:
        return pa.table({name: _arrow(values) for name, values in self.columns.items()})

    def _target(self, task: Task) -> Any:
        if task == "regression":
            return self.score.tolist()
        if task == "binary":
            return np.where(self.score > np.median(self.score), "yes", "no").tolist()
        thirds = np.digitize(self.score, np.quantile(self.score, [0.33, 0.66]))
        return [("low", "middle", "high")[third] for third in thirds]


def _arrow(values: Any) -> Any:
    return pa.FixedShapeTensorArray.from_numpy_ndarray(values) if isinstance(values, np.ndarray) else values


def _mixed() -> Table:
    """Numbers with gaps, text, buckets and a cross: every part of a core has columns."""
    area, rooms, town, score = _draw()
    entries: list[dict[str, Any]] = [
        {"kind": "numeric", "name": "area"},
        {"kind": "numeric", "name": "rooms"},
        {"kind": "categorical", "name": "town"},
        {"kind": "bucketized", "name": "area_cut", "source": "area", "buckets": 4},
        {"kind": "crossed", "name": "both", "sources": ["area_cut", "town"]},
    ]
    return Table("numbers, text and crosses", _schema(*entries), {"area": area, "rooms": rooms, "town": town}, score)


def _numbers() -> Table:
    area, rooms, _, score = _draw()
    entries = ({"kind": "numeric", "name": name} for name in ("area", "rooms"))
    return Table("numbers alone", _schema(*entries), {"area": area, "rooms": rooms}, score)


def _text() -> Table:
    _, _, town, score = _draw()
    return Table("text alone", _schema({"kind": "categorical", "name": "town"}), {"town": town}, score)


def _pictures() -> Table:
    draw = np.random.default_rng(3)
    pictures = draw.integers(0, 256, (_COUNT, 8, 8)).astype(np.float32)
    score = pictures[:, :4].mean(axis=(1, 2)) - pictures[:, 4:].mean(axis=(1, 2))
    entry = {"kind": "array", "name": "picture", "shape": [8, 8]}
    return Table("pictures alone", _schema(entry), {"picture": pictures}, score)


def _draw() -> tuple[list[float | None], list[int], list[str], np.ndarray]:
    draw = np.random.default_rng(7)
    area, rooms = draw.normal(100, 30, _COUNT), draw.integers(1, 9, _COUNT)
    town = draw.choice(["Bonn", "Köln", "Ulm"], _COUNT)
    score = 3 * area + 20 * rooms + 80 * (town == "Ulm")
    gaps: list[float | None] = [None if row % 13 == 5 else value for row, value in enumerate(area.tolist())]
    return gaps, rooms.tolist(), town.tolist(), score


def _schema(*entries: Mapping[str, Any]) -> Schema:
    return Schema.model_validate({"columns": entries})


TABLES = tuple(make() for make in (_mixed, _numbers, _text, _pictures))
"""The first has columns of most kinds; a model is trained on the first of them that it takes."""
