"""A package is written whole, or nothing is and all reasons are told."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from modelzoo_registry import SpecError

from modelzoo.scaffold.names import LONGEST
from modelzoo.scaffold.write import write_plugin

ROOT = Path(__file__).parents[2]
GROUPS = {"model": "modelzoo.models", "regularizer": "modelzoo.regularizers", "hook": "modelzoo.hooks"}


def files_below(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def refused(name, kind, parent):
    """Return the lines of the refusal, behind its title; nothing may have been written by then."""
    before = sorted(parent.rglob("*")) if parent.is_dir() else None
    with pytest.raises(SpecError) as caught:
        write_plugin(name, kind, parent)
    assert (sorted(parent.rglob("*")) if parent.is_dir() else None) == before
    title, *faults = str(caught.value).splitlines()
    assert title == f"no package was made for the {kind} {name!r}:"
    return [fault.strip() for fault in faults]


@pytest.mark.parametrize("kind", GROUPS)
def test_a_package_has_a_plugin_its_tests_and_what_publishing_needs(tmp_path, kind):
    folder = write_plugin("my-idea", kind, tmp_path / "new" / "folders")

    assert folder == tmp_path / "new" / "folders" / "zoo-my-idea"
    assert files_below(folder) == [
        ".github/workflows/test.yml", ".gitignore", "README.md", "pyproject.toml", "tests/test_my_idea.py",
        "zoo_my_idea/__init__.py", "zoo_my_idea/my_idea.py", "zoo_my_idea/py.typed",
    ]  # fmt: skip
    assert [path.name for path in folder.parent.iterdir()] == ["zoo-my-idea"]


@pytest.mark.parametrize("kind", GROUPS)
def test_its_project_names_the_entry_point_and_one_dependency(tmp_path, kind):
    project = tomllib.loads((write_plugin("my-idea", kind, tmp_path) / "pyproject.toml").read_text())["project"]
    ours = tomllib.loads((ROOT / "registry" / "pyproject.toml").read_text())["project"]

    assert project["entry-points"] == {GROUPS[kind]: {"my_idea": "zoo_my_idea.my_idea:MyIdea"}}
    assert project["dependencies"] == ["modelzoo-registry>=0.1,<0.2"]
    assert project["optional-dependencies"]["test"] == ["modelzoo-keras[tensorflow,testing]>=0.1,<0.2"]
    assert project["requires-python"] == ours["requires-python"]


@pytest.mark.parametrize("kind", GROUPS)
@pytest.mark.parametrize("name", ["x", "ab-" * (LONGEST // 3 - 1) + "abc"])
def test_it_passes_the_lint_of_its_own_ci_whatever_its_name(tmp_path, kind, name):
    folder = write_plugin(name, kind, tmp_path)
    workflow = (folder / ".github" / "workflows" / "test.yml").read_text()

    commands = [line.split("- run: ")[1].split() for line in workflow.splitlines() if "- run: ruff" in line]
    assert [command[1] for command in commands] == ["check", "format"]
    for command in commands:
        done = subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_all_three_pass_mypy_as_their_ci_calls_it(tmp_path):
    """In one call: most of its time goes to what they import."""
    folders = [write_plugin(f"an-idea-{number}", kind, tmp_path) for number, kind in enumerate(GROUPS)]
    files = [path for folder in folders for path in folder.rglob("*.py")]
    config = folders[0] / "pyproject.toml"
    path = {"MYPYPATH": os.pathsep.join(map(str, folders))}

    command = [sys.executable, "-m", "mypy", "--config-file", config, "--cache-dir", tmp_path / "cache", *files]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | path, capture_output=True, text=True, check=False)

    assert done.stdout == f"Success: no issues found in {len(files)} source files\n", done.stdout + done.stderr


def test_a_plugin_of_that_kind_and_name_is_in_the_way(tmp_path):
    assert refused("wide-deep", "model", tmp_path) == [
        (
            "name: modelzoo-plugins 0.1.0 offers a model 'wide_deep' already, and two of one name are in conflict. "
            "Choose another name, or uninstall modelzoo-plugins first"
        )
    ]


def test_a_plugin_of_another_kind_may_have_the_same_name(tmp_path):
    assert write_plugin("dnn", "regularizer", tmp_path).is_dir()


def test_an_installed_distribution_or_module_is_in_the_way(outside, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(outside.folder)
    outside.install("zoo-keeper", "[modelzoo.models]\ngiraffe = giraffe:X", zoo_kept="")

    assert refused("keeper", "model", tmp_path) == [
        (
            "name: zoo-keeper 1.0 is installed, and this package would replace it. "
            "Choose another name, or uninstall it first"
        )
    ]
    assert refused("kept", "model", tmp_path) == [
        f"name: a module zoo_kept can be imported already, from {outside.folder / 'zoo_kept.py'}. Choose another name"
    ]


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path):
    target = write_plugin("gated", "model", tmp_path)
    target.joinpath("README.md").write_text("mine")

    assert refused("gated", "model", tmp_path) == [
        f"dir: {target} exists and is not empty: choose another place, or move it away"
    ]
    assert target.joinpath("README.md").read_text() == "mine"


def test_an_empty_folder_is_filled(tmp_path):
    tmp_path.joinpath("zoo-gated").mkdir()

    assert "pyproject.toml" in files_below(write_plugin("gated", "model", tmp_path))


def test_a_place_below_a_file_is_refused_together_with_the_name(tmp_path):
    tmp_path.joinpath("notes").write_text("")

    assert refused("json", "hook", tmp_path / "notes" / "deep") == [
        (
            "name: 'json' is a module already, and json.py would hide it from scripts beside it. "
            "Choose another, such as json_hook"
        ),
        f"dir: {tmp_path / 'notes'} is no folder: choose another place",
    ]


def test_a_file_in_its_place_is_refused(tmp_path):
    tmp_path.joinpath("zoo-gated").touch()

    assert refused("gated", "model", tmp_path) == [
        f"dir: {tmp_path / 'zoo-gated'} exists and is no folder: choose another place, or move it away"
    ]


def test_a_place_that_may_not_be_written_to_is_refused(outside):
    """Told by a process that gave up the rights of root, who may write everywhere."""
    refusal = outside.answer(
        """
        import json, os
        from pathlib import Path
        from modelzoo_registry import SpecError
        from modelzoo.scaffold.write import write_plugin

        here = Path.cwd()
        write_plugin("first", "model", here)  # loads all that it takes, while that may be read
        here.chmod(0o555)
        if os.geteuid() == 0:
            os.setuid(65534)
        try:
            write_plugin("second", "model", here)
        except SpecError as error:
            print(json.dumps(str(error)))
        """
    )

    title, fault = refusal.splitlines()
    assert title == "no package was made for the model 'second':"
    assert fault.startswith("  dir: ")
    assert fault.endswith(" may not be written to: choose another place, or ask for the right to")
