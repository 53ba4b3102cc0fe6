"""Hold what all kinds of columns share."""

from __future__ import annotations

from typing import Any, Protocol, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

MISSING_INTEGER = int(np.iinfo(np.int64).min)
"""What stands for a missing integer, or instant, on the wire."""
LEAST_NORMAL = float(np.finfo(np.float64).tiny)


class Plain(BaseModel):
    """Be plain, frozen data that goes through JSON and back unchanged."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    def __eq__(self, other: object) -> bool:
        """Compare the fields alone: cached arrays, which pydantic compares too, have no one truth value."""
        return type(self) is type(other) and all(
            getattr(self, name) == getattr(other, name) for name in type(self).model_fields
        )


class ColumnBase(Plain):
    """Be one entry of a schema."""

    name: str = Field(min_length=1, description="name of the column, unique in the schema")

    def fit(self, values: Any, *sizes: Any) -> Any:
        """Return the column fitted to rows that are all here; see ``Learner``."""
        kind: Any = self
        learner: Learner = kind.learner(*sizes)
        learner.add(values)
        return learner.finish()


class Fillable(ColumnBase):
    """Be an entry with a policy for missing values, ``missing``, and a ``fill`` for the policy constant."""

    @model_validator(mode="after")
    def _fill_belongs(self) -> Self:
        entry: Any = self
        if (entry.missing == "constant") != (entry.fill is not None):
            raise ValueError('missing = "constant" and fill = ... go together: the fill stands for missing values')
        return self


class FillableCategory(Fillable):
    """Be such an entry whose fill is a category, and so of the column's ``dtype``."""

    @model_validator(mode="after")
    def _fill_is_a_value(self) -> Self:
        entry: Any = self
        if entry.fill is not None and not isinstance(entry.fill, int if entry.dtype == "integer" else str):
            raise ValueError(f'fill is a value of the column, whose dtype is "{entry.dtype}"')
        return self


class IdColumn(ColumnBase):
    """Be an entry whose values become ids, 0 for those that have none of their own."""

    wide: bool = Field(default=True, description="one weight a value in the sparse linear part")
    deep: bool = Field(default=True, description="an embedding in the deep part")
    embedding: int | None = Field(
        default=None, ge=1, le=4096, description="size of the embedding; left out: it follows the number of values"
    )

    def embedding_size(self, size: int) -> int:
        """Return the length of the embedding vector for ``size`` ids.

        The rule of thumb 1.6 size^0.56, at most 50, is fast.ai's (Howard & Gugger 2020, chapter 9).
        """
        return self.embedding or max(1, min(50, round(1.6 * size**0.56)))


class Learner(Protocol):
    """Learn a column from its rows, some at a time."""

    def add(self, values: Any) -> None:
        """Take in the next rows: a raw column in wire form, or for a cross the ids of its sources."""

    def finish(self) -> Any:
        """Return the fitted column."""


def flushed(values: np.ndarray) -> np.ndarray:
    """Return float64 with zero, never minus zero, for subnormal numbers.

    TensorFlow takes them for zero or not as its threads are set.
    """
    return np.where(np.abs(values) < LEAST_NORMAL, 0.0, values)


def edges_of_unflushed(edges: np.ndarray) -> np.ndarray:
    """Return float64 edges that numbers are at least equal to where, once flushed, they are to these."""
    beside_zero = np.where(edges > 0, LEAST_NORMAL, -np.nextafter(LEAST_NORMAL, 0))
    return np.where(np.abs(edges) < LEAST_NORMAL, beside_zero, edges)


def flushed_tensors(tf: Any, values: Any) -> Any:
    """Do as ``flushed`` does, as TensorFlow operations."""
    return tf.where(tf.abs(values) < LEAST_NORMAL, tf.constant(0.0, tf.float64), values)


def flushed_onnx(graph: Any, values: Any) -> Any:
    """Do as ``flushed`` does, as ONNX nodes."""
    return graph.where(graph.op("Abs", values) < LEAST_NORMAL, 0.0, values)
