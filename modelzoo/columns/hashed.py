"""Hashed columns: ids for values that nobody listed."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import Field, StrictInt, StrictStr

from ..lazy import pa
from .base import MISSING_INTEGER, FillableCategory, IdColumn, Plain
from .fingerprint import bucket, fingerprint64, fingerprint64_one
from .lookup import look_up


class HashedColumn(IdColumn, FillableCategory):
    """Encode a value as 1 + its fingerprint modulo the number of buckets, and a missing one as 0.

    Nothing is learnt, so values never seen in training have ids too; different values may share one. The
    fingerprint is TensorFlow's, as in its ``categorical_column_with_hash_bucket``; integers are hashed as they
    are written.
    """

    kind: Literal["hashed"] = "hashed"
    dtype: Literal["string", "integer"] = Field(
        default="string", description="what the raw values are; booleans count as integers"
    )
    buckets: int = Field(default=1000, ge=2, le=100_000_000, description="number of buckets")
    missing: Literal["own", "constant", "reject"] = Field(
        default="own",
        description="what a missing value counts as: a category of its own, or the value fill; "
        "reject refuses rows without a value",
    )
    fill: StrictStr | StrictInt | None = Field(default=None, description='the value for missing = "constant"')

    def learner(self) -> HashedLearner:
        """Return what learns the column."""
        return HashedLearner(self)


class HashedLearner:
    """Learn nothing: the ids are known beforehand."""

    def __init__(self, column: HashedColumn) -> None:
        self._column = column

    def add(self, values: Any) -> None:
        """Pass over the rows."""

    def finish(self) -> FittedHashed:
        """Return the fitted column."""
        return FittedHashed(column=self._column)


class FittedHashed(Plain):
    """Encode what a hashed column describes."""

    kind: Literal["hashed"] = "hashed"
    column: HashedColumn

    @property
    def size(self) -> int:
        """Number of ids, 0 included."""
        return self.column.buckets + 1

    @property
    def missing_id(self) -> int:
        """The id of a missing value."""
        return 0 if self.column.fill is None else self._bucket(str(self.column.fill))

    def encode(self, values: Any) -> np.ndarray:
        """Return int32 (n,) from the wire form: Arrow strings, also as a dictionary, or int64 (n,)."""
        if isinstance(values, np.ndarray):
            values = pa.array(values, mask=values == MISSING_INTEGER).cast(pa.string())
        different = values.dictionary_encode()
        buckets = bucket(fingerprint64(different.dictionary), self.column.buckets)
        return look_up(buckets + np.int32(1), different.indices, self.missing_id)

    def encode_one(self, value: Any) -> int:
        """Return the id of one value in wire form."""
        return self.missing_id if value in ("", MISSING_INTEGER) else self._bucket(str(value))

    def tensorflow(self, tf: Any, values: Any) -> Any:
        """Do as ``encode`` does, as TensorFlow operations on strings or int64 (batch,)."""
        is_integer = self.column.dtype == "integer"
        texts = tf.strings.as_string(values) if is_integer else values
        ids = tf.cast(tf.strings.to_hash_bucket_fast(texts, self.column.buckets), tf.int32) + 1
        return tf.where(tf.equal(values, MISSING_INTEGER if is_integer else ""), self.missing_id, ids)

    def _bucket(self, text: str) -> int:
        return fingerprint64_one(text) % self.column.buckets + 1
