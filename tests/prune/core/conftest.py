"""Prune cores built by hand, and compare what they predict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from modelzoo.prune.reading import Kept, KeptIds, Reading

SIZE = 5
"""How many ids each position has in these tests."""


def keep_what_is_read(reading: Reading) -> Kept:
    """Do as a smaller encoder does: positions that nothing reads go, ids with equal rows become one."""
    read = [place for place, each in enumerate(reading.ids) if each.wide or each.deep or each.rows is None]
    names = [name for name, is_read in reading.arrays.items() if is_read]
    return Kept(
        dense=np.flatnonzero(reading.dense),
        ids=tuple(
            KeptIds(place, _first_of_each(reading.ids[place].rows), reading.ids[place].wide, reading.ids[place].deep)
            for place in read
        ),
        arrays={name: f"array_{place}" for place, name in enumerate(names)},
    )


def _first_of_each(rows: np.ndarray | None) -> np.ndarray:
    return np.arange(SIZE) if rows is None else np.sort(np.unique(rows, axis=0, return_index=True)[1])


def encode_less(rows: dict[str, np.ndarray], kept: Kept, reading: Reading) -> dict[str, np.ndarray]:
    """Return encoded rows as the smaller encoder would hand them on."""
    less = {new: rows[old] for old, new in kept.arrays.items()}
    if len(kept.dense):
        less["dense"] = rows["dense"][:, kept.dense]
    if kept.ids:
        less["ids"] = np.stack([_renumbered(rows["ids"][:, each.place], each, reading) for each in kept.ids], axis=1)
    return less


def _renumbered(ids: np.ndarray, kept: KeptIds, reading: Reading) -> np.ndarray:
    rows = reading.ids[kept.place].rows
    if rows is None:
        return ids
    return np.array([next(new for new, old in enumerate(kept.ids) if (rows[old] == rows[each]).all()) for each in ids])


@dataclass(frozen=True)
class Pruned:
    """A core without what it does not need."""

    core: Any
    reading: Reading
    barriers: tuple[str, ...]
    removals: list[tuple[str, int, int]]

    def weights(self, name: str) -> list[Any]:
        return [weight.numpy().tolist() for weight in self.core.get_layer(name).weights]

    def once_more(self) -> tuple[Any, ...]:
        """Prune what is left, and return what is removed."""
        from modelzoo.prune.core import survey_core

        survey = survey_core(self.core, keep_inputs=False)
        return survey.rewrite(keep_what_is_read(survey.reading))[1]

    @property
    def layers(self) -> list[str]:
        return [layer.name for layer in self.core.layers]


@pytest.fixture(scope="session")
def rows_of():
    """Return a maker of encoded rows for a core."""

    def make(core):
        draw = np.random.default_rng(3)
        rows = {}
        for name, tensor in core.input.items():
            shape = (64, *tensor.shape[1:])
            rows[name] = draw.integers(0, SIZE, shape) if name == "ids" else draw.normal(size=shape).astype(np.float32)
        return rows

    return make


@pytest.fixture(scope="session")
def pruned(rows_of):
    """Return a pruner: it surveys and rewrites, and asserts that predictions are as before, and the core untouched."""
    from modelzoo.prune.core import survey_core

    def prune(core, *, keep_inputs=False, within=1e-6):
        rows = rows_of(core)
        before, weights = core(rows).numpy(), core.get_weights()
        outputs = [layer.output for layer in core.layers]

        survey = survey_core(core, keep_inputs=keep_inputs)
        kept = keep_what_is_read(survey.reading)
        smaller, removals = survey.rewrite(kept)

        less = encode_less(rows, kept, survey.reading)
        assert set(less) == set(smaller.input)
        np.testing.assert_allclose(smaller(less).numpy(), before, rtol=within, atol=within)
        assert smaller.name == core.name
        assert all(layer.output is output for layer, output in zip(core.layers, outputs, strict=True))
        assert all(np.array_equal(now, old) for now, old in zip(core.get_weights(), weights, strict=True))
        np.testing.assert_array_equal(core(rows).numpy(), before)
        counts = [(each.what, each.before, each.after) for each in removals]
        return Pruned(smaller, survey.reading, survey.barriers, counts)

    return prune
