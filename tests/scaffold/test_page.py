"""The page on writing a plugin, followed as it stands by someone who has Python and our wheels and nothing else."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from modelzoo_registry import ModelInputs, RegularizerPlugin
from modelzoo_registry.checks import check

from ..conftest import DISTRIBUTIONS, ROOT, must

pytestmark = pytest.mark.xdist_group("distributions")  # the wheels are built once, when run with --dist loadgroup

PAGE = (ROOT / "docs" / "how-to" / "write-a-plugin.md").read_text(encoding="utf-8")
OURS = [name for name in DISTRIBUTIONS if name.startswith("modelzoo-")]


def blocks(language):
    """Return the page's code in a language, block by block."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


COMMANDS, SEEN = (block.splitlines() for block in blocks("sh"))


@pytest.fixture(scope="session")
def remove_meanwhile():
    """Return a remover of folders that lets the next tests begin: files by the ten thousand take a disk a minute."""
    removals = []
    yield lambda folder: removals.append(subprocess.Popen(["rm", "-rf", folder]))
    assert [removal.wait() for removal in removals] == [0] * len(removals)


@pytest.fixture(scope="module")
def type_in(wheels, remove_meanwhile, tmp_path_factory):
    """Return a typist in a folder that held nothing but ``wheels``; it gives what a line printed."""
    folder = tmp_path_factory.mktemp("newcomer")
    folder.joinpath("wheels").mkdir()
    for name in OURS:
        shutil.copy2(wheels[name], folder / "wheels")
    variables = f"PIP_CONSTRAINT={ROOT / 'constraints.txt'}", "PIP_COMPILE=0"
    python = Path(sys.executable).parent
    yield lambda line: must("env", *variables, "sh", "-c", f'PATH="{python}:$PATH"; {line}', cwd=folder)
    remove_meanwhile(folder)  # TensorFlow alone has two gigabytes


@pytest.fixture(scope="module")
def printed(type_in):
    """What each command of the page printed, after all succeeded."""
    return [type_in(line) for line in COMMANDS]


def test_five_commands_lead_from_nothing_to_tests_that_pass(printed):
    *_, tested = printed

    assert len(COMMANDS) == 5
    assert re.search(r"^=+ (\d+) passed(, \d+ warnings?)? in .*=+$", tested.splitlines()[-1]), tested


def test_what_the_command_says_to_type_next_is_what_the_page_says(printed):
    _, _, said, *_ = printed

    *_, install, test, show = (line.strip() for line in said.splitlines())
    assert install == COMMANDS[3].replace("--find-links wheels ", "")
    assert (test, show) == (COMMANDS[4], SEEN[0])


def test_zoo_lists_the_new_plugin(printed, type_in):
    listed = json.loads(type_in("env/bin/zoo list --kind model --json"))

    (found,) = [plugin for plugin in listed if plugin["name"] == "gated"]
    assert (found["distribution"], found["version"], found["status"], found["cause"], found["heavy_import"]) == (
        "zoo-gated", "0.1.0", "ok", "", "",
    )  # fmt: skip


def test_it_is_shown_as_the_page_says(printed, type_in):
    listed, shown = map(type_in, SEEN)

    (line,) = [line for line in listed.splitlines() if line.startswith("gated ")]
    assert " ".join(line.split()).startswith("gated model zoo-gated 0.1.0 Stack blocks whose gates decide, ")
    assert shown.startswith("gated: a model of zoo-gated 0.1.0\n")


@pytest.mark.parametrize("name", OURS)
def test_what_it_installs_of_ours_is_from_the_folder_it_names(printed, type_in, wheels, name):
    """Whatever an index may offer under our names: the checksums of all files are the wheel's."""
    program = f"from importlib.metadata import distribution; print(distribution('{name}').read_text('RECORD'))"

    installed = type_in(f'env/bin/python -c "{program}"').splitlines()
    with ZipFile(wheels[name]) as wheel:
        (record,) = [wheel.read(path).decode() for path in wheel.namelist() if path.endswith("/RECORD")]
    assert {line for line in record.splitlines() if "sha256=" in line} <= set(installed)


def test_the_wheel_brings_every_template(wheels):
    templates = (ROOT / "modelzoo" / "scaffold" / "templates").rglob("*.jinja")

    with ZipFile(wheels["modelzoo-keras"]) as wheel:
        held = set(wheel.namelist())
    assert {path.relative_to(ROOT).as_posix() for path in templates} <= held


def test_the_plugins_it_shows_keep_the_contract():
    shown: dict = {}
    for block in blocks("python"):
        exec(block, shown)

    faults = [check("model", shown["Small"]), check("regularizer", shown["Shrink"]), check("hook", shown["Herald"]())]
    assert faults == [[], [], []]


def test_it_names_all_that_a_model_builds_on_and_no_more():
    named = re.findall(r"^\| `inputs\.(\w+)", PAGE, re.MULTILINE)

    assert sorted(named) == sorted(name for name in vars(ModelInputs) if not name.startswith("_"))


def test_the_methods_of_regularizers_it_names_are_there():
    (table,) = re.findall(r"^\| method \|.*?\n\n", PAGE, re.DOTALL | re.MULTILINE)

    named = re.findall(r"`(\w+)`", table)
    assert len(named) == 9
    assert [name for name in named if not callable(getattr(RegularizerPlugin, name, None))] == []
