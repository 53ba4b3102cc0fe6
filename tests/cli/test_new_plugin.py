"""``zoo new-plugin``: what it prints, and what it imports."""

import shlex
import sys
from pathlib import Path

import pytest


@pytest.fixture
def found(monkeypatch):
    """The shell finds this environment's programs by themselves."""
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))


@pytest.mark.parametrize(
    ("option", "folder", "quoted"),
    [
        ("", "zoo-my-net", "zoo-my-net"),
        ("--dir plugins", "plugins/zoo-my-net", "plugins/zoo-my-net"),
        ("--dir 'my plugins'", "my plugins/zoo-my-net", "'my plugins/zoo-my-net'"),
    ],
)
def test_it_says_what_to_type_next(zoo, here, found, option, folder, quoted):
    said = zoo(f"new-plugin my-net --kind model {option}")

    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [
        f"{folder}: a package with one model, to be installed and tested as it stands, and then changed.",
        "Next:",
        f'  pip install -e "{folder}[test]"',
        f"  pytest {quoted}",
        "  zoo list --kind model",
    ]
    assert (here / folder / "zoo_my_net" / "my_net.py").is_file()


def test_programs_that_the_shell_would_not_find_are_named_by_their_folder(zoo, here, monkeypatch):
    monkeypatch.setenv("PATH", str(here))

    said = zoo("new-plugin net --kind model")

    folder = Path(sys.executable).parent
    assert [line.split()[0] for line in said.out.splitlines()[2:]] == [
        f"{folder}/{name}" for name in ("pip", "pytest", "zoo")
    ]


def test_words_the_shell_would_change_are_kept_from_it(zoo, here, found):
    said = zoo("new-plugin net --kind model --dir '$HOME'")

    assert shlex.split(said.out.splitlines()[2]) == ["pip", "install", "-e", "$HOME/zoo-net[test]"]


def test_a_refusal_tells_all_that_is_wrong(refusal, here):
    (here / "zoo-dnn").mkdir()
    (here / "zoo-dnn" / "mine").touch()

    assert refusal("new-plugin dnn --kind model") == (
        "no package was made for the model 'dnn':\n"
        "  name: modelzoo-plugins 0.1.0 offers a model 'dnn' already, and two of one name are in conflict. "
        "Choose another name, or uninstall modelzoo-plugins first\n"
        "  dir: zoo-dnn exists and is not empty: choose another place, or move it away"
    )


def test_it_imports_nothing_heavy(outside):
    assert outside.answer(
        """
        import json, sys
        from modelzoo.cli.group import run
        assert run(["new-plugin", "gated", "--kind", "model"]) == 0
        print(json.dumps([name for name in ("tensorflow", "keras", "numpy", "pyarrow") if name in sys.modules]))
        """
    ) == []  # fmt: skip


def test_other_commands_do_not_import_the_template_tool(outside):
    assert outside.answer(
        """
        import json, sys
        from modelzoo.cli.group import run
        assert run(["list"]) == run(["new-plugin", "--help"]) == 0
        print(json.dumps("jinja2" in sys.modules))
        """
    ) is False  # fmt: skip
