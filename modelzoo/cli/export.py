"""``zoo export``: turn a run into the folder that is deployed."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("export")
@click.argument("run")
@click.option(
    "--to",
    required=True,
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the exports; made when it is not there.",
)
def command(run: str, to: Path) -> None:
    """Export a run, to be deployed.

    Writes DIR/<UTC timestamp>, a SavedModel that takes raw columns; TensorFlow Serving loads DIR as it is.
    """
    from .. import load

    click.echo(f"exported to {load(run).export(to)}")
