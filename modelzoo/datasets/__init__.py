"""Ship small real tables, to try things on.

``diamonds``: prices and attributes of 53,940 round-cut diamonds.
``digits``: 1,797 images of handwritten digits, 8×8 pixels each.
DIAMONDS.md and DIGITS.md beside this file say where they come from.
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
from modelzoo_registry import DataError
from modelzoo_registry.suggest import did_you_mean

from ..data import files

NAMES = MappingProxyType({"diamonds": "diamonds.parquet", "digits": "digits.parquet"})
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
    ``digits``: image (fixed-shape tensor (8, 8) of uint8, 0 to 16), digit (int64, 0 to 9). As NumPy (n, 8, 8) the
    images are ``load("digits")["image"].combine_chunks().to_numpy_ndarray()``.

    Raises:
        DataError: for a name that is not one, naming those there are.
    """
    return files.read(path(name))
