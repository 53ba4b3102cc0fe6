"""``zoo new-plugin``: start a package with one plugin in it. Imports no NumPy, Arrow or TensorFlow."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import click
from modelzoo_registry import Kind
from modelzoo_registry.entries import KINDS

EXAMPLES = """\b
Examples:
  zoo new-plugin gated --kind model
  zoo new-plugin group-lasso --kind regularizer --dir plugins
"""


@click.command("new-plugin", epilog=EXAMPLES)
@click.argument("name", metavar="NAME")
@click.option("--kind", metavar="KIND", type=click.Choice(KINDS), required=True, help="model, regularizer or hook.")
@click.option(
    "--dir",
    "parent",
    metavar="D",
    default=".",
    type=click.Path(path_type=Path),
    help="Folder to make the package's folder in; else this one.",
)
def command(name: str, kind: Kind, parent: Path) -> None:
    """Start a package with one model, regularizer or hook in it.

    NAME is the plugin's: my_model is the class MyModel of the distribution zoo-my-model, in the folder of that name.
    What is written works as it stands: its tests pass, and zoo lists it, once it is installed.
    """
    from ..scaffold.write import write_plugin

    folder = write_plugin(name, kind, parent)
    click.echo(f"{folder}: a package with one {kind}, to be installed and tested as it stands, and then changed.")
    click.echo("Next:")
    for line in _next(folder, kind):
        click.echo(f"  {line}")


def _next(folder: Path, kind: Kind) -> list[str]:
    """Return the commands that install, test and list it, as they are typed from here."""
    programs = _programs()
    return [
        f"{programs}pip install -e {_quoted(f'{folder}[test]')}",
        f"{programs}pytest {shlex.quote(str(folder))}",
        f"{programs}zoo list --kind {kind}",
    ]


def _programs() -> str:
    """Return what stands before the programs of this environment: nothing where the shell finds them by itself."""
    folder = Path(sys.executable).parent
    found = shutil.which("zoo")
    if found is not None and Path(found).parent.resolve() == folder.resolve():
        return ""
    here = Path.cwd()
    return shlex.quote(f"{folder.relative_to(here) if folder.is_relative_to(here) else folder}/")


def _quoted(word: str) -> str:
    """Return a word in double quotes, which every shell takes, unless it holds what they let through."""
    return shlex.quote(word) if set(word) & set('"$`\\!') else f'"{word}"'
