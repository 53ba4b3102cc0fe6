"""What a core reads of its encoded inputs, and what of them is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class IdReading:
    """Say what a core makes of one position of ``ids``."""

    rows: np.ndarray | None
    """float32 (size, k): for each id the numbers that reach the rest of the core, those of the wide table and of the
    embedding side by side; ids with equal rows are one to the core. None where a layer reads the ids themselves."""
    wide: bool
    """Whether the wide part reads it."""
    deep: bool
    """Whether an embedding of it is read."""


@dataclass(frozen=True)
class Reading:
    """Say what a core reads: at least one input of all."""

    dense: np.ndarray
    """bool (d,), by position of ``dense``."""
    ids: tuple[IdReading, ...]
    """By position of ``ids``."""
    arrays: Mapping[str, bool]
    """By the encoded name of an array."""


@dataclass(frozen=True)
class KeptIds:
    """Say what is kept of one position of ``ids``."""

    place: int
    """The position it had."""
    ids: np.ndarray
    """int64 (m,): the id that each new one was; the first is 0."""
    wide: bool
    deep: bool


@dataclass(frozen=True)
class Kept:
    """Say what a smaller encoder hands on, in its own order."""

    dense: np.ndarray
    """int64 (n,): the position of ``dense`` that each new one was."""
    ids: tuple[KeptIds, ...]
    arrays: Mapping[str, str]
    """The new encoded name of each array kept, by its old one."""


@dataclass(frozen=True)
class Removal:
    """Count something before and after."""

    what: str
    """In words for people, such as ``units of hidden_1``."""
    before: int
    after: int
