"""Packages of every kind, built as wheels and installed: their tests pass, and their READMEs say what works."""

import json
import shutil
import sys

import pytest

from modelzoo.scaffold.write import write_plugin

from ..conftest import must, run, share_the_rest

pytestmark = pytest.mark.xdist_group("distributions")  # the wheels are built once, when run with --dist loadgroup

KINDS = {"gate": "model", "group-lasso": "regularizer", "epoch-log": "hook"}

READMES = """
import re, sys
from pathlib import Path
for readme in map(Path, sys.argv[1:]):
    (code,) = re.findall(r"^```python\\n(.*?)^```", readme.read_text(), re.DOTALL | re.MULTILINE)
    exec(compile(code, readme, "exec"), {})
"""

TESTS = """
import sys
import pytest
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]]))
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The folder of each package, by its kind."""
    folder = tmp_path_factory.mktemp("written")
    return {kind: write_plugin(name, kind, folder) for name, kind in KINDS.items()}


@pytest.fixture(scope="module")
def programs(wheels, written, install_into_new):
    """The programs of an environment with our wheels and theirs."""
    for folder in written.values():
        must(sys.executable, "-m", "build", "--wheel", "--no-isolation", folder, cwd=folder)
    theirs = [wheel for folder in written.values() for wheel in folder.glob("dist/*.whl")]
    programs = install_into_new("--no-deps", *wheels.values(), *theirs)
    share_the_rest(programs)
    return programs
