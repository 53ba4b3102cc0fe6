"""Categorical columns: a vocabulary learnt from the training rows."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, StrictInt, StrictStr

from . import lookup
from .base import IdColumn, Plain
from .wire import MISSING_INTEGER


class CategoricalColumn(IdColumn):
    """Encode a value as its place in the vocabulary: 0 unseen or missing, 1 the most frequent, and so on."""

    kind: Literal["categorical"] = "categorical"
    dtype: Literal["string", "integer"] = Field(
        default="string", description="what the raw values are; booleans count as integers"
    )
    min_count: int = Field(default=1, ge=1, description="how often a value must occur to get an id of its own")
    max_size: int = Field(default=10_000, ge=1, le=100_000_000, description="most values that get an id of their own")

    def fit(self, values: Any) -> FittedCategorical:
        """Learn the vocabulary from an Arrow string array, or int64 (n,), in wire form."""
        if self.dtype == "integer":
            seen = values[values != MISSING_INTEGER]
            vocabulary = lookup.by_frequency(seen, min_count=self.min_count, max_size=self.max_size).tolist()
        else:
            vocabulary = self._frequent_strings(values)
        return FittedCategorical(column=self, vocabulary=tuple(vocabulary))

    def _frequent_strings(self, values: pa.Array) -> list[str]:
        counted = pc.value_counts(pc.drop_null(values))
        table = pa.table({"value": counted.field("values"), "count": counted.field("counts")})
        frequent = table.filter(pc.greater_equal(table["count"], self.min_count))
        ordered = frequent.sort_by([("count", "descending"), ("value", "ascending")])
        return list(ordered["value"].slice(0, self.max_size).to_pylist())


class FittedCategorical(Plain):
    """Hold what a categorical column learnt."""

    kind: Literal["categorical"] = "categorical"
    column: CategoricalColumn
    vocabulary: tuple[StrictStr, ...] | tuple[StrictInt, ...]

    @property
    def size(self) -> int:
        """Number of ids, 0 included."""
        return len(self.vocabulary) + 1

    @cached_property
    def _strings(self) -> pa.Array:
        return pa.array(self.vocabulary, pa.string())

    @cached_property
    def _integers(self) -> np.ndarray:
        return np.asarray(self.vocabulary, np.int64)

    def encode(self, values: Any) -> np.ndarray:
        """Return int32 (n,) from the wire form: an Arrow string array, or int64 (n,)."""
        if self.column.dtype == "integer":
            return lookup.find(self._integers, values)
        if not self.vocabulary:
            return np.zeros(len(values), np.int32)
        places = pc.fill_null(pc.index_in(values, self._strings), -1)
        return np.asarray(places, np.int32) + np.int32(1)

    def table(self, tf: Any) -> Any:
        """Return the lookup table ``tensorflow`` needs, or None; a graph must not make its own at each call."""
        if self.column.dtype == "integer" or not self.vocabulary:
            return None
        pairs = tf.lookup.KeyValueTensorInitializer(
            tf.constant(list(self.vocabulary), tf.string), tf.range(1, self.size, dtype=tf.int32)
        )
        return tf.lookup.StaticHashTable(pairs, default_value=0)

    def tensorflow(self, tf: Any, values: Any, table: Any) -> Any:
        """Do as ``encode`` does, as TensorFlow operations on strings or int64 (batch,)."""
        if self.column.dtype == "integer":
            return lookup.find_tensors(tf, self._integers, values)
        if not self.vocabulary:
            return tf.zeros(tf.shape(values), tf.int32)
        return table.lookup(values)

    def decode(self, encoded: np.ndarray) -> np.ndarray:
        """Return the likeliest value, object (n,), from float32 (n, size); None for unseen or missing."""
        values: np.ndarray = np.array([None, *self.vocabulary], dtype=object)[encoded.argmax(axis=1)]
        return values

    def decode_tensorflow(self, tf: Any, encoded: Any) -> Any:
        """Do as ``decode`` does, as TensorFlow operations: strings or int64 (batch,) in wire form."""
        if self.column.dtype == "integer":
            values = tf.constant([MISSING_INTEGER, *self.vocabulary], tf.int64)
        else:
            values = tf.constant(["", *self.vocabulary], tf.string)
        return tf.gather(values, tf.argmax(encoded, axis=1))
