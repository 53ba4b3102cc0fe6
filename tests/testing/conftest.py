"""Let plugins that are made for these tests be imported by name, and fresh processes run pytest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ..conftest import Outside

sys.path.insert(0, str(Path(__file__).parent / "mutants"))

RUN = """
import sys
import pytest
sys.exit(pytest.main(["-p", "no:cacheprovider", *sys.argv[1:]]))
"""


@pytest.fixture
def run_pytest(outside: Outside):
    """Return what runs pytest in the folder of ``outside``, which has no settings of its own."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return outside.run(RUN, *arguments, HYPOTHESIS_STORAGE_DIRECTORY="/dev/null/unwritable", **variables)

    return run
