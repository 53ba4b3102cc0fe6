"""Tell of texts that were taken for missing since they are no dates."""

from __future__ import annotations

from modelzoo_registry import DataError, Fault

from .datetime import FittedDatetime
from .encoder import Encoder


def unread_dates(encoder: Encoder) -> list[str]:
    """Return a line for each column of dates of which some texts in the training rows are none.

    Raises:
        DataError: naming every column of which no text is a date.
    """
    dates = [fitted for fitted in encoder.columns if isinstance(fitted, FittedDatetime) and fitted.unread]
    faults = [
        Fault(
            fitted.column.name,
            f"none of its {fitted.texts:,} texts is a date in ISO 8601, such as 2024-02-29 14:05. "
            "Write them so, or read the column as another kind",
        )
        for fitted in dates
        if fitted.unread == fitted.texts
    ]
    if faults:
        raise DataError("the data does not fit the schema", faults)
    return [
        f"{fitted.unread:,} of {fitted.texts:,} texts in {fitted.column.name!r} are no dates in ISO 8601: "
        "they count as missing"
        for fitted in dates
    ]
