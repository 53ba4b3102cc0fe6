"""``zoo mlflow-runs``: list what was tracked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mlflow.entities import Run

_TITLES = ("run", "model", "task", "status", "started", "kept metrics", "export")


@click.command("mlflow-runs")
@click.option("--most", type=click.IntRange(1, 1_000), default=20, show_default=True, help="How many, newest first.")
def command(most: int) -> None:
    """List the trainings that MLflow has tracked.

    MLFLOW_TRACKING_URI says where; left out, it is mlflow.db in this folder.
    """
    from mlflow.exceptions import MlflowException

    from .store import newest

    try:
        rows = [_row(run) for run in newest(most)]
    except MlflowException as error:
        raise click.ClickException(f"MLflow: {error}") from error
    click.echo(_table([_TITLES, *rows]) if rows else "no training has been tracked here")


def _row(run: Run) -> tuple[str, ...]:
    started = datetime.fromtimestamp(run.info.start_time / 1000, UTC)
    kept = {name.removeprefix("kept."): value for name, value in run.data.metrics.items() if name.startswith("kept.")}
    return (
        run.info.run_name,
        run.data.tags["modelzoo.model"],
        run.data.tags["modelzoo.task"],
        run.info.status.lower(),
        f"{started:%Y-%m-%d %H:%M}",
        " ".join(f"{name}={kept[name]:.4g}" for name in sorted(kept)) or "-",
        run.data.tags.get("modelzoo.export", "-"),
    )


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows with their columns one below the other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(padded)
