"""Tell what was found; also where the rest of ``zoo`` cannot be imported."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from .examine import examine
from .render import as_json as written_as_json
from .render import as_text


def tell(*, as_json: bool) -> int:
    """Examine, print, and return the exit code: 1 when something is broken."""
    report = examine()
    sys.stdout.write((written_as_json(report) if as_json else as_text(report)) + "\n")
    return 0 if report.is_sound else 1


def run_alone(arguments: Sequence[str], error: Exception) -> int:
    """Stand in for ``zoo`` where its own modules cannot be imported, and return its exit code."""
    words = [argument for argument in arguments if argument != "--debug"]
    if words and words[0] == "doctor":
        return tell(as_json="--json" in words)
    sys.stderr.write(f"Error: zoo cannot start: {type(error).__name__}: {error}\nzoo doctor says what to mend\n")
    return 1
