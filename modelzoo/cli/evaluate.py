"""``zoo evaluate``: measure a run on rows it has not seen."""

from __future__ import annotations

import json
from math import isfinite
from pathlib import Path

import click

from ..text import print_numbers
from .parse import ROWS, parse_names


@click.command("evaluate")
@click.argument("run")
@click.option("--data", required=True, metavar="PATH", help=f"Rows with the target: {ROWS}.")
@click.option("--columns", metavar="A,B,C", help="Names for a CSV without a header line; else those of training.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
def command(run: str, data: str, columns: str | None, as_json: bool) -> None:
    """Print a run's metrics over the rows of a file."""
    from .. import load
    from ..data.files import require_file

    require_file(Path(data))  # before TensorFlow takes its seconds to start
    metrics = load(run).evaluate(data, columns=parse_names(columns))
    if as_json:
        finite = {name: value if isfinite(value) else None for name, value in metrics.items()}
        click.echo(json.dumps(finite))  # JSON has no word for what is not
    else:
        print_numbers(metrics)
