"""``zoo demo``: the whole way on real data, in under a minute."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..text import print_numbers, print_table

SHOWN = 5


@click.command("demo")
@click.option(
    "--out", default="zoo-demo", show_default=True, type=click.Path(path_type=Path), help="Folder to write to."
)
def command(out: Path) -> None:
    """Train wide_deep on real diamonds, evaluate, export, predict."""
    import numpy as np

    from .. import build, datasets, load_export

    _step("53,940 diamonds; every fifth row, at random, is kept for the test")
    diamonds = datasets.load("diamonds")
    order = np.random.default_rng(0).permutation(diamonds.num_rows)
    cut = diamonds.num_rows // 5
    test, train = diamonds.take(order[:cut]), diamonds.take(order[cut:])

    _step("train wide_deep on their price")
    model = build("wide_deep")
    model.fit(train, target="price", validation=0.1, out=out / "run", overwrite=True)

    _step("evaluate on the test rows (US dollars)")
    metrics = model.evaluate(test)
    print_numbers(metrics)
    print_numbers({"rmse of predicting the mean": _rmse_of_mean(train, test)})

    _step("export, and predict with the export alone")
    export = load_export(model.export(out / "exports"))
    _show(test.slice(0, SHOWN), export.predict(test.slice(0, SHOWN)))
    click.echo(f"\nrun:    {out / 'run'}\nexport: {export.folder}")


def _step(text: str) -> None:
    click.echo(click.style(f"\n── {text}", bold=True))


def _rmse_of_mean(train: Any, test: Any) -> float:
    import numpy as np

    error = test["price"].to_numpy() - train["price"].to_numpy().mean()
    return float(np.sqrt((error**2).mean()))


def _show(rows: Any, predictions: Any) -> None:
    names = ("carat", "cut", "color", "clarity", "price")
    lines = [
        (*(str(row[name]) for name in names), f"{prediction:.0f}")
        for row, prediction in zip(rows.to_pylist(), predictions, strict=True)
    ]
    print_table((*names, "predicted"), lines)
