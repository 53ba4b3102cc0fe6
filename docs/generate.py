"""Generate the parts of the README that would drift if they were written by hand.

``make docs`` writes them, ``make lint`` checks them.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from modelzoo_registry import installed

from modelzoo.cli.group import COMMANDS, zoo

RESULTS = Path(__file__).parent.parent / "benchmarks" / "results"
WIDTH = 100


def command_help(*names: str) -> str:
    """Return the help of ``zoo`` and of the named commands as one block of Markdown."""
    texts = [_help(zoo, "zoo"), *(_help(_command(name), f"zoo {name}") for name in names)]
    return "```text\n" + "\n\n".join(texts) + "\n```"


def plugins(kind: str) -> str:
    """Return the built-in plugins of a kind as a table."""
    rows = [
        f"| `{status.entry.name}` | {status.summary} |"
        for status in installed().status(kind)
        if status.entry.distribution == "modelzoo-plugins"
    ]
    return "\n".join([f"| {kind} | what it does |", "|---|---|", *rows])


def figures() -> str:
    """Return the measured figures as a table, with the machine they were taken on."""
    listing, quality = _read("listing"), _read("quality")
    start_up, reading = listing["median_seconds"]["start_up"], listing["median_seconds"]["reading"]
    ratio = start_up["import tensorflow"] / start_up["zoo list"]
    without, with_more = reading.values()
    rows = [
        ("`zoo list`, whole process", f"{start_up['zoo list']:.2f} s"),
        ("`python -c 'import tensorflow'`", f"{start_up['import tensorflow']:.2f} s, {ratio:.1f} times as long"),
        (f"reading {listing['plugins']} more plugins' entries", f"{with_more - without:.3f} s"),
        ("`zoo demo`, whole process", f"{quality['demo']['seconds']:.0f} s"),
        ("diamonds, `wide_deep`, test RMSE", _error(quality["demo"])),
        ("taxi fares, `wide_deep`, raw columns, test RMSE", _error(quality["taxi"])),
        ("same seed twice: losses, weights", _same(quality["repeatability"])),
    ]
    machine = listing["machine"]
    lines = ["| what | measured |", "|---|---|", *(f"| {what} | {seen} |" for what, seen in rows)]
    return "\n".join(
        [
            *lines,
            "",
            (
                f"On {machine['cpu']}, {machine['cores']} cores, Python {machine['python']}, TensorFlow "
                f"{machine['tensorflow']}; `benchmarks/listing.py` and `benchmarks/quality.py` measure them again."
            ),
        ]
    )


def _error(measured: dict[str, float]) -> str:
    return f"{measured['test_rmse']:.4g} (predicting the mean: {measured['test_rmse_of_the_mean']:.4g})"


def _same(measured: dict[str, bool]) -> str:
    return ", ".join("the same bits" if same else "DIFFER" for same in measured.values())


def _read(name: str) -> Any:
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def _command(name: str) -> click.Command:
    if name not in COMMANDS:
        raise ValueError(f"zoo has no command {name!r}: {', '.join(COMMANDS)}")
    command: click.Command = import_module(f"modelzoo.cli.{name}").command
    return command


def _help(command: click.Command, title: str) -> str:
    context = click.Context(
        command, info_name=title, terminal_width=WIDTH, max_content_width=WIDTH, help_option_names=["-h", "--help"]
    )
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
