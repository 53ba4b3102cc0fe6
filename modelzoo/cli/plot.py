"""``zoo plot``: draw the model of a run."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("plot")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--out", required=True, metavar="SVG", type=click.Path(path_type=Path), help="File to write; it ends in .svg."
)
def command(run: Path, out: Path) -> None:
    """Draw a run's model: raw columns, encoder, layers, output."""
    from ..artifacts.checksums import read_steadily
    from ..artifacts.run import read_record
    from ..data.files import require_writable
    from ..plot.write import SUFFIXES, write_plot

    require_writable(out, SUFFIXES)
    record, _ = read_steadily(run, lambda: read_record(run))
    if record.layers:
        write_plot(record, out)
    else:  # the run was written before layers were kept: build the model anew
        from .. import load

        load(run).plot(out)
    click.echo(f"diagram written to {out}")
