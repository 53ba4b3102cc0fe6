"""``zoo predict``: score the rows of a file, or of standard input, with a run or an export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from .one_row import print_one
from .parse import ROWS, parse_names


@click.command("predict")
@click.argument("run_or_export", type=click.Path(path_type=Path))
@click.option(
    "--data",
    required=True,
    metavar="PATH",
    help=f"Rows: {ROWS}; - reads JSON Lines from standard input.",
)
@click.option("--columns", metavar="A,B,C", help="Names for a CSV without a header line; else those of training.")
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="File to write, by suffix .csv, .tsv, .parquet or .jsonl; else standard output.",
)
def command(run_or_export: Path, data: str, columns: str | None, out: Path | None) -> None:
    """Predict the rows of a file with a run or an export.

    Writes one line a row, in order: the predicted number; or the likeliest label with the probability of each; or,
    of an autoencoder, every column as it was rebuilt, and the reconstruction_error. Standard output gets JSON Lines.
    """
    if data == "-" and sys.stdin.isatty():
        click.echo("type one JSON object a line, then Ctrl-D", err=True)
    done, lines = print_one(run_or_export, data) if out is None else (False, sys.stdin.buffer)
    if done:
        return
    from ..data.files import read_json_lines, require_writable, write, write_json_lines

    if out is not None:
        require_writable(out)
    rows = read_json_lines(lines, "standard input") if data == "-" else _require_input(data, out)
    scorer = _load(run_or_export)
    table = _table(scorer, rows, parse_names(columns))
    if out is None:
        write_json_lines(table, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    else:
        write(table, out)
        click.echo(f"{table.num_rows:,} predictions written to {out}", err=True)


def _require_input(data: str, out: Path | None) -> Path:
    """Return the path of the rows, or refuse it at once: before a model is loaded, and before it is replaced."""
    from ..data.paths import expand

    path = Path(data)
    files = expand(path)
    if out is not None and out.exists() and any(out.samefile(file) for file in files):
        raise click.UsageError(f"--out {out} is the file of --data: the predictions would replace the rows")
    return path


def _load(path: Path) -> Any:
    """Return the model of a run, or an export."""
    from .. import load, load_export
    from .artifacts import locate

    kind, folder = locate(path)
    return load(folder) if kind == "run" else load_export(folder)


def _table(scorer: Any, rows: Any, columns: list[str] | None) -> Any:
    """Return the predictions as columns: ``prediction``, or ``label`` and ``probabilities``, or each rebuilt one."""
    import numpy as np
    import pyarrow as pa

    predictions = scorer.predict(rows, columns=columns)
    if isinstance(predictions, dict):
        return _reconstruction(predictions, scorer.reconstruction_error(rows, columns=columns))
    if scorer.classes is None:
        return pa.table({"prediction": predictions})
    probabilities = np.stack([1 - predictions, predictions], axis=1) if predictions.ndim == 1 else predictions
    labels = scorer.classes[probabilities.argmax(axis=1)]
    names = [str(label) for label in scorer.classes]
    struct = pa.StructArray.from_arrays([pa.array(column) for column in probabilities.T.copy()], names)
    return pa.table({"label": labels.tolist(), "probabilities": struct})


def _reconstruction(rebuilt: dict[str, Any], errors: Any) -> Any:
    """Return the rebuilt columns, and how far off each row is."""
    from ..data import to_table

    name = "reconstruction_error"
    while name in rebuilt:
        name += "_"
    return to_table({**rebuilt, name: errors})
