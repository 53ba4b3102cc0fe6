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
@click.option(
    "--prune/--no-prune",
    default=None,
    help="Leave out what changes no prediction, since its weights are exactly zero, or keep all; else it is left out "
    "of runs with a regularizer that makes weights zero.",
)
def command(run: str, to: Path, prune: bool | None) -> None:
    """Export a run, to be deployed.

    Writes DIR/<UTC timestamp>, a SavedModel that takes raw columns; TensorFlow Serving loads DIR as it is. What was
    pruned is printed; columns no longer read stay accepted.
    """
    from .. import load
    from ..export.folder import open_export
    from .pruning import print_pruning

    folder = load(run).export(to, prune=prune)
    manifest = open_export(folder).manifest
    if manifest.pruned:
        print_pruning(manifest)
        click.echo()
    click.echo(f"exported to {folder}")
