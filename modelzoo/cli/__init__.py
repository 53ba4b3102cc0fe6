"""The ``zoo`` command line: one file a command, each imported when it is asked for."""

from __future__ import annotations

import sys

from .group import run


def main() -> None:
    """Run ``zoo`` with the process's arguments and exit."""
    sys.exit(run(sys.argv[1:]))
