"""``zoo export``: turn a run into the folder that is deployed."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("export")
@click.argument("run")
@click.option("--to", required=True, metavar="DIR", type=click.Path(path_type=Path), help="Folder of the exports.")
def command(run: str, to: Path) -> None:
    """Export a run to DIR/<UTC timestamp>, which TensorFlow Serving loads as it is."""
    from .. import load

    click.echo(f"exported to {load(run).export(to)}")
