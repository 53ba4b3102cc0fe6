"""Score rows batch by batch."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa
from modelzoo_registry import ColumnError, DataError, Fault
from modelzoo_registry.suggest import did_you_mean

from ..columns.table import read_wire, require_columns
from ..data import Stream, open_rows, to_table
from ..data.estimate import row_bytes
from ..data.parts import TablePart
from ..data.stream import Batch
from ..data.unify import plain
from .bad_rows import SkippedRow, bad_rows, skipped_rows
from .scorer import TableScorer
from .window import ordered

BATCH_ROWS = 32_768
"""Most rows of a batch: what it costs, whatever its rows, is then little, and its columns stay in the cache."""
_BATCH_BYTES = 8 * 2**20
"""Bytes of rows that make a batch, if they are fewer."""
_HELD = 64 * 10**6
"""Bytes of text files that are read into memory whole; longer ones are written to temporary files first."""


class Rows(Protocol):
    """Hand out rows in batches: a ``Stream``, or a ``LineStream``."""

    @property
    def schema(self) -> pa.Schema:
        """The columns."""

    @property
    def rows(self) -> int | None:
        """How many rows there are, if anybody knows."""

    def batches(self, columns: Sequence[str], *, size: int, dictionaries: Collection[str] = ()) -> Iterator[Batch]:
        """Yield the rows in order, at most ``size`` at a time, with the number of the first of them, from 0."""


@dataclass(frozen=True)
class Scored:
    """Hold what became of a batch of rows."""

    table: pa.Table
    """Kept columns, and predictions."""
    skipped: Sequence[SkippedRow] = ()

    @property
    def rows(self) -> int:
        """How many rows the batch had."""
        return int(self.table.num_rows) + len(self.skipped)


def open_file(path: Path, *, columns: Sequence[str] | None, text: Sequence[str]) -> Stream:
    """Return the rows of files: of Parquet from where they lie, of short text files from memory.

    Long CSV and JSON Lines files are written to temporary Parquet files once, as in training: the type of a column is
    told by all its values.

    Args:
        path: CSV, Parquet or JSON Lines files; see ``to_table``.
        columns: names for CSV files without a header line.
        text: columns of CSV files to read as the text they are written as.

    Raises:
        DataError: when files are missing, damaged or do not fit together.
    """
    from ..data.paths import expand

    memory = 0 if expand(path)[0].suffix.lower() == ".parquet" else _HELD
    opened = open_rows(path, columns=columns, text=text, memory=memory)
    if isinstance(opened, Stream):
        return opened
    return Stream([TablePart(to_table(opened, columns=columns, text=text), str(path))], str(path))


class BulkScorer:
    """Score rows in batches, with the columns to keep, and skip rows that do not fit if that is wanted."""

    def __init__(self, scorer: TableScorer, rows: Rows, *, keep: Sequence[str] = (), skip: bool = False) -> None:
        """Look at the columns, before any row is scored.

        Args:
            scorer: what scores a batch.
            rows: what is scored.
            keep: columns of the rows to hand out before the predictions.
            skip: whether to pass over rows whose values do not fit, instead of raising.

        Raises:
            ColumnError: naming the columns that are not there, and those that are named as one of the predictions.
        """
        self._scorer = scorer
        self._rows = rows
        self._keep = tuple(dict.fromkeys(keep))
        self._skip = skip
        head = plain(pa.Table.from_batches([], rows.schema))
        require_columns(scorer.inputs, head)
        _check_kept(self._keep, head.column_names, scorer)
        self._kept = head.select(self._keep).schema

    @property
    def schema(self) -> pa.Schema:
        """The columns that are handed out, and their types."""
        return pa.schema([*self._kept, *self._scorer.no_rows.schema])

    def batches(self, *, size: int = BATCH_ROWS, workers: int | None = None) -> Generator[Scored, None, None]:
        """Yield all rows in order, scored, some at a time.

        Args:
            size: most rows of a batch.
            workers: how many threads score; None takes as many as make sense.

        Raises:
            DataError: naming the first rows of a batch whose values do not fit, by their numbers among all rows; also
                when rows are skipped, for columns of a type in which no value fits.
        """
        names = list(dict.fromkeys([raw.name for raw in self._scorer.inputs] + list(self._keep)))
        texts = {raw.name for raw in self._scorer.inputs if raw.type == "string" and not raw.dates}
        width = self._scorer.row_bytes + row_bytes(self._kept)
        size = max(1, min(size, _BATCH_BYTES // width))
        batches = self._rows.batches(names, size=size, dictionaries=texts)
        return ordered(self._score, batches, workers=workers or self._scorer.workers)

    def _score(self, batch: Batch) -> Scored:
        """Score one batch."""
        first_row, table = batch[0] + 1, batch[1]
        try:
            return Scored(self._predicted(table))
        except ColumnError:
            raise
        except DataError:
            table = plain(table)
            reasons = bad_rows(self._scorer.inputs, table, first_row=first_row) if self._skip else None
            if reasons:
                return self._without(reasons, table, first_row)
            read_wire(self._scorer.inputs, table, first_row=first_row)  # tells the rows by their own numbers
            raise

    def _without(self, reasons: Mapping[int, str], table: pa.Table, first_row: int) -> Scored:
        """Score the rows of a batch but for those at these places."""
        is_good = [place not in reasons for place in range(table.num_rows)]
        skipped = skipped_rows(table, reasons, first_row=first_row)
        return Scored(self._predicted(table.filter(pa.array(is_good))), skipped)

    def _predicted(self, table: pa.Table) -> pa.Table:
        """Return kept columns and predictions."""
        predictions = self._scorer.score(table) if table.num_rows else self._scorer.no_rows
        if not self._keep:
            return predictions
        kept = plain(table.select(self._keep))
        return pa.table([*kept.columns, *predictions.columns], names=[*kept.column_names, *predictions.column_names])


def _check_kept(keep: Sequence[str], names: Sequence[str], scorer: TableScorer) -> None:
    """Raise ColumnError naming the columns that cannot be kept."""
    missing = [Fault(name, f"is not there.{did_you_mean(name, names)}") for name in keep if name not in names]
    if missing:
        raise ColumnError(f"the data lacks columns to keep (it has: {', '.join(names)})", missing)
    taken = set(scorer.no_rows.column_names) if keep else set()
    clashes = [Fault(name, "is what a column of the predictions is called") for name in keep if name in taken]
    if clashes:
        raise ColumnError("columns cannot be kept: give them another name in the data", clashes)
