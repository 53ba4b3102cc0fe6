"""Ship small real tables, to try things on.

``diamonds``: prices and attributes of 53,940 round-cut diamonds. See DIAMONDS.md beside this file for where
they come from.
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
from modelzoo_registry import DataError
from modelzoo_registry.suggest import did_you_mean

from ..data import files

NAMES = MappingProxyType({"diamonds": "diamonds.parquet"})
"""The data sets, and the file of each."""


def path(name: str) -> Path:
    """Return the file of a data set.

    Raises:
        DataError: for a name that is not one, naming those there are.
    """
    if name not in NAMES:
        raise DataError(f"no data set is called {name!r}.{did_you_mean(name, NAMES)} Data sets: {', '.join(NAMES)}")
    return Path(__file__).with_name(NAMES[name])


def load(name: str) -> pa.Table:
    """Return a data set as an Arrow table.

    ``diamonds``: carat, depth, table, x, y, z (float64), cut, color, clarity (string), price in US dollars (int64).

    Raises:
        DataError: for a name that is not one, naming those there are.
    """
    return files.read(path(name))
