"""Plugins of others: commands they add, and what they cannot break."""

import json

import pytest

from modelzoo.commands import COMMANDS

ZOO = "from modelzoo.cli import main; main()"

HOOK = """
import click
from modelzoo_registry import hookimpl

@click.command("serve", help="Serve an export.")
@click.argument("export")
def serve(export):
    click.echo(f"serving {export}")

@hookimpl
def commands():
    return [serve]
"""
ENTRY = "[modelzoo.hooks]\nacme = acme"


def offering(what: str) -> str:
    return HOOK.replace("[serve]", what)


def test_a_hook_plugin_adds_a_command(outside):
    outside.install("acme-zoo", ENTRY, acme=HOOK)

    helped, served = outside.run(ZOO, "--help"), outside.run(ZOO, "serve", "exports/a")

    assert "  serve       Serve an export.\n" in helped.stdout
    assert (served.returncode, served.stdout, served.stderr) == (0, "serving exports/a\n", "")


def test_an_unknown_command_may_mean_one_of_a_plugin(outside):
    outside.install("acme-zoo", ENTRY, acme=HOOK)

    done = outside.run(ZOO, "srve")

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        f"Error: there is no command 'srve'. Did you mean 'serve'? Commands: {', '.join(COMMANDS)}, serve"
    )


def test_our_own_commands_ask_no_plugin(outside):
    outside.install("acme-zoo", ENTRY, acme="print('imported', file=__import__('sys').stderr)" + HOOK)

    assert outside.run(ZOO, "show", "linear").stderr == ""


HINT = " (to raise it instead: MODELZOO_STRICT_PLUGINS=1)"
UNREADABLE = "hook 'acme' is passed over: hook 'acme' of acme-zoo 1.0 cannot be imported from 'acme': "
FAILED = "hook 'acme' of acme-zoo 1.0 failed at commands and is left out from here on: "
NO_LIST = (
    "the commands of hook 'acme' of acme-zoo 1.0 are passed over: a list of click commands is expected. Received: "
)
TAKEN = "a command of hook '{} 1.0 is passed over: the name '{}' is taken"


@pytest.mark.parametrize(
    ("source", "warning"),
    [
        ("raise RuntimeError('boom')", UNREADABLE + "RuntimeError: boom" + HINT),
        ("raise SystemExit(3)", UNREADABLE + "SystemExit: 3" + HINT),
        (offering("1 / 0"), FAILED + "ZeroDivisionError: division by zero" + HINT),
        (offering("exit(3)"), FAILED + "SystemExit: 3" + HINT),
        (offering("serve"), NO_LIST + "<Command serve>"),
        (offering("['serve']"), NO_LIST + "['serve']"),
        (HOOK.replace('"serve"', '"train"'), TAKEN.format("acme' of acme-zoo", "train")),
    ],
)
def test_a_broken_hook_is_told_once_and_stops_neither_help_nor_list(outside, source, warning):
    outside.install("acme-zoo", ENTRY, acme=source)

    helped, unknown, listed = outside.run(ZOO, "--help"), outside.run(ZOO, "nothing"), outside.run(ZOO, "list")

    assert (helped.returncode, helped.stderr) == (0, f"Warning: {warning}\n")
    assert "  train       Train a model on a file and write the run.\n" in helped.stdout
    assert unknown.stderr.count("Warning: ") == 1
    assert (listed.returncode, listed.stderr) == (0, "")


def test_of_two_commands_of_one_name_the_second_is_passed_over(outside):
    outside.install("acme-zoo", ENTRY, acme=HOOK)
    outside.install("bolt-zoo", "[modelzoo.hooks]\nbolt = bolt", bolt=HOOK.replace("serving", "bolting"))

    done = outside.run(ZOO, "serve", "a")

    assert (done.returncode, done.stdout) == (0, "serving a\n")
    assert done.stderr == "Warning: " + TAKEN.format("bolt' of bolt-zoo", "serve") + "\n"


def test_a_broken_plugin_is_listed_with_its_cause(outside):
    outside.install("acme-zoo", "[modelzoo.models]\nnet = acme:Net", acme="raise ImportError('no GPU')")

    table = outside.run(ZOO, "list", "--kind", "models").stdout.splitlines()
    listed = json.loads(outside.run(ZOO, "list", "--json").stdout)

    cause = "model 'net' of acme-zoo 1.0 cannot be imported from 'acme:Net': ImportError: no GPU"
    assert next(row for row in table if row.startswith("net ")).endswith(f"  BROKEN: {cause}")
    assert next(plugin for plugin in listed if plugin["name"] == "net") == {
        "name": "net",
        "kind": "model",
        "distribution": "acme-zoo",
        "version": "1.0",
        "status": "broken",
        "summary": "",
        "cause": cause,
        "heavy_import": "",
    }


def test_a_plugin_that_prints_while_it_is_imported_spoils_no_json(outside):
    outside.install("acme-zoo", ENTRY, acme="print('hello from acme')" + HOOK)

    listed = outside.run(ZOO, "list", "--json")

    assert "acme" in [plugin["name"] for plugin in json.loads(listed.stdout)]
    assert listed.stderr == "hello from acme\n"


@pytest.mark.parametrize("text", [b"[modelzoo.models]\nthis is no pair\n", b"[modelzoo.models]\nn\xff = a:b\n"])
def test_a_package_whose_entry_points_cannot_be_read_stops_nothing(outside, text):
    outside.install("acme-zoo", "", acme="")
    (outside.folder / "acme_zoo-1.0.dist-info/entry_points.txt").write_bytes(text)

    listed = outside.run(ZOO, "list", "--json")

    assert {"linear", "wide_deep"} <= {plugin["name"] for plugin in json.loads(listed.stdout)}
    assert listed.stderr.startswith("Warning: acme-zoo 1.0 is passed over: its entry_points.txt cannot be read: ")
    assert listed.stderr.count("\n") == 1


def test_pydantic_reads_no_entry_points_of_its_own(outside):
    outside.install("acme-zoo", "[pydantic]\nacme = acme", acme="raise RuntimeError('imported')")

    assert outside.run(ZOO, "list").stderr == ""
