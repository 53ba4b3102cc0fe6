"""Rows that are ready to be trained on: what a training asks of them, and those that are held in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
from modelzoo_registry import DataError

from ..artifacts.run import Provenance
from ..columns import Encoder, Schema, infer_schema
from ..columns.keep import keep_rows
from ..columns.target import Target, has_target
from ..columns.unread import unread_dates
from .chunks import Encoded, Examples


class Prepared(Protocol):
    """Be the rows of a training, wherever they are held."""

    @property
    def target(self) -> Target:
        """What is predicted."""

    @property
    def provenance(self) -> Provenance:
        """Where the rows come from."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed and left out."""

    @property
    def count(self) -> int:
        """How many rows are trained on."""

    @property
    def streamed(self) -> bool:
        """Whether they are read anew for each pass over them."""

    def infer_schema(self) -> tuple[Schema, list[str]]:
        """Return what each column of the training rows is, and a line on each that is left out."""

    def fit_encoder(self, schema: Schema | None) -> tuple[Encoder, list[str]]:
        """Return the encoder of the training rows, a line on each column left out, and on texts that are no dates."""

    def encode(self, encoder: Encoder) -> Examples:
        """Return the training rows encoded."""

    def encode_validation(self, encoder: Encoder) -> Examples | None:
        """Return the validation rows that have a target encoded, or None when there are none to validate on."""

    def keep(self, encoder: Encoder) -> pa.Table:
        """Return some of the raw training rows, to try exports on."""

    def let_go(self) -> None:
        """Drop the raw rows once they are encoded, unless they are read anew for each pass; they count no more."""

    def close(self) -> None:
        """Let go of what was opened for the rows."""


class FittingRows:
    """Fit the encoder of rows, wherever these are held: all but how they are gone through."""

    def fit_encoder(self, schema: Schema | None) -> tuple[Encoder, list[str]]:
        """See ``Prepared``."""
        left_out: list[str] = []
        if schema is None:
            schema, left_out = self.infer_schema()
        encoder = self.learn_encoder(schema)
        return encoder, [*left_out, *unread_dates(encoder)]

    def infer_schema(self) -> tuple[Schema, list[str]]:
        """See ``Prepared``."""
        raise NotImplementedError

    def learn_encoder(self, schema: Schema) -> Encoder:
        """Return the encoder of the training rows."""
        raise NotImplementedError


@dataclass
class Rows(FittingRows):
    """Hold the training rows, the validation rows if any, the target, and what was assumed and left out."""

    train: pa.Table
    valid: pa.Table | None
    """Rows given to validate on are all here, also those without a target."""
    target: Target
    provenance: Provenance
    notes: tuple[str, ...] = ()
    weights: np.ndarray | None = None
    """What each training row weighs, float64 (n,); None when all weigh alike."""
    valid_weights: np.ndarray | None = None
    """What each validation row weighs, float64 (n,), in the same unit."""
    given: int | None = None
    """How many rows were given; None: those trained on. Numbers of rows are told by their span."""

    @property
    def count(self) -> int:
        """How many rows are trained on."""
        return int(self.train.num_rows)

    @property
    def streamed(self) -> bool:
        """See ``Prepared``."""
        return False

    def infer_schema(self) -> tuple[Schema, list[str]]:
        """See ``Prepared``."""
        labels = None if self.target.name is None else self.target.read(self.train)[:, 0]
        return infer_schema(self.target.features(self.train), labels, rows=self.given)

    def learn_encoder(self, schema: Schema) -> Encoder:
        """See ``FittingRows``."""
        return Encoder.fit(schema, self.target.features(self.train))

    def encode(self, encoder: Encoder) -> Encoded:
        """See ``Prepared``."""
        return Encoded(encoder.encode(self.train), self.target.read(self.train), _short(self.weights))

    def encode_validation(self, encoder: Encoder) -> Encoded | None:
        """See ``Prepared``."""
        return None if self.valid is None else encode_known(encoder, self.target, self.valid, self.valid_weights)

    def keep(self, encoder: Encoder) -> pa.Table:
        """See ``Prepared``."""
        return keep_rows(encoder.raw, self.train)

    def let_go(self) -> None:
        """See ``Prepared``."""
        self.train = pa.table({})
        self.valid = None
        pa.default_memory_pool().release_unused()

    def close(self) -> None:
        """See ``Prepared``; nothing was opened."""


def encode_known(encoder: Encoder, target: Target, table: pa.Table, weights: np.ndarray | None) -> Encoded:
    """Encode all rows to validate on, then leave out those without a target: faults name rows as they were given."""
    try:
        inputs = encoder.encode(table)
        if target.name is None:
            return Encoded(inputs, target.read(table), _short(weights))
        known = has_target(table, target.name)
        stand_ins = pa.array(np.where(known, np.arange(known.size), known.argmax()))
        targets = target.encode(table.column(target.name).take(stand_ins))
    except DataError as error:
        raise type(error)(f"validation: {error.title}", error.faults) from error
    return Encoded(inputs, targets, _short(weights)).take(np.flatnonzero(known))


def _short(weights: np.ndarray | None) -> np.ndarray | None:
    return None if weights is None else weights.astype(np.float32)
