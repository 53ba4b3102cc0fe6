"""``zoo export``: turn a run into the folder that is deployed."""

from __future__ import annotations

from pathlib import Path

import click

from ..export.manifest import FORMS, Manifest
from .stoppable import stoppable


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
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(FORMS),
    help="What to write: savedmodel, for TensorFlow and TensorFlow Serving; onnx, for zoo predict and any ONNX "
    "runtime. May be given twice; left out: both.",
)
def command(run: str, to: Path, prune: bool | None, formats: tuple[str, ...]) -> None:
    """Export a run, to be deployed.

    Writes DIR/<UTC timestamp>, which takes raw columns; TensorFlow Serving loads DIR as it is, and zoo predict scores
    with it without TensorFlow. Before it is there, fresh processes replay rows with it and must predict what the run
    does. What was pruned is printed; columns no longer read stay accepted.
    """
    from .. import load
    from ..export.folder import open_export
    from .pruning import print_pruning

    with stoppable():
        folder = load(run).export(to, formats=formats or FORMS, prune=prune)
    manifest = open_export(folder).manifest
    if manifest.pruned:
        print_pruning(manifest)
        click.echo()
    click.echo(_verification(manifest))
    click.echo(f"exported to {folder}")


def _verification(manifest: Manifest) -> str:
    """Say in a line how the export did."""
    forms = ", ".join(replay.form for replay in manifest.verified)
    rows, difference = manifest.verified[0].rows, max(replay.difference for replay in manifest.verified)
    return f"verified with {rows:,} rows in {forms}: largest relative difference {difference:g}"
