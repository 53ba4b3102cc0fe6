"""``docs/how-to/write-a-hook.md``: its example runs as it stands, and its tables are those of the contract."""

import inspect
import json
import re
import tomllib

import pytest
from modelzoo_registry import ExportInfo, PluginInfo, RunInfo
from modelzoo_registry.checks import HOOKS

import modelzoo
from modelzoo.cli.group import run as zoo

from .conftest import ROOT
from .registry.test_documented import field_docs

pytestmark = pytest.mark.xdist_group("hooks")

PAGE = (ROOT / "docs" / "how-to" / "write-a-hook.md").read_text()
ROWS = {"a": list(range(40)), "y": [2.0 * i for i in range(40)]}


def blocks(language):
    """Return the page's blocks of code in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def table(heading):
    """Return the rows of the first table behind a heading, as they are written, without their title."""
    _, _, after = PAGE.partition(f"\n{heading}\n")
    _, _, rows = after.partition("|---|\n")
    return rows.partition("\n\n")[0].splitlines()


def test_the_example_and_its_command_run_as_they_stand(offer_hooks, tmp_path, monkeypatch, capsys):
    example, command = blocks("python")
    (project,) = map(tomllib.loads, blocks("toml"))
    ((name, target),) = project["project"]["entry-points"]["modelzoo.hooks"].items()
    offer_hooks(f"{name} = {target}", epoch_log=f"{example}\n{command}")
    monkeypatch.chdir(tmp_path)

    history = modelzoo.build("linear").fit(ROWS, target="y", epochs=2, metrics=[], out="run", verbose=0).history

    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert lines == [{"model": "linear", "epoch": number, "loss": history["loss"][number - 1]} for number in (1, 2)]
    assert zoo(["epochs", "run"]) == 0
    assert capsys.readouterr().out == "".join(f"{line['epoch']}: loss {line['loss']:.3g}\n" for line in lines)


def test_the_example_is_short():
    assert len([line for line in blocks("python")[0].splitlines() if line]) <= 15


def test_the_moments_are_those_of_the_contract_with_their_arguments():
    arguments = {name: [f"`{each}`" for each in inspect.signature(hook).parameters] for name, hook in HOOKS.items()}

    assert [line.split(" | ")[:2] for line in table("## Moments")] == [
        [f"| `{name}`", ", ".join(taken) or "none"] for name, taken in arguments.items()
    ]


@pytest.mark.parametrize(
    ("heading", "record"),
    [
        ("### `run`", RunInfo),
        ("### `export`", ExportInfo),
        ("### `run.model`, `run.regularizers`, `export.model`", PluginInfo),
    ],
)
def test_the_fields_of_what_a_hook_is_given_are_those_of_the_contract(heading, record):
    told = {name: text.replace("``", "`").removesuffix(".") for name, text in field_docs(record).items()}

    assert table(heading) == [f"| `{name}` | {text} |" for name, text in told.items()]


def test_the_message_of_a_failure_is_the_one_that_is_told(offer_hooks, tmp_path, capsys):
    from modelzoo.hooks import RunHooks

    offer_hooks("epoch_log = epoch_log:EpochLog", epoch_log=blocks("python")[0])
    followers, run = RunHooks(), tmp_path / "run"
    info = RunInfo(model=PluginInfo("linear", "modelzoo-plugins", "0.1"), task="regression", folder=run)
    (tmp_path / "run.jsonl").mkdir()

    followers.started(info)
    followers.epoch_ended(1, {})

    (shown,) = blocks("text")
    shown = shown.replace("zoo-epoch-log 0.1.0", "acme-audit 1.0").replace("runs/a.jsonl", f"{run}.jsonl")
    shown = shown.replace(
        "PermissionError: [Errno 13] Permission denied", "IsADirectoryError: [Errno 21] Is a directory"
    )
    assert capsys.readouterr().err == shown
