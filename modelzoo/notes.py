"""Tell people what was assumed and what went on: on standard error, as progress is."""

from __future__ import annotations

import sys


def tell(line: str) -> None:
    """Write one line."""
    print(line, file=sys.stderr)  # noqa: T201  (the one place that does)
