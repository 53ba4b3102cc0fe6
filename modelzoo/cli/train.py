"""``zoo train``: train a model on a file and write the run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from .output import print_numbers
from .parse import parse_names, parse_regularizer, parse_setting, parse_validation

VALIDATION = 0.1
"""The fraction held back when nothing is said."""


@click.command("train")
@click.option("--model", help="Name of the model; see zoo list.")
@click.option("--data", help="Training rows: a CSV, Parquet or JSON Lines file.")
@click.option("--target", help="Name of the target column.")
@click.option("--task", type=click.Choice(["regression", "binary", "multiclass"]), help="Inferred when left out.")
@click.option(
    "--validation",
    metavar="FILE|FRACTION",
    help=f"Rows to validate on, or the part to hold back.  [default: {VALIDATION}]",
)
@click.option(
    "--columns", metavar="A,B,C", help="Columns to use; for a CSV without a header line, all its names in order."
)
@click.option("--drop", metavar="A,B", help="Columns to leave out.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting of the model: hidden=[64,32].")
@click.option(
    "--regularizer", "regularizers", multiple=True, metavar="NAME[:SETTING=VALUE]", help="Such as dropout:rate=0.2."
)
@click.option("--optimizer", help="Name of the optimizer.  [default: adam]")
@click.option("--learning-rate", type=float, help="Step size.  [default: 0.001]")
@click.option("--epochs", type=int, help="Times every row is seen.  [default: 20]")
@click.option("--batch-size", type=int, help="Rows in one step.  [default: 256]")
@click.option("--seed", type=int, help="Decides everything random.  [default: 0]")
@click.option("--config", type=click.Path(path_type=Path), help="TOML with the same; options given here come first.")
@click.option("--overwrite", is_flag=True, help="Replace the run that stands there.")
@click.option(
    "--out", required=True, metavar="RUN", type=click.Path(path_type=Path), help="Folder to write the run to."
)
def command(config: Path | None, out: Path, overwrite: bool, **options: Any) -> None:
    """Train a model on a file and write the run."""
    from .. import build
    from ..config import from_toml, make_config
    from ..runtime import require_tensorflow

    fields = {"validation": VALIDATION, **(from_toml(config) if config else {})}
    chosen = make_config(_merge(fields, options), source=str(config) if config else "the options")
    _require(chosen, ("data", "target"))
    model = build(chosen.model, regularizers=chosen.regularizers, **chosen.settings)
    require_tensorflow("training")
    history = model.fit(
        chosen.data,
        target=chosen.target,
        columns=chosen.columns,
        drop=chosen.drop,
        task=chosen.task,
        out=out,
        overwrite=overwrite,
        **chosen.training(),
    )
    print_numbers({name: values[-1] for name, values in history.history.items()})
    click.echo(f"run written to {out}")


def _merge(fields: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of the file, with those given as options put over them."""
    read = {
        "validation": parse_validation(options.pop("validation")),
        "columns": parse_names(options.pop("columns")),
        "drop": parse_names(options.pop("drop")),
        "regularizers": [parse_regularizer(text) for text in options.pop("regularizers")] or None,
    }
    settings = dict(parse_setting(text, "--set") for text in options.pop("settings"))
    given = {name: value for name, value in {**options, **read}.items() if value is not None}
    both = {**fields, **given}
    if settings:
        both["settings"] = {**_table(fields.get("settings")), **settings}
    return both


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _require(config: Any, names: Sequence[str]) -> None:
    missing = [f"--{name}" for name in names if getattr(config, name) is None]
    if missing:
        raise click.UsageError(f"missing {' and '.join(missing)}: give it here, or in the file of --config")
