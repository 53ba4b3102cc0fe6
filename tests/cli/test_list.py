"""``zoo list``: the table people read, and the JSON programs read."""

import json

import click
import pytest
from modelzoo_registry import ACTIVATIONS

from modelzoo.text import print_table

ROWS = [("net", "model", "Add a sparse linear part over crosses."), ("l2", "regularizer", "")]


def test_the_table_names_each_plugin_with_its_kind_its_source_and_what_it_does(zoo):
    said = zoo("list")
    header, *rows = said.out.splitlines()

    assert (said.code, said.err) == (0, "")
    assert header.split("  ")[0] == "NAME"
    row = next(row for row in rows if row.startswith("linear "))
    assert " ".join(row.split()) == (
        "linear model modelzoo-plugins 0.1.0 Fit one weight per input: fast, readable, hard to over-fit."
    )


@pytest.mark.parametrize("kind", ["model", "models"])
def test_a_kind_is_named_in_singular_or_plural(zoo, kind):
    listed = json.loads(zoo(f"list --kind {kind} --json").out)

    assert {plugin["kind"] for plugin in listed} == {"model"}
    assert {"linear", "wide_deep"} <= {plugin["name"] for plugin in listed}


def test_json_holds_everything_that_is_known(zoo):
    listed = json.loads(zoo("list --json").out)

    assert next(plugin for plugin in listed if plugin["name"] == "linear") == {
        "name": "linear",
        "kind": "model",
        "distribution": "modelzoo-plugins",
        "version": "0.1.0",
        "status": "ok",
        "summary": "Fit one weight per input: fast, readable, hard to over-fit.",
        "cause": "",
        "heavy_import": "",
    }


def test_a_kind_nobody_offers_is_said_to_be_missing(zoo, monkeypatch):
    monkeypatch.setattr("modelzoo.cli.list.installed", lambda: type("Empty", (), {"status": lambda self, kind: []})())

    assert zoo("list --kind hooks").out == "none installed\n"


def test_activations_are_listed_with_what_they_do(zoo):
    said = zoo("list --kind activations")
    header, *rows = said.out.splitlines()

    assert (said.code, said.err, header) == (0, "", "NAME            WHAT IT DOES")
    assert "leaky_relu      relu with slope 0.2 below 0 instead of 0: no unit dies" in rows
    assert [row.split()[0] for row in rows] == list(ACTIVATIONS)


@pytest.mark.parametrize("kind", ["activation", "activations"])
def test_json_holds_name_kind_and_summary_of_each_activation(zoo, kind):
    assert json.loads(zoo(f"list --kind {kind} --json").out) == [
        {"name": name, "kind": "activation", "summary": summary} for name, summary in ACTIVATIONS.items()
    ]


def test_the_plain_list_holds_no_activations(zoo):
    kinds = {listed["kind"] for listed in json.loads(zoo("list --json").out)}

    assert kinds <= {"model", "regularizer", "hook"}


def test_an_unknown_kind_is_refused(refusal):
    assert refusal("list --kind net") == (
        "Invalid value for '--kind': 'net' is not one of 'models', 'regularizers', 'hooks', 'activations', 'model', "
        "'regularizer', 'hook', 'activation'."
    )


def test_in_a_pipe_a_row_is_a_line_however_long(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")

    print_table(("NAME", "KIND", "WHAT"), ROWS)

    assert capsys.readouterr().out == (
        "NAME  KIND         WHAT\n"
        "net   model        Add a sparse linear part over crosses.\n"
        "l2    regularizer\n"
    )  # fmt: skip


def test_on_a_terminal_the_last_column_is_wrapped_beside_the_others(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    print_table(("NAME", "KIND", "WHAT"), ROWS)

    assert click.unstyle(capsys.readouterr().out) == (
        "NAME  KIND         WHAT\n"
        "net   model        Add a sparse linear\n"
        "                   part over crosses.\n"
        "l2    regularizer\n"
    )  # fmt: skip


def test_a_terminal_narrower_than_the_other_columns_still_gets_a_readable_last_one(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "10")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    print_table(("NAME", "KIND", "WHAT"), ROWS)

    assert "Add a sparse linear\n" in capsys.readouterr().out


@pytest.mark.parametrize("columns", ["60", "80", "120"])
def test_no_line_of_the_list_is_wider_than_the_terminal(zoo, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    widest = max(map(len, click.unstyle(zoo("list").out).splitlines()))

    assert widest <= max(int(columns), 77)  # the other columns take 57, the last one never less than 20
