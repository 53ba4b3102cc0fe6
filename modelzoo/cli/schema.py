"""``zoo schema``: infer what each column of a file is, as TOML to read and edit."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click
from modelzoo_registry import ArtifactExistsError, Task, TrainingSpec

from ..text import print_table, print_text
from .parse import ROWS, parse_names

EXAMPLES = """\b
Examples:
  zoo schema diamonds.csv --target price > schema.toml
  zoo train --schema schema.toml --config train.toml
"""


@click.command("schema", epilog=EXAMPLES)
@click.argument("file", metavar="PATH", required=False)
@click.option("--target", metavar="COLUMN", help="Name of the target column; it decides which columns are crossed.")
@click.option(
    "--columns", metavar="A,B,C", help="Columns to use; for a CSV without a header line, all its names in order."
)
@click.option("--drop", metavar="A,B", help="Columns to leave out.")
@click.option(
    "--task",
    metavar="TASK",
    type=click.Choice(get_args(Task)),
    help="regression, binary, multiclass or reconstruction; inferred when left out.",
)
@click.option(
    "--out",
    metavar="TOML",
    type=click.Path(path_type=Path),
    help="File to write, which must not be there yet; else standard output.",
)
@click.option("--kinds", is_flag=True, help="Explain every kind of column and its settings instead.")
def command(file: str | None, out: Path | None, kinds: bool, **options: Any) -> None:
    """Infer what each column of a file is, as TOML to edit.

    PATH holds rows: a .csv, .tsv, .parquet or .jsonl file, a folder of such, or a pattern in quotes. One entry a line;
    zoo train --schema takes the file. What was assumed, and which columns were left out and why, goes to standard
    error and into the comments.
    """
    if kinds:
        _print_kinds()
        return
    if file is None:
        raise click.UsageError(f"missing PATH: {ROWS} (or --kinds)")
    if options["target"] is None and options["task"] != "reconstruction":
        raise click.UsageError("missing --target, which decides what is crossed (or --task reconstruction without one)")
    if out is not None:
        _require_free(out)
    text = _infer(file, **options)
    if out is None:
        click.echo(text.encode(), nl=False)
    else:
        out.write_text(text, encoding="utf-8", newline="\n")
        click.echo(f"schema written to {out}", err=True)


def _infer(file: str, *, target: str | None, columns: str | None, drop: str | None, task: Any) -> str:
    """Return the schema of a file with comments on it; tell these as well."""
    from ..training.prepare import prepare
    from ..training.reading import Selection

    selection = Selection(target, parse_names(columns), parse_names(drop) or (), task)
    rows = prepare(file, None, selection, None, TrainingSpec())
    schema, left_out = rows.infer_schema()
    for line in (*rows.notes, *left_out):
        click.echo(line, err=True)
    purpose = f"{target} ({rows.target.task}, " if target else f"{rows.target.task} ("
    about = f"What each column is, inferred from {file} for {purpose}{rows.count:,} rows)."
    return schema.to_toml([about, *left_out])


def _require_free(out: Path) -> None:
    """Refuse to replace a file: a schema may have been edited by hand."""
    if out.exists():
        raise ArtifactExistsError(f"{out} exists, and may have been edited by hand: choose another place, or remove it")


def _print_kinds() -> None:
    """Print every kind with its settings."""
    from .kinds import describe_kinds

    for place, kind in enumerate(describe_kinds()):
        click.echo("\n" * (place > 0) + click.style(kind.name, bold=True))
        for paragraph in kind.paragraphs:
            print_text(paragraph, indent=2)
        click.echo(f"  Goes to: {kind.parts}\n")
        rows = [(one.name, one.default, one.takes, one.meaning) for one in kind.settings]
        print_table(("SETTING", "DEFAULT", "TAKES", "MEANING"), rows)
