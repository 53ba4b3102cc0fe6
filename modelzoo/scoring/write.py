"""Write scored rows: to a file that is there whole or not at all, or line by line to standard output."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import pyarrow as pa

from ..artifacts.atomic import staged_file
from ..data.files import write_json_lines
from ..data.writing import table_writer
from .bad_rows import SkippedRow
from .bulk import Scored
from .progress import Progress


@dataclass(frozen=True)
class Written:
    """Count what was written."""

    rows: int
    """Predictions."""
    skipped: int
    """Rows without one."""


def side_file(out: Path) -> Path:
    """Return where the skipped rows go of predictions that go to a file: ``scored.skipped.jsonl``."""
    return out.with_name(f"{out.stem}.skipped.jsonl")


def write_file(scored: Iterable[Scored], schema: pa.Schema, out: Path, progress: Progress) -> Written:
    """Write predictions to a file by its suffix, and the rows that were skipped, if any, to the one beside it.

    Either file is written beside its place, flushed, and put there in one step, when all rows are done; when something
    fails, both stay as they were. What was skipped at another time is removed when now nothing is.

    Raises:
        DataError: when the file cannot be written, or not hold these columns.
    """
    rows = skipped = 0
    with SkippedRows(side_file(out)) as aside, table_writer(out, schema) as writer:
        for batch in scored:
            writer.write(batch.table)
            aside.write(batch.skipped)
            rows += batch.table.num_rows
            skipped += len(batch.skipped)
            progress.move(batch.rows)
    return Written(rows, skipped)


def write_lines(scored: Iterable[Scored], sink: IO[bytes], told: IO[str]) -> Written:
    """Write predictions as JSON Lines as they come, and of each row that was skipped number and reason elsewhere."""
    rows = skipped = 0
    for batch in scored:
        write_json_lines(batch.table, sink)
        sink.flush()
        told.writelines(f"row {row.row:,} skipped: {row.reason}\n" for row in batch.skipped)
        rows += batch.table.num_rows
        skipped += len(batch.skipped)
    return Written(rows, skipped)


class SkippedRows:
    """Write skipped rows to a file as JSON Lines; make it when there is one, put it in place when all went well."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stack = ExitStack()
        self._file: IO[str] | None = None

    def write(self, rows: Iterable[SkippedRow]) -> None:
        """Write the next rows."""
        for row in rows:
            if self._file is None:
                stage = self._stack.enter_context(staged_file(self._path))
                self._file = self._stack.enter_context(stage.open("w", encoding="utf-8"))
            self._file.write(row.to_json() + "\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.__exit__(kind, error, at)
        if kind is None and self._file is None:
            self._path.unlink(missing_ok=True)
