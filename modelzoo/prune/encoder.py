"""Shrink an encoder to what a core reads."""

from __future__ import annotations

import numpy as np

from ..columns.array import FittedArray
from ..columns.encoder import Encoder
from ..columns.fitted import Fitted, FittedDense
from .ids import Staying, shrink_ids, staying
from .reading import Kept, KeptIds, Reading


def shrink(encoder: Encoder, reading: Reading) -> tuple[Encoder, Kept]:
    """Return an encoder of what is read alone, and where in the old one's output that stood.

    Columns that nothing reads are gone, unless a cross that is read is made of them. So are values of a vocabulary,
    and combinations of a cross, that are to the core what an unseen one is: they encode to 0 from then on.

    Args:
        encoder: the encoder of a core.
        reading: what that core reads of it.
    """
    places = _places(encoder)
    arrays = [name for name in encoder.array_shapes if reading.arrays[name]]
    stay = staying(encoder, reading.ids)

    def is_read(fitted: Fitted) -> bool:
        name = fitted.column.name
        if isinstance(fitted, FittedDense):
            return bool(reading.dense[places[name]].any())
        return encoder.array_name(name) in arrays if isinstance(fitted, FittedArray) else name in stay

    kept = tuple(fitted for fitted in encoder.columns if is_read(fitted))
    dense = [places[fitted.column.name] for fitted in kept if isinstance(fitted, FittedDense)]
    smaller = Encoder(columns=tuple(_smaller(fitted, stay) for fitted in kept))
    return smaller, Kept(
        dense=np.concatenate([np.empty(0, np.int64), *dense]),
        ids=_kept_ids(encoder, stay),
        arrays={name: f"array_{place}" for place, name in enumerate(arrays)},
    )


def _places(encoder: Encoder) -> dict[str, np.ndarray]:
    """Return the positions of each column in ``dense``, int64 (width,), by its name."""
    places: dict[str, np.ndarray] = {}
    at = 0
    for fitted in encoder.columns:
        if isinstance(fitted, FittedDense):
            places[fitted.column.name] = np.arange(at, at + fitted.width)
            at += fitted.width
    return places


def _smaller(fitted: Fitted, stay: dict[str, Staying]) -> Fitted:
    return fitted if isinstance(fitted, FittedDense | FittedArray) else shrink_ids(fitted, stay)


def _kept_ids(encoder: Encoder, stay: dict[str, Staying]) -> tuple[KeptIds, ...]:
    """Return what is kept of each position of ``ids`` that is still read."""
    kept: list[KeptIds] = []
    for place, layout in enumerate(encoder.id_layout):
        one = stay.get(layout.name)
        if one is not None and (one.wide or one.deep):
            ids = np.arange(layout.size) if one.ids is None else one.ids
            kept.append(KeptIds(place, ids, one.wide, one.deep))
    return tuple(kept)
