"""The group itself: help, unknown commands, and how errors are told."""

import click
import pytest
from modelzoo_registry import BrokenPluginError, DataError, Fault, MissingDependencyError

from modelzoo.cli import group
from modelzoo.cli.group import run
from modelzoo.commands import COMMANDS


@pytest.fixture
def failing(monkeypatch, capsys):
    """Return a caller of a command that raises; it gives exit code and what was written to standard error."""

    def call(error: BaseException, *arguments: str) -> tuple[int, str]:
        @click.command
        def fail() -> None:
            raise error

        monkeypatch.setattr(group.ZooGroup, "get_command", lambda self, ctx, name: fail)
        code = run(["fail", *arguments])
        said = capsys.readouterr()
        assert said.out == ""
        return code, said.err

    return call


def test_help_lists_every_command_in_order_with_its_whole_summary(zoo, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    said = zoo("--help")
    listed = said.out.partition("Commands:\n")[2].split("\n\n")[0].splitlines()

    assert (said.code, said.err) == (0, "")
    assert [line.split()[0] for line in listed] == list(COMMANDS)
    assert all(line.endswith(".") and not line.endswith("...") for line in listed)


@pytest.mark.parametrize("command", ["", *COMMANDS])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_helps_within_80_columns(zoo, monkeypatch, command, option):
    monkeypatch.setenv("COLUMNS", "80")

    said = zoo(f"{command} {option}")

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Usage: zoo {command}".rstrip())
    assert max(map(len, said.out.splitlines())) <= 80


def test_an_unknown_command_is_told_with_the_nearest(refusal):
    assert refusal("trian") == f"there is no command 'trian'. Did you mean 'train'? Commands: {', '.join(COMMANDS)}"


def test_the_version_is_told(zoo):
    assert zoo("--version").out == "zoo, version 0.1.0\n"


def test_an_error_of_ours_is_its_message_and_2(failing):
    assert failing(DataError("it does not fit", [Fault("carat", "is text"), Fault("cut", "is empty")])) == (
        2,
        "Error: it does not fit:\n  carat: is text\n  cut: is empty\n",
    )


def test_a_missing_dependency_is_something_to_mend(failing):
    assert failing(MissingDependencyError("training needs TensorFlow")) == (2, "Error: training needs TensorFlow\n")


def test_an_error_that_cannot_be_mended_is_1(failing):
    assert failing(BrokenPluginError("net is broken")) == (1, "Error: net is broken\n")


def test_a_file_the_system_refuses_is_named(failing):
    assert failing(PermissionError(13, "Permission denied", "/srv/run")) == (
        2,
        "Error: /srv/run: Permission denied\n",
    )


def test_a_failure_of_the_system_without_a_file_is_1(failing):
    assert failing(OSError("the disk is gone")) == (
        1,
        "Error: OSError: the disk is gone\n(--debug shows where it happened)\n",
    )


def test_what_nobody_expected_is_told_without_a_traceback(failing):
    assert failing(RuntimeError("boom")) == (
        1,
        "Error: this was not expected: RuntimeError: boom\n(--debug shows where it happened)\n",
    )


@pytest.mark.parametrize("place", [0, 1, 2])
def test_debug_shows_the_traceback_wherever_it_stands(zoo, place):
    words = ["show", "nothing"]
    words.insert(place, "--debug")

    said = zoo(" ".join(words))

    assert said.code == 2
    assert said.err.startswith("Traceback (most recent call last):\n")
    assert said.err.splitlines()[-1].startswith("Error: no plugin is called 'nothing'.")


def test_debug_shows_the_cause_too(failing):
    error = BrokenPluginError("net is broken")
    error.__cause__ = ImportError("no GPU")

    code, said = failing(error, "--debug")

    assert code == 1
    assert "ImportError: no GPU\n\nThe above exception was the direct cause" in said
    assert said.endswith("\nError: net is broken\n")


def test_ctrl_c_is_130(failing):
    assert failing(KeyboardInterrupt()) == (130, "\nError: stopped\n")
