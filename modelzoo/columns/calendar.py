"""Reckon with dates: one arithmetic for numbers, NumPy arrays and tensors, all of them int64.

An instant is the microseconds since the beginning of 1970, UTC. The arithmetic is that of Howard Hinnant's
"chrono-Compatible Low-Level Date Algorithms"; only + - * // % are used, all of which round down.
"""

from __future__ import annotations

from typing import Any

SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE
_DAYS_TO_1970 = 719_468
"""From the first of March of the year 0, where these years begin."""
_DAYS_OF_400_YEARS = 146_097


def days_from_date(year: Any, month: Any, day: Any) -> Any:
    """Return the days since the beginning of 1970 of a date of the Gregorian calendar."""
    of_year_before = (14 - month) // 12  # 1 in January and February
    years = year - of_year_before
    day_of_year = (153 * (month + 12 * of_year_before - 3) + 2) // 5 + day - 1
    era = years // 400
    year_of_era = years - era * 400
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * _DAYS_OF_400_YEARS + day_of_era - _DAYS_TO_1970


def day_and_month(days: Any) -> tuple[Any, Any]:
    """Return the day of the month from 1 and the month from 1 of days since the beginning of 1970."""
    shifted = days + _DAYS_TO_1970
    day_of_era = shifted % _DAYS_OF_400_YEARS
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_from_march = (5 * day_of_year + 2) // 153
    return day_of_year - (153 * month_from_march + 2) // 5 + 1, (month_from_march + 2) % 12 + 1


def minute_of_day(instants: Any) -> Any:
    """Return 0 to 1439."""
    return instants % DAY // MINUTE


def day_of_week(instants: Any) -> Any:
    """Return 0 for Monday to 6 for Sunday."""
    return (instants // DAY + 3) % 7


def month_of_year(instants: Any) -> Any:
    """Return 0 for January to 11 for December."""
    return day_and_month(instants // DAY)[1] - 1
