"""Find which ids of an encoder's columns stay: from the crosses back to what they are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..columns.categorical import FittedCategorical
from ..columns.crossed import FittedCrossed, number_combinations
from ..columns.encoder import Encoder
from ..columns.fitted import FittedId
from .reading import IdReading

Ids = np.ndarray | None
"""Some ids of a column, int64 (m,); None for all."""


@dataclass(frozen=True)
class Staying:
    """Say what stays of a column with ids."""

    ids: Ids
    """The old ids, rising from 0."""
    wide: bool
    deep: bool


def staying(encoder: Encoder, readings: Sequence[IdReading]) -> dict[str, Staying]:
    """Return what stays of each column with ids, by name; one that is not among them goes whole."""
    read = {
        layout.name: reading
        for layout, reading in zip(encoder.id_layout, readings, strict=True)
        if reading.wide or reading.deep or reading.rows is None
    }
    held: dict[str, list[Ids]] = {}
    stay: dict[str, Staying] = {}
    for fitted in reversed(encoder.columns):  # crosses stand behind what they are made of
        name = fitted.column.name
        if isinstance(fitted, FittedId) and (name in read or name in held):
            ids = _kept(fitted, read.get(name), held.get(name, ()))
            stay[name] = Staying(ids, *_uses(fitted, read.get(name)))
            if isinstance(fitted, FittedCrossed):
                for source, its_ids in zip(fitted.column.sources, _held(fitted, ids), strict=True):
                    held.setdefault(source, []).append(its_ids)
    return stay


def _uses(fitted: FittedId, reading: IdReading | None) -> tuple[bool, bool]:
    """Return whether a column is wide, and deep: as it was where the ids themselves are read, neither where none is."""
    if reading is None:
        return False, False
    return (fitted.column.wide, fitted.column.deep) if reading.rows is None else (reading.wide, reading.deep)


def shrink_ids(fitted: FittedId, stay: Mapping[str, Staying]) -> FittedId:
    """Return a column with the ids that stay, numbered anew, made of others whose ids were."""
    own = stay[fitted.column.name]
    column = fitted.column.model_copy(update={"wide": own.wide, "deep": own.deep})
    fields = {name: getattr(fitted, name) for name in type(fitted).model_fields} | {"column": column}
    if isinstance(fitted, FittedCategorical):
        fields |= {"vocabulary": _vocabulary(fitted, own.ids)}
    elif isinstance(fitted, FittedCrossed) and not fitted.hashed:
        fields |= _combinations(fitted, own.ids, [stay[source].ids for source in fitted.column.sources])
    return type(fitted)(**fields)


def _kept(fitted: FittedId, reading: IdReading | None, held: Sequence[Ids]) -> Ids:
    """Return the ids that stay: those that differ from 0 to the core, and those that crosses hold.

    One that goes is 0 from then on: so none may go where a cross holds 0.
    """
    is_learnt = isinstance(fitted, FittedCategorical) or (isinstance(fitted, FittedCrossed) and not fitted.hashed)
    rows = np.zeros((fitted.size, 0)) if reading is None else reading.rows
    if not is_learnt or rows is None or any(ids is None or 0 in ids for ids in held):
        return None
    keep = (rows != rows[0]).any(axis=1)[: fitted.size]  # a layer may have rows for ids that never come
    keep[0] = True
    if _has_own(fitted):
        keep[-1] = True
    for ids in held:
        keep[ids] = True
    return np.flatnonzero(keep)


def _held(cross: FittedCrossed, ids: Ids) -> Sequence[Ids]:
    """Return of each source its ids in the combinations that stay; hashed ones are made of all."""
    return [None] * len(cross.sizes) if cross.hashed else _of_sources(cross, ids)


def _of_sources(cross: FittedCrossed, ids: Ids) -> list[np.ndarray]:
    """Return the ids of each source, int64 (n,), in these n combinations."""
    held = cross.combinations()
    return held if ids is None else [each[ids[1:] - 1] for each in held]


def _combinations(cross: FittedCrossed, ids: Ids, sources: Sequence[Ids]) -> dict[str, tuple[int, ...]]:
    """Return the combinations that stay by the new ids of their sources, and the new sizes of these."""
    sizes = tuple(old if new is None else len(new) for old, new in zip(cross.sizes, sources, strict=True))
    renumbered = [
        held if new is None else np.searchsorted(new, held)
        for held, new in zip(_of_sources(cross, ids), sources, strict=True)
    ]
    return {"sizes": sizes, "vocabulary": tuple(number_combinations(renumbered, sizes).tolist())}


def _vocabulary(fitted: FittedCategorical, ids: Ids) -> tuple[Any, ...]:
    if ids is None:
        return fitted.vocabulary
    values = ids[1:-1] if _has_own(fitted) else ids[1:]
    return tuple(fitted.vocabulary[place - 1] for place in values.tolist())


def _has_own(fitted: FittedId) -> bool:
    """Whether its last id is that of missing values."""
    return isinstance(fitted, FittedCategorical) and fitted.column.missing == "own"
