"""``zoo predict``: score the rows of a file, or of standard input, with a run or an export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from .parse import parse_names


@click.command("predict")
@click.argument("run_or_export", type=click.Path(path_type=Path))
@click.option(
    "--data", required=True, help="Rows: a CSV, Parquet or JSON Lines file; - reads JSON Lines from standard input."
)
@click.option("--columns", metavar="A,B,C", help="Names for a CSV without a header line; else those of training.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="File to write, by suffix .csv, .parquet or .jsonl; else standard output.",
)
def command(run_or_export: Path, data: str, columns: str | None, out: Path | None) -> None:
    """Predict the rows of a file with a run or an export.

    Writes one line a row, in order: the predicted number, or the likeliest label with the probability of each.
    Standard output gets JSON Lines.
    """
    from ..data.files import read_json_lines, write, write_json_lines

    rows = read_json_lines(sys.stdin.buffer, "standard input") if data == "-" else data
    scorer = _load(run_or_export)
    table = _table(scorer, scorer.predict(rows, columns=parse_names(columns)))
    if out is None:
        write_json_lines(table, sys.stdout.buffer)
    else:
        write(table, out)
        click.echo(f"{table.num_rows:,} predictions written to {out}", err=True)


def _load(path: Path) -> Any:
    from .. import load, load_export
    from ..artifacts.run import RUN

    return load(path) if (path / RUN).is_file() else load_export(path)


def _table(scorer: Any, predictions: Any) -> Any:
    """Return the predictions as columns: ``prediction``, or ``label`` and ``probabilities``."""
    import numpy as np
    import pyarrow as pa

    if scorer.classes is None:
        return pa.table({"prediction": predictions})
    probabilities = np.stack([1 - predictions, predictions], axis=1) if predictions.ndim == 1 else predictions
    labels = scorer.classes[probabilities.argmax(axis=1)]
    names = [str(label) for label in scorer.classes]
    struct = pa.StructArray.from_arrays([pa.array(column) for column in probabilities.T.copy()], names)
    return pa.table({"label": labels.tolist(), "probabilities": struct})
