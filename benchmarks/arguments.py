"""Read the command line of a benchmark."""

from __future__ import annotations

import argparse
from pathlib import Path


def make_parser(doc: str | None, results: Path) -> argparse.ArgumentParser:
    """Return a parser that says the first line of a script's docstring, and takes where the results are written."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0] if doc else None)
    parser.add_argument("--output", type=Path, default=results, help="where the results are written")
    return parser
