"""What a core reads of its inputs, as its surveyed calls say it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from ..core.calls import Result
from .passes import Found
from .reading import IdReading, Kept, Reading
from .rules.base import Rule, width
from .rules.given import Given
from .rules.ids import Chosen, Embedded, Wide


def reading_of(found: Found, *, keep_inputs: bool) -> Reading:
    """Return what a core reads of its inputs; with ``keep_inputs``, all of them as they are."""
    inputs = {rule.call.name: rule for rule in found.rules if isinstance(rule, Given)}
    dense, ids = inputs.pop("dense", None), inputs.pop("ids", None)
    return Reading(
        dense=np.zeros(0, bool) if dense is None else found.read_of(dense),
        ids=() if ids is None else _ids(found, width(ids.call.results[0]), keep_inputs=keep_inputs),
        arrays={name: found.is_read(rule) for name, rule in inputs.items()},
    )


def check(kept: Kept, reading: Reading) -> None:
    """Check that what is kept has all that is read.

    Raises:
        ValueError: naming every input it leaves out.
    """
    places = {each.place: each for each in kept.ids}
    gone = [f"dense {place}" for place in np.setdiff1d(np.flatnonzero(reading.dense), kept.dense)]
    for place, read in enumerate(reading.ids):
        ids = places[place].ids if place in places else None
        is_read = read.wide or read.deep or read.rows is None
        is_whole = ids is not None and (read.rows is not None or np.array_equal(ids, np.arange(len(ids))))
        gone += [f"ids {place}"] * (is_read and not is_whole)
    gone += [name for name, is_read in reading.arrays.items() if is_read and name not in kept.arrays]
    if gone:
        raise ValueError(f"what is kept lacks what the core reads: {', '.join(gone)}")


def _ids(found: Found, count: int, *, keep_inputs: bool) -> tuple[IdReading, ...]:
    """Gather, for each position, what the table of the wide part and the embeddings make of it."""
    wide, deep = defaultdict[int, list[np.ndarray]](list), defaultdict[int, list[np.ndarray]](list)
    as_they_are = set(range(count)) if keep_inputs else set()
    for rule in filter(found.is_read, found.rules):
        if isinstance(rule, Wide):
            for place, rows in rule.rows(found.read_of(rule)).items():
                wide[place].append(rows)
        elif isinstance(rule, Embedded):
            deep[rule.place].append(rule.rows(found.units[rule.call.results[0].number], found.read_of(rule)))
        elif not isinstance(rule, Chosen):
            as_they_are.update(place for result in rule.call.inputs for place in _places(result, found.rules))
    sizes = _sizes(found.rules)

    def reading(place: int) -> IdReading:
        size = sizes.get(place, 0)
        tables = [np.zeros((size, 0), np.float32), *wide[place], *deep[place]]
        rows = np.concatenate([table[:size] for table in tables], axis=1)
        return IdReading(None if place in as_they_are else rows, bool(wide[place]), bool(deep[place]))

    return tuple(map(reading, range(count)))


def _places(result: Result, rules: Sequence[Rule]) -> Sequence[int]:
    """Return the positions of ``ids`` that a tensor holds."""
    maker = rules[result.maker]
    if isinstance(maker, Chosen):
        return [maker.place]
    return range(width(result)) if isinstance(maker, Given) and maker.call.name == "ids" else []


def _sizes(rules: Sequence[Rule]) -> dict[int, int]:
    """Return how many ids each position has, as far as tables tell, read or not.

    A plugin's own table may have rows for ids that never come; one for too few would have failed.
    """
    sizes: dict[int, int] = {}
    for rule in rules:
        looked_up = {}
        if isinstance(rule, Wide):
            looked_up = dict(zip(rule.layer.places, rule.layer.sizes, strict=True))
        elif isinstance(rule, Embedded):
            looked_up = {rule.place: rule.layer.input_dim}
        sizes.update((place, min(size, sizes.get(place, size))) for place, size in looked_up.items())
    return sizes
