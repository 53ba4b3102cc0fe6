"""Tell what in an encoder from a file cannot have been learnt: each number may be allowed, and all of them not."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from modelzoo_registry import Fault, SchemaError

from .array import FittedArray
from .base import MISSING_INTEGER
from .bucketized import FittedBucketized
from .categorical import FittedCategorical
from .crossed import FittedCrossed
from .datetime import FittedDatetime
from .encoder import Encoder
from .fitted import FittedId
from .numeric import FittedNumeric
from .scaling import Ranks

_MOST_NUMBERS = 2**31
"""Numbers one row's array may have."""


def inconsistencies(encoder: Encoder) -> list[Fault]:
    """Return all that cannot be, under the paths of ``encoder.json``."""
    try:
        encoder.source_schema.check()
    except SchemaError as error:
        return list(error.faults)
    faults = []
    sizes: dict[str, int] = {}
    for place, fitted in enumerate(encoder.columns):
        faults += [Fault(f"columns.{place}", f"{fitted.column.name!r} {words}") for words in _wrong(fitted, sizes)]
        if isinstance(fitted, FittedId):
            sizes[fitted.column.name] = fitted.size
    return faults


def _wrong(fitted: Any, sizes: Mapping[str, int]) -> Iterator[str]:
    """Yield what is wrong with one column; ``sizes`` holds the numbers of ids of those before it."""
    if isinstance(fitted, FittedCategorical):
        yield from _wrong_vocabulary(fitted)
    elif isinstance(fitted, FittedBucketized):
        if not _rise(fitted.edges):
            yield "has edges that do not rise"
    elif isinstance(fitted, FittedCrossed):
        yield from _wrong_cross(fitted, sizes)
    elif isinstance(fitted, FittedNumeric | FittedDatetime):
        if (fitted.scaling.ranks is None) == (fitted.scaling.scale == "quantile"):
            yield "has ranks where its scale is not quantile, or none where it is"
        elif fitted.scaling.ranks is not None:
            yield from _wrong_ranks(fitted.scaling.ranks)
    elif isinstance(fitted, FittedArray):
        yield from _wrong_array(fitted)


def _wrong_vocabulary(fitted: FittedCategorical) -> Iterator[str]:
    values: tuple[Any, ...] = fitted.vocabulary
    kind, missing = (int, MISSING_INTEGER) if fitted.column.dtype == "integer" else (str, "")
    if values and not isinstance(values[0], kind):  # all are of one type
        yield f"has a vocabulary that is not of dtype {fitted.column.dtype}"
        return
    distinct = set(values)
    if len(distinct) < len(values) or missing in distinct:
        yield "has a value in its vocabulary twice, or the missing one"
    if kind is int and values and not -(2**63) < min(values) <= max(values) < 2**63:
        yield "has values in its vocabulary that are no 64-bit integers"


def _wrong_cross(fitted: FittedCrossed, sizes: Mapping[str, int]) -> Iterator[str]:
    if fitted.sizes != tuple(sizes.get(source) for source in fitted.column.sources):
        yield "has sources that are not before it, or not of the sizes it says"
    combinations = math.prod(fitted.sizes)
    if not 0 < combinations < 2**63:
        yield "has more combinations than can be numbered"
    if fitted.vocabulary and not 0 <= min(fitted.vocabulary) <= max(fitted.vocabulary) < combinations:
        yield "has combinations in its vocabulary that there are not"
    if len(set(fitted.vocabulary)) < len(fitted.vocabulary):
        yield "has a combination in its vocabulary twice"


def _wrong_ranks(ranks: Ranks) -> Iterator[str]:
    if len(ranks.knots) != len(ranks.ranks) or not _rise(ranks.knots):
        yield "has knots that do not rise, or not as many ranks"
    elif any(low > high for low, high in pairwise((0.0, *ranks.ranks, 1.0))):
        yield "has ranks that fall, or are not between 0 and 1"


def _wrong_array(fitted: FittedArray) -> Iterator[str]:
    shape = fitted.column.shape
    if math.prod(shape) >= _MOST_NUMBERS:
        yield "has more numbers than an array may have"
    if len(fitted.center) != len(fitted.spread) or len(fitted.center) not in (1, shape[-1]):
        yield "has a center and a spread that are not of its shape"
    if min(fitted.spread, default=0) <= 0 or fitted.limit <= 0:
        yield "has a spread or limit that is not above 0"


def _rise(numbers: Sequence[float]) -> bool:
    return all(low < high for low, high in pairwise(numbers))
