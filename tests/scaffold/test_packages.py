"""Packages of every kind, built as wheels and installed: their tests pass, and their READMEs say what works."""

import json
import re
import sys
from zipfile import ZipFile

import pytest

from modelzoo.scaffold.write import write_plugin

from ..conftest import must, share_the_rest

pytestmark = pytest.mark.xdist_group("distributions")  # the wheels are built once, when run with --dist loadgroup

KINDS = {"gate": "model", "group-lasso": "regularizer", "epoch-log": "hook"}

FOLLOWED = """
import re, sys
from pathlib import Path
import pytest

*packages, model = map(Path, sys.argv[1:])
code = pytest.main(["-q", "-p", "no:cacheprovider", *(str(package / "tests") for package in packages)])
if code:
    sys.exit(code)
for readme in (package / "README.md" for package in (*packages, model)):
    (code,) = re.findall(r"^```python\\n(.*?)^```", readme.read_text(), re.DOTALL | re.MULTILINE)
    exec(compile(code, readme, "exec"), {})
"""
"""Runs tests, then what READMEs show, in one process; the model's tests are run by test_page.py."""


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


@pytest.fixture(scope="module")
def followed(programs, written, tmp_path_factory):
    """The folder in which READMEs were followed, and what was printed there, tests first."""
    folder = tmp_path_factory.mktemp("followed")
    packages = [written[kind] for kind in ("regularizer", "hook", "model")]
    return folder, must(programs / "python", "-c", FOLLOWED, *packages, cwd=folder)


def test_the_tests_of_a_regularizer_and_of_a_hook_pass(followed):
    _, printed = followed

    assert re.search(r"^9 passed in .*", printed, re.MULTILINE), printed


def test_what_its_readme_shows_of_a_hook_is_shown_again_by_its_command(followed, programs):
    folder, printed = followed
    kept = [json.loads(line) for line in (folder / "runs" / "diamonds.epochs.jsonl").read_text().splitlines()]

    shown = must(programs / "zoo", "epoch-log-epochs", "runs/diamonds", cwd=folder)

    assert [list(epoch) for epoch in kept] == [["epoch", "loss", "mae", "rmse"]] * 2
    assert json.dumps(kept[1]) in printed.splitlines()
    assert shown.splitlines()[1] == "  ".join(f"{name} {value:.6g}" for name, value in kept[1].items())


def test_all_kinds_are_listed_without_anything_heavy(programs, tmp_path):
    listed = json.loads(must(programs / "zoo", "list", "--json", cwd=tmp_path))

    assert [
        [plugin[about] for about in ("name", "kind", "status", "cause", "heavy_import")]
        for plugin in listed
        if plugin["distribution"].startswith("zoo-") and plugin["distribution"] != "zoo-residual"
    ] == [[name.replace("-", "_"), kind, "ok", "", ""] for name, kind in KINDS.items()]


@pytest.mark.parametrize(("name", "kind"), KINDS.items())
def test_a_wheel_holds_the_package_and_says_that_it_is_typed(programs, written, name, kind):
    (wheel,) = written[kind].glob("dist/*.whl")
    plugin = name.replace("-", "_")

    with ZipFile(wheel) as archive:
        inside = [path for path in archive.namelist() if ".dist-info/" not in path]
    assert sorted(inside) == [f"zoo_{plugin}/{file}" for file in sorted(["__init__.py", f"{plugin}.py", "py.typed"])]
