"""Name the commands of ``zoo``, and take further ones that hook plugins offer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click

COMMANDS = ("list", "show", "schema", "train", "evaluate", "predict", "plot", "export", "demo", "doctor", "new-plugin")
"""The commands of modelzoo itself, in the order help shows them; each is a module in ``modelzoo.cli``."""


def take(plugin: str, offered: Any, found: dict[str, click.Command]) -> Iterator[str]:
    """Add what one hook plugin offers to the commands found so far, and say what of it is passed over, and why.

    Args:
        plugin: the plugin, in words.
        offered: what its hook ``commands`` has returned, whatever that is.
        found: the commands of plugins, by name; what can be used is added.
    """
    if not isinstance(offered, Sequence) or not all(isinstance(command, click.Command) for command in offered):
        yield f"the commands of {plugin} are passed over: a list of click commands is expected. Received: {offered!r}"
        return
    for command in offered:
        if not command.name:
            yield f"a command of {plugin} is passed over: it has no name"
        elif command.name in (*COMMANDS, *found):
            yield f"a command of {plugin} is passed over: the name {command.name!r} is taken"
        else:
            found[command.name] = command
