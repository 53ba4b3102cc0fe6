"""What reads the packed ids: the choice of one position, embeddings, and the table of the wide part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import keras
import numpy as np

from ...core.calls import Call
from ...core.wide import WideLogits
from ..reading import Kept
from .base import Part, Rule, Step, Units, is_of_one, numbers, options, width
from .given import Given


class Chosen(Rule):
    """One position of ``ids``: what ``ids[:, place]`` calls."""

    @classmethod
    def of(cls, call: Call, below: Sequence[Rule]) -> Chosen | None:
        """Return the rule for a call, or None where it does not fit."""
        if len(call.args) != 2 or call.kwargs or len(call.inputs) != 1 or not _reads_ids(call, below):
            return None
        key = call.args[1]
        chosen = (
            isinstance(key, tuple) and len(key) == 2 and key[0] == slice(None) and isinstance(key[1], int | np.integer)
        )
        return cls(call) if chosen else None

    @property
    def place(self) -> int:
        """The position it had, counted from 0."""
        return int(self.call.args[1][1]) % width(self.call.inputs[0])

    def constants(self, given: Sequence[Units]) -> list[Units]:  # noqa: ARG002
        """Nothing is known."""
        return [Units.unknown(self.call.results[0])]

    def reads(self, given: Sequence[Units], needed: np.ndarray) -> list[np.ndarray | None]:  # noqa: ARG002
        """It reads its position."""
        return [np.arange(len(given[0].varies)) == self.place]

    def rewrite(self, parts: Sequence[Part | None], step: Step) -> list[Part]:  # noqa: ARG002
        """Return the position it has now."""
        part = cast("Part", parts[0])
        (place,) = np.flatnonzero(part.present == self.place).tolist()
        return [Part(self.layer(part.tensor, (slice(None), place)), np.zeros(1, np.int64))]


class Embedded(Rule):
    """Look up the numbers that are needed of the ids that are left."""

    def __init__(self, call: Call, place: int) -> None:
        super().__init__(call)
        self.place = place

    @classmethod
    def of(cls, call: Call, below: Sequence[Rule]) -> Embedded | None:
        """Return the rule for a call, or None where it does not fit."""
        layer = call.operation
        if not is_of_one(call) or layer.mask_zero or layer.quantization_mode or layer.lora_enabled:
            return None
        chosen = below[call.inputs[0].maker]
        return cls(call, chosen.place) if isinstance(chosen, Chosen) else None

    def rows(self, units: Units, needed: np.ndarray) -> np.ndarray:
        """Return float32 (size, m): what reaches the rest of the core of each id."""
        return self._table[:, needed & units.varies].astype(np.float32)

    def constants(self, given: Sequence[Units]) -> list[Units]:  # noqa: ARG002
        """A number that is equal for all ids is the same for every row."""
        return [Units.known((self._table != self._table[0]).any(axis=0), self._table[0])]

    def reads(self, given: Sequence[Units], needed: np.ndarray) -> list[np.ndarray | None]:  # noqa: ARG002
        """It reads the id."""
        return [np.ones(1, bool)]

    def rewrite(self, parts: Sequence[Part | None], step: Step) -> list[Part]:
        """Return the layer with fewer rows and columns."""
        ids, units = _kept_ids(step.kept)[self.place], np.flatnonzero(step.needed)
        new = keras.layers.Embedding(len(ids), len(units), embeddings_initializer="zeros", **options(self.layer))
        tensor = new(cast("Part", parts[0]).tensor)
        new.set_weights([self._table[np.ix_(ids, units)]])
        return [Part(tensor, units)]

    @property
    def _table(self) -> np.ndarray:
        return numbers(self.layer.embeddings)


class Wide(Rule):
    """Add up the rows that are left of the columns that have a weight."""

    @classmethod
    def of(cls, call: Call, below: Sequence[Rule]) -> Wide | None:
        """Return the rule for a call, or None where it does not fit."""
        once = len(set(call.operation.places)) == len(call.operation.places)
        return cls(call) if is_of_one(call) and _reads_ids(call, below) and once else None

    def rows(self, needed: np.ndarray) -> dict[int, np.ndarray]:
        """Return float32 (size, m) for each position that is read: the weights of its ids."""
        rows = {place: rows[:, needed].astype(np.float32) for place, rows in self._rows.items()}
        weighty = {place: each for place, each in rows.items() if each.any()}
        smallest = min(rows, key=lambda place: len(rows[place]))
        return weighty or {smallest: rows[smallest]}

    def constants(self, given: Sequence[Units]) -> list[Units]:  # noqa: ARG002
        """A unit without a weight is its bias for every row."""
        return [Units.known((numbers(self.layer.table) != 0).any(axis=0), numbers(self.layer.bias))]

    def reads(self, given: Sequence[Units], needed: np.ndarray) -> list[np.ndarray | None]:
        """It reads the columns with a weight, and one where none has."""
        return [np.isin(np.arange(len(given[0].varies)), list(self.rows(needed)))]

    def rewrite(self, parts: Sequence[Part | None], step: Step) -> list[Part]:
        """Return the layer with fewer columns, ids and units."""
        part, kept, units = cast("Part", parts[0]), _kept_ids(step.kept), np.flatnonzero(step.needed)
        read, table = self.rows(step.needed), self._rows
        places = [place for place in part.present.tolist() if place in read]
        rows = [table[place][np.ix_(kept[place], units)] for place in places]
        now = [int(np.flatnonzero(part.present == place)[0]) for place in places]
        new = WideLogits(now, [len(each) for each in rows], len(units), **options(self.layer))
        tensor = new(part.tensor)
        new.set_weights([np.concatenate(rows), numbers(self.layer.bias)[units]])
        return [Part(tensor, units)]

    @property
    def _rows(self) -> dict[int, np.ndarray]:
        """The rows of the table that belong to each position."""
        ends = np.cumsum(self.layer.sizes)[:-1]
        return dict(zip(self.layer.places, np.split(numbers(self.layer.table), ends), strict=True))


def _reads_ids(call: Call, below: Sequence[Rule]) -> bool:
    """Whether what a call is given is the core's input of packed ids."""
    maker = below[call.inputs[0].maker]
    return isinstance(maker, Given) and maker.call.name == "ids"


def _kept_ids(kept: Kept) -> Mapping[int, np.ndarray]:
    """Return the ids that are kept of each position there was."""
    return {each.place: each.ids for each in kept.ids}
