"""Categorical columns: a vocabulary learnt from the training rows."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

import numpy as np
from pydantic import Field, StrictInt, StrictStr

from ..lazy import pa, pc
from .base import MISSING_INTEGER, FillableCategory, IdColumn, Plain
from .lookup import NumberTable, look_up
from .statistics import Counts


class CategoricalColumn(IdColumn, FillableCategory):
    """Encode a value as its place in the vocabulary: 0 unseen, 1 the most frequent, and so on."""

    kind: Literal["categorical"] = "categorical"
    dtype: Literal["string", "integer"] = Field(
        default="string", description="what the raw values are; booleans count as integers"
    )
    min_count: int = Field(default=1, ge=1, description="how often a value must occur to get an id of its own")
    max_size: int = Field(default=10_000, ge=1, le=100_000_000, description="most values that get an id of their own")
    missing: Literal["unseen", "own", "constant", "reject"] = Field(
        default="unseen",
        description="what a missing value counts as: one unseen in training; a category of its own; the value fill; "
        "reject refuses rows without a value",
    )
    fill: StrictStr | StrictInt | None = Field(default=None, description='the value for missing = "constant"')

    def learner(self) -> CategoricalLearner:
        """Return what learns the column."""
        return CategoricalLearner(self)


class CategoricalLearner:
    """Learn the vocabulary from an Arrow string array, or int64 (n,), in wire form."""

    def __init__(self, column: CategoricalColumn) -> None:
        self._column = column
        self._counts = Counts()

    def add(self, values: Any) -> None:
        """Take in the next rows."""
        is_integer = self._column.dtype == "integer"
        self._counts.add(pa.array(values[values != MISSING_INTEGER]) if is_integer else pc.drop_null(values))

    def finish(self) -> FittedCategorical:
        """Return the fitted column."""
        column = self._column
        vocabulary = self._counts.by_frequency(min_count=column.min_count, max_size=column.max_size)
        return FittedCategorical(column=column, vocabulary=tuple(vocabulary.to_pylist()))


class FittedCategorical(Plain):
    """Hold what a categorical column learnt."""

    kind: Literal["categorical"] = "categorical"
    column: CategoricalColumn
    vocabulary: tuple[StrictStr, ...] | tuple[StrictInt, ...]

    @property
    def size(self) -> int:
        """Number of ids, 0 included."""
        return len(self.vocabulary) + (2 if self.column.missing == "own" else 1)

    @cached_property
    def missing_id(self) -> int:
        """The id of a missing value."""
        if self.column.missing == "own":
            return len(self.vocabulary) + 1
        return self._ids.get(self.column.fill, 0)

    @cached_property
    def _ids(self) -> dict[Any, int]:
        return {value: place for place, value in enumerate(self.vocabulary, start=1)}

    @cached_property
    def _ids_of_all(self) -> dict[Any, int]:
        """The ids by value in wire form, of a missing one too."""
        return {**self._ids, "" if self.column.dtype == "string" else MISSING_INTEGER: self.missing_id}

    @cached_property
    def _strings(self) -> pa.Array:
        return pa.array(self.vocabulary, pa.string())

    @cached_property
    def _integers(self) -> NumberTable:
        return NumberTable(self.vocabulary)  # type: ignore[arg-type]  # of integers, where it is asked for

    def encode(self, values: Any) -> np.ndarray:
        """Return int32 (n,) from the wire form: Arrow strings, also as a dictionary, or int64 (n,)."""
        if self.column.dtype == "integer":
            found = self._integers.find(values)
            return np.where(values == MISSING_INTEGER, np.int32(self.missing_id), found) if self.missing_id else found
        if isinstance(values, pa.DictionaryArray):
            return look_up(self.encode(values.dictionary), values.indices, self.missing_id)
        places = pc.index_in(values, self._strings) if self.vocabulary else pa.nulls(len(values), pa.int32())
        ids: np.ndarray = pc.fill_null(places, -1).to_numpy(zero_copy_only=False) + np.int32(1)
        if self.missing_id and values.null_count:
            ids[values.is_null().to_numpy(zero_copy_only=False)] = self.missing_id
        return ids

    def encode_one(self, value: Any) -> int:
        """Return the id of one value in wire form."""
        return self._ids_of_all.get(value, 0)

    def table(self, tf: Any) -> Any:
        """Return the lookup table ``tensorflow`` needs, or None; a graph must not make its own at each call."""
        if self.column.dtype == "integer" or not (self.vocabulary or self.missing_id):
            return None
        ids = {**self._ids, "": self.missing_id}
        pairs = tf.lookup.KeyValueTensorInitializer(
            tf.constant(list(ids), tf.string), tf.constant(list(ids.values()), tf.int32)
        )
        return tf.lookup.StaticHashTable(pairs, default_value=0)

    def tensorflow(self, tf: Any, values: Any, table: Any) -> Any:
        """Do as ``encode`` does, as TensorFlow operations on strings or int64 (batch,)."""
        if self.column.dtype == "integer":
            found = self._integers.tensorflow(tf, values)
            return tf.where(tf.equal(values, MISSING_INTEGER), self.missing_id, found)
        return tf.zeros(tf.shape(values), tf.int32) if table is None else table.lookup(values)

    def onnx(self, graph: Any, values: Any) -> Any:
        """Do as ``encode`` does, as ONNX nodes; the ids are int64."""
        missing = MISSING_INTEGER if self.column.dtype == "integer" else ""
        return graph.lookup(values, {**self._ids, missing: self.missing_id})

    def decode(self, encoded: np.ndarray) -> np.ndarray:
        """Return the likeliest value, object (n,), from float32 (n, size); None for unseen or missing."""
        values: np.ndarray = np.array([None, *self.vocabulary, None], dtype=object)[encoded.argmax(axis=1)]
        return values

    def decode_tensorflow(self, tf: Any, encoded: Any) -> Any:
        """Do as ``decode`` does, as TensorFlow operations: strings or int64 (batch,) in wire form."""
        values = tf.constant(self._decoded, tf.int64 if self.column.dtype == "integer" else tf.string)
        return tf.gather(values, tf.argmax(encoded, axis=1))

    def decode_onnx(self, graph: Any, encoded: Any) -> Any:
        """Do as ``decode`` does, as ONNX nodes; what comes out is as from ``decode_tensorflow``."""
        values = graph.constant(self._decoded, "int64" if self.column.dtype == "integer" else "string")
        return graph.gather(values, graph.op("ArgMax", encoded, dtype="int64", axis=1, keepdims=0))

    @property
    def _decoded(self) -> list[Any]:
        """The value of each id in wire form."""
        missing = MISSING_INTEGER if self.column.dtype == "integer" else ""
        return [missing, *self.vocabulary, missing]
