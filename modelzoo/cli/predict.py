"""``zoo predict``: score the rows of files, or of standard input, with a run or an export."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

import click

from .one_row import print_one
from .parse import ROWS, parse_names
from .stoppable import stoppable


@click.command("predict")
@click.argument("run_or_export", type=click.Path(path_type=Path))
@click.option(
    "--data",
    required=True,
    metavar="PATH",
    help=f"Rows: {ROWS}; - reads JSON Lines from standard input.",
)
@click.option("--columns", metavar="A,B,C", help="Names for a CSV without a header line; else those of training.")
@click.option("--keep", metavar="A,B,C", multiple=True, help="Columns of the rows to write too; may be given again.")
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="File to write, by suffix .csv, .tsv, .parquet or .jsonl; else standard output.",
)
@click.option(
    "--on-error",
    type=click.Choice(["stop", "skip"]),
    default="stop",
    show_default=True,
    help="What to do at a row whose values do not fit: stop, and write nothing; or skip it, and write it with the "
    "reason to FILE's name with .skipped.jsonl, without --out to standard error.",
)
def command(
    run_or_export: Path, data: str, columns: str | None, keep: Sequence[str], out: Path | None, on_error: str
) -> None:
    """Predict the rows of files with a run or an export.

    Writes one line a row, in order: the columns to keep; then the predicted number; or the likeliest label with the
    probability of each; or, of an autoencoder, every column as it was rebuilt, and the reconstruction_error. Standard
    output gets JSON Lines. Rows are read, scored and written in portions, however many there are; FILE is replaced
    when all are written.
    """
    kept = [name for names in keep for name in parse_names(names) or ()]
    if data == "-" and sys.stdin.isatty():
        click.echo("type one JSON object a line, then Ctrl-D", err=True)
    lines: Iterable[bytes] = sys.stdin.buffer
    if out is None and not kept and on_error == "stop":
        done, lines = print_one(run_or_export, data)
        if done:
            return
    from ..data.files import require_writable
    from ..scoring.write import side_file

    if out is not None:
        require_writable(out)
    if data != "-":
        _require_other_files(Path(data), [] if out is None else [out, side_file(out)])
    with stoppable():
        scorer = _load(run_or_export)
        rows = _open(data, lines, parse_names(columns) or scorer.names, scorer.text)
        _score(scorer, rows, kept, out, skip=on_error == "skip")


def _require_other_files(data: Path, written: Sequence[Path]) -> None:
    """Refuse rows that are not there, or are to be replaced, at once: before a model is loaded."""
    from ..data.paths import expand

    files = expand(data)
    for path in written:
        if path.exists() and any(path.samefile(file) for file in files):
            raise click.UsageError(f"--out {path} is the file of --data: the predictions would replace the rows")


def _load(path: Path) -> Any:
    """Return what scores with a run, or an export."""
    from .. import cli, load, load_export
    from ..scoring.scorer import TableScorer
    from .artifacts import locate

    kind, folder = locate(path)
    if kind == "run":
        return TableScorer.of_run(load(folder))
    if cli.own_process:
        sys.meta_path.insert(0, _WithoutPandas())
    return TableScorer.of_export(load_export(folder))


class _WithoutPandas(MetaPathFinder):
    """Let pandas be missing: Arrow imports it where it is installed, for half a second, to look for frames."""

    def find_spec(self, name: str, *_: object) -> None:
        """Find nothing, and let nobody else find it."""
        if name == "pandas":
            raise ModuleNotFoundError("files hold no frames", name=name)


def _open(data: str, lines: Iterable[bytes], columns: Sequence[str] | None, text: Sequence[str]) -> Any:
    """Return the rows of files, or those of the lines of standard input as they come."""
    from ..scoring.bulk import BATCH_ROWS, open_file
    from ..scoring.lines import LineStream

    if data == "-":
        return LineStream(lines, "standard input", size=BATCH_ROWS)
    return open_file(Path(data), columns=columns, text=text)


def _score(scorer: Any, rows: Any, keep: Sequence[str], out: Path | None, *, skip: bool) -> None:
    """Score the rows, write what became of them, and say how much that is."""
    from ..scoring.bulk import BulkScorer
    from ..scoring.progress import Progress
    from ..scoring.write import side_file, write_file, write_lines

    bulk = BulkScorer(scorer, rows, keep=keep, skip=skip)
    with closing(bulk.batches()) as scored, Progress(rows.rows, shown=out is not None) as progress:
        if out is None:
            write_lines(scored, sys.stdout.buffer, sys.stderr)
            return
        written = write_file(scored, bulk.schema, out, progress)
    skipped = f" ({_rows(written.skipped)} skipped: {side_file(out)})" if written.skipped else ""
    click.echo(f"{written.rows:,} predictions written to {out}{skipped}", err=True)


def _rows(number: int) -> str:
    return f"{number:,} {'row' if number == 1 else 'rows'}"
