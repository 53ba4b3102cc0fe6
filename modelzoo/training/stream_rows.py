"""Prepare rows that are streamed: look through them, infer their schema of a sample, fit their encoder to all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from numbers import Real
from typing import Any

import numpy as np
import pyarrow as pa
from modelzoo_registry.training import time_split

from ..artifacts.run import Provenance
from ..columns import Encoder, Schema, infer_schema
from ..columns.against import check_against
from ..columns.keep import keep_rows
from ..columns.stray import stray_texts
from ..columns.target import Target
from ..columns.wire import gather_faults
from ..data.opening import open_rows
from ..data.stream import Stream
from .chunks import Examples
from .prepared import FittingRows, encode_known
from .reading import Reading, Selection, select_rows
from .rows import REMEDY, TARGET_REMEDY, check_steps, make_provenance, read_validation, text_columns
from .streamed import PORTION, StreamedExamples
from .survey import Sieve, Survey, survey, survey_given
from .weights import ClassWeight

SAMPLE_ROWS = 200_000
"""Rows from which a schema is inferred; fewer, where there are many columns."""
_SAMPLE_CELLS = 20_000_000


@dataclass(frozen=True)
class StreamedRows(FittingRows):
    """Be the rows of a training that are read anew for each pass over them; see ``Prepared``."""

    stream: Stream
    survey: Survey
    selection: Selection
    features: Sequence[str]
    validation: Any
    """What was given to validate on."""
    provenance: Provenance
    memory: int
    """Bytes that encoded rows may take."""
    _opened: ExitStack = field(default_factory=ExitStack)
    """What is to be closed with the stream."""

    @property
    def target(self) -> Target:
        """What is predicted."""
        return self.survey.target

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed and left out, and that the rows are streamed."""
        rows, size = self.stream.rows, _readable(self.stream.nbytes)
        streamed = f"{rows:,} rows, about {size} encoded, are streamed: memory = {_readable(self.memory)}"
        return (*self.survey.notes, streamed)

    @property
    def count(self) -> int:
        """How many rows are trained on."""
        return self.survey.train

    @property
    def streamed(self) -> bool:
        """See ``Prepared``."""
        return True

    def infer_schema(self) -> tuple[Schema, list[str]]:
        """Return what each column of a sample of the training rows is, and a line on each that is left out."""
        sample = self._sample()
        labels = None if self.target.name is None else self.target.read(sample)[:, 0]
        return infer_schema(sample.select(self.features), labels, rows=self.stream.rows)

    def learn_encoder(self, schema: Schema) -> Encoder:
        """Return the encoder of all training rows."""
        return Encoder.fit_portions(schema, self._training_portions)

    def encode(self, encoder: Encoder) -> Examples:
        """Return the training rows, encoded as they are read."""
        return StreamedExamples(self.stream, encoder, self.survey, "train", self.memory)

    def encode_validation(self, encoder: Encoder) -> Examples | None:
        """Return the rows held back, encoded as they are read, or those given, held in memory if they fit."""
        if self.survey.valid:
            return StreamedExamples(self.stream, encoder, self.survey, "valid", self.memory)
        if self.validation is None or isinstance(self.validation, Real):
            return None
        given = self.validation
        if not isinstance(given, tuple) and self.selection.validation_steps is None:
            columns, text = self.selection.columns, self.selection.text
            given = open_rows(given, columns=columns, text=text, memory=self.memory)
        if isinstance(given, Stream):
            self._opened.enter_context(given)
            found = survey_given(given, self.survey, [raw.name for raw in encoder.raw])
            return StreamedExamples(given, encoder, found, "valid", self.memory)
        valid, weights = read_validation(given, self.selection, self.target.name)
        scaled = None if weights is None else weights / self.survey.mean_weight
        return encode_known(encoder, self.target, valid, scaled)

    def keep(self, encoder: Encoder) -> pa.Table:
        """See ``Prepared``; these are of the first portion that is trained on."""
        portions = self._training_portions([raw.name for raw in encoder.raw])
        table, chosen = next((table, chosen) for _, table, chosen in portions if chosen.any())
        return keep_rows(encoder.raw, table.filter(pa.array(chosen)))

    def let_go(self) -> None:
        """See ``Prepared``; nothing is held."""

    def close(self) -> None:
        """Remove the files that rows were converted to, if any."""
        self._opened.close()
        self.stream.close()

    def _training_portions(self, columns: Sequence[str]) -> Iterator[tuple[int, pa.Table, np.ndarray]]:
        names = dict.fromkeys([*columns, *self.survey.sieve.columns])
        for first_row, table in self.stream.batches(list(names)):
            yield first_row, table, self.survey.sort(first_row, table).train

    def _sample(self) -> pa.Table:
        """Return training rows spread evenly over all of them."""
        most = max(1, _SAMPLE_CELLS // len(self.stream.schema))
        size = min(SAMPLE_ROWS, most, self.survey.train)
        wanted = np.arange(size) * self.survey.train // size
        pieces, seen = [], 0
        names = dict.fromkeys([*self.features, *self.survey.sieve.columns])
        for first_row, table in self.stream.batches(list(names), size=min(most, PORTION)):
            rows = np.flatnonzero(self.survey.sort(first_row, table).train)
            low, high = np.searchsorted(wanted, [seen, seen + rows.size])
            pieces.append(table.take(rows[wanted[low:high] - seen]))
            seen += rows.size
        return pa.concat_tables(pieces)


def prepare_stream(
    data: Any,
    stream: Stream,
    selection: Selection,
    validation: Any,
    seed: int,
    class_weight: ClassWeight | None,
    memory: int,
) -> StreamedRows:
    """Return rows to train and to validate on, as ``prepare_rows`` does of those in memory.

    What a fraction holds back is drawn row by row, so that of each class it is about that part.

    Args:
        data: what the rows were given as.
        stream: the rows.
        selection: target, task, columns, weights and schema.
        validation: see ``prepare_rows``.
        seed: decides which rows a fraction takes.
        class_weight: ``balanced``, or weights by label.
        memory: bytes that encoded rows may take.

    Raises:
        ColumnError, DataError: as ``prepare_rows`` does.
        SpecError: about class weights that fit no class.
    """
    by_time = time_split(validation)
    selection = replace(selection, time=by_time.column if by_time else None)
    read = select_rows(stream.schema.empty_table(), None, selection)
    _check_values(stream, read, selection)
    check_steps(validation, selection)
    sieve = Sieve(read.target, selection.weight, selection.time, seed=seed)
    found = survey(stream, sieve, selection.task, by_time or validation, class_weight)
    provenance = make_provenance(data, validation, selection, read.table)
    selection = replace(selection, text=provenance.text)
    features = [name for name in read.table.column_names if name != read.target]
    given = None if by_time else validation
    return StreamedRows(stream, found, selection, features, given, provenance, memory)


def _check_values(stream: Stream, read: Reading, selection: Selection) -> None:
    """Refuse what ``check_values`` does; values that cannot become what a schema says are found as they are read."""
    work = []
    texts = [] if selection.schema else text_columns(read.table)
    remedies = {name: REMEDY.format(name) for name in texts if name != read.target}
    if read.target in text_columns(read.table) and selection.task is None:
        remedies[read.target] = TARGET_REMEDY
    if remedies:
        work.append(partial(stray_texts, remedies, stream.batches))
    if selection.schema:
        work.append(partial(check_against, selection.schema, read.table, read.target))
    gather_faults("the data cannot be used", work)


def _readable(size: int) -> str:
    return f"{size / 1e9:.3g} GB" if size >= 1e9 else f"{size / 1e6:.3g} MB"
