"""Name the kinds of fitted columns, and encode one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from .array import FittedArray
from .bucketized import BucketizedColumn, FittedBucketized
from .categorical import FittedCategorical
from .crossed import CrossedColumn, FittedCrossed
from .datetime import FittedDatetime
from .hashed import FittedHashed
from .numeric import FittedNumeric

FittedDense = FittedNumeric | FittedDatetime
"""What becomes numbers."""
FittedId = FittedCategorical | FittedHashed | FittedBucketized | FittedCrossed
"""What becomes ids."""
Fitted = Annotated[
    FittedNumeric | FittedCategorical | FittedHashed | FittedBucketized | FittedCrossed | FittedDatetime | FittedArray,
    Field(discriminator="kind"),
]


def is_used(fitted: FittedId) -> bool:
    """Whether the core reads these ids; a column may be there only to be crossed."""
    return fitted.column.wide or fitted.column.deep


def source_of(column: Any, wire: Mapping[str, Any], ids: Mapping[str, Any]) -> Any:
    """Return what a column of a schema is made of: a raw column in wire form, or for a cross the ids of its sources."""
    if isinstance(column, CrossedColumn):
        return [ids[source] for source in column.sources]
    return wire[column.source if isinstance(column, BucketizedColumn) else column.name]


def encode_column(fitted: Fitted, wire: Mapping[str, Any], ids: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return a column encoded on the host, (n, ...)."""
    encoded: np.ndarray = fitted.encode(source_of(fitted.column, wire, ids))
    return encoded
