"""Prune a trained model: leave out of core and encoder what changes no prediction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..columns.categorical import FittedCategorical
from ..columns.encoder import Encoder
from ..columns.raw import RawInput
from ..columns.schema import raw_input
from ..columns.target import Target
from .encoder import shrink
from .reading import Removal

_KNOWN = {"categorical": "values", "hashed": "buckets", "bucketized": "buckets", "crossed": "combinations"}


@dataclass(frozen=True)
class Pruned:
    """Hold what is left of a model, and what of it is gone."""

    core: Any
    """The Keras model, from what the encoder hands on."""
    encoder: Encoder
    removals: tuple[Removal, ...] = ()
    ignored: tuple[RawInput, ...] = ()
    """The raw columns that are no longer read, and need not be given."""
    barriers: tuple[str, ...] = ()
    """The layers that are left as they are, since pruning does not know them."""


def prune(core: Any, encoder: Encoder, target: Target) -> Pruned:
    """Return a smaller model of the same predictions, within rounding; of one without zeros the model itself.

    A model for reconstruction predicts its inputs, and so keeps them all. A column whose schema refuses rows that
    lack it may lack where it is no longer read.
    """
    from .core import survey_core

    survey = survey_core(core, keep_inputs=target.task == "reconstruction")
    smaller, kept = shrink(encoder, survey.reading)
    rewritten, removed = survey.rewrite(kept)
    parameters = Removal("parameters", core.count_params(), rewritten.count_params())
    removals = tuple(one for one in (*_of_columns(encoder, smaller), *removed, parameters) if one.before != one.after)
    if not removals and smaller == encoder:
        return Pruned(core, encoder, barriers=survey.barriers)
    read = {raw.name for raw in smaller.raw}
    ignored = tuple(raw for raw in encoder.raw if raw.name not in read)
    return Pruned(rewritten, smaller, removals, ignored, survey.barriers)


def _of_columns(before: Encoder, after: Encoder) -> Iterator[Removal]:
    """Count raw columns, then what each entry with ids knows; one whose raw column is gone is counted with that."""
    yield Removal("input columns", len(before.raw), len(after.raw))
    left = {fitted.column.name: fitted for fitted in after.columns}
    read = {raw.name for raw in after.raw}
    for fitted in before.columns:
        raw = raw_input(fitted.column)
        if fitted.kind in _KNOWN and (raw is None or raw.name in read):
            smaller = left.get(fitted.column.name)
            what = f"{_KNOWN[fitted.kind]} of {fitted.column.name}"
            yield Removal(what, _known(fitted), 0 if smaller is None else _known(smaller))


def _known(fitted: Any) -> int:
    """Return how many values, buckets or combinations an entry with ids tells apart."""
    vocabulary: int = len(fitted.vocabulary) if isinstance(fitted, FittedCategorical) else fitted.size - 1
    return vocabulary
