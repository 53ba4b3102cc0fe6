"""Store some raw rows of a training in its run, to try exports on."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from modelzoo_registry import DamagedArtifactError

KEPT = "rows.arrow"


def write_rows(rows: pa.Table, path: Path) -> None:
    """Write rows in Arrow's file format."""
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, rows.schema) as writer:
        writer.write_table(rows)


def read_kept(folder: Path) -> pa.Table | None:
    """Return the rows; None of a run from before they were kept.

    Raises:
        DamagedArtifactError: when the file holds no rows.
    """
    path = folder / KEPT
    if not path.is_file():
        return None
    try:
        with pa.OSFile(str(path)) as file:
            return pa.ipc.open_file(file).read_all()
    except (OSError, pa.ArrowInvalid) as error:
        raise DamagedArtifactError(f"{path} cannot be read: {error}") from error
