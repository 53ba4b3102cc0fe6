"""Find commands, run them, and tell errors without a traceback."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

import click
from modelzoo_registry import ZooError
from modelzoo_registry.suggest import did_you_mean

COMMANDS = ("list", "show", "train", "evaluate", "predict", "export", "demo")
"""The commands of modelzoo itself, in the order help shows them; each is a module beside this one."""


class ZooGroup(click.Group):
    """Import a command when it is used; take further ones from hook plugins."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """Return all names, our own first."""
        return [*COMMANDS, *sorted(_plugin_commands())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command; plugins are asked only for names that are not ours."""
        if cmd_name in COMMANDS:
            command: click.Command = import_module(f"modelzoo.cli.{cmd_name}").command
            return command
        return _plugin_commands().get(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest command when there is none of that name."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            names = self.list_commands(ctx)
            raise click.UsageError(
                f"there is no command {args[0]!r}.{did_you_mean(args[0], names)} Commands: {', '.join(names)}", ctx
            )
        return super().resolve_command(ctx, args)


def _plugin_commands() -> dict[str, click.Command]:
    from ..hooks import Hooks

    offered = Hooks(lambda line: click.echo(line, err=True)).call("commands")
    commands = [command for group in offered for command in group if isinstance(command, click.Command)]
    return {command.name: command for command in commands if command.name and command.name not in COMMANDS}


@click.group(
    cls=ZooGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=("Exit codes: 0 done, 2 something to mend in what was asked for, 1 anything else."),
)
@click.version_option(package_name="modelzoo-keras", prog_name="zoo")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def zoo(debug: bool) -> None:
    """Neural models for tables: train, evaluate, export, predict."""


def run(arguments: Sequence[str]) -> int:
    """Run ``zoo`` and return its exit code."""
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        result = zoo.main(arguments, prog_name="zoo", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _tell("stopped", 130)
    except BrokenPipeError:  # the reader of our output is gone, as with `zoo list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except ZooError as error:
        return _tell(str(error), 2 if error.mendable else 1, debug=debug)
    except Exception as error:
        return _tell(f"{type(error).__name__}: {error}\nThis is not an error zoo expected.", 1, debug=debug)


def _tell(message: str, code: int, *, debug: bool = False) -> int:
    if debug:
        traceback.print_exc()
    hint = "" if debug or code != 1 else "\n(--debug shows where)"
    click.echo(f"{click.style('error:', fg='red', bold=True)} {message}{hint}", err=True)
    return code
