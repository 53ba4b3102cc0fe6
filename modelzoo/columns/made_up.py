"""Make up a row a model can be asked with: of each column's middle, and of no row of the training."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from .bucketized import FittedBucketized
from .categorical import FittedCategorical
from .datetime import FittedDatetime
from .encoder import Encoder
from .numeric import FittedNumeric
from .raw import RawInput
from .schema import raw_input

_DIGITS = 2


def made_up_row(encoder: Encoder) -> dict[str, Any]:
    """Return a plain value for each raw column: numbers about their mean, the most frequent category, a day.

    Arrays are nested lists of zeros.
    """
    by_raw: dict[str, Any] = {}
    for fitted in encoder.columns:
        raw = raw_input(fitted.column)
        if raw is not None:
            by_raw.setdefault(raw.name, fitted)
    return {raw.name: _value(raw, by_raw[raw.name]) for raw in encoder.raw}


def _value(raw: RawInput, fitted: Any) -> Any:
    if isinstance(fitted, FittedNumeric):
        return _rounded(float(fitted.decode(_middle(fitted))[0]))
    if isinstance(fitted, FittedBucketized):
        return _rounded(fitted.edges[len(fitted.edges) // 2]) if fitted.edges else 0.0
    if isinstance(fitted, FittedCategorical) and fitted.vocabulary:
        return fitted.vocabulary[0]
    if isinstance(fitted, FittedDatetime):
        return _day(fitted.scaling.center)
    if raw.type == "array":
        return _zeros(raw.shape)
    return 1 if raw.type == "integer" else "a"


def _middle(fitted: FittedNumeric) -> Any:
    import numpy as np

    return np.zeros((1, fitted.width), np.float32)


def _rounded(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")


def _day(seconds: float) -> str:
    """Return the noon of the first of the month an instant is in, as text."""
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=min(max(seconds, 0.0), 2e11))
    return f"{instant:%Y-%m}-01T12:00:00Z"


def _zeros(shape: tuple[int, ...]) -> Any:
    return [_zeros(shape[1:]) for _ in range(shape[0])] if shape else 0.0
