"""``zoo doctor``: what is installed, what is broken, and how to mend it."""

from __future__ import annotations

import sys

import click

from ..doctor.main import tell


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
def command(as_json: bool) -> None:
    """Examine Python, packages, TensorFlow and every plugin.

    Works where other commands do not. Exits with 1 when something is broken.
    """
    sys.exit(tell(as_json=as_json))
