"""Find commands, run them, and tell errors without a traceback."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module

import click
from modelzoo_registry import ZooError
from modelzoo_registry.suggest import did_you_mean

from ..commands import COMMANDS, take
from . import STOPPED

_FOUND = "modelzoo.cli.plugin_commands"


class ZooGroup(click.Group):
    """Import a command when it is used; take further ones from hook plugins."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names, our own first."""
        return [*COMMANDS, *sorted(_plugin_commands(ctx))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; plugins are asked only for names that are not ours."""
        if cmd_name in COMMANDS:
            return own_command(cmd_name)
        return _plugin_commands(ctx).get(cmd_name)

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


def own_command(name: str) -> click.Command:
    """Return one of the commands of modelzoo itself, importing its module: ``new_plugin`` for ``new-plugin``."""
    command: click.Command = import_module(f"modelzoo.cli.{name.replace('-', '_')}").command
    return command


def _plugin_commands(ctx: click.Context) -> dict[str, click.Command]:
    """Return the commands of hook plugins by name; they are asked once, so that faults are told once."""
    if _FOUND not in ctx.meta:
        from ..hooks import Hooks

        ctx.meta[_FOUND] = {}
        for entry, offered in Hooks(_warn).call("commands"):
            for line in take(f"hook {entry.name!r} of {entry.source}", offered, ctx.meta[_FOUND]):
                _warn(line)
    found: dict[str, click.Command] = ctx.meta[_FOUND]
    return found


def _warn(line: str) -> None:
    click.echo(f"{click.style('Warning:', fg='yellow', bold=True)} {line}", err=True)


@click.group(
    cls=ZooGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 2 something to mend in what was asked for, 130 stopped by Ctrl-C, 143 by SIGTERM, "
    "1 anything else.",
)
@click.version_option(package_name="modelzoo-keras", prog_name="zoo")
@click.option("--debug", is_flag=True, help="Show the traceback of an error; may stand anywhere on the line.")
def zoo(debug: bool) -> None:
    """Neural models for tables: train, evaluate, export, predict."""


def run(arguments: Sequence[str]) -> int:
    """Run ``zoo`` and return its exit code."""
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    with warnings.catch_warnings():
        # Where in the code a warning was given is of no use on a command line.
        warnings.showwarning = lambda message, *_, **__: _warn(str(message))
        return _guarded(arguments, debug=debug)


def _guarded(arguments: Sequence[str], *, debug: bool) -> int:
    """Run ``zoo``; whatever it raises becomes words and an exit code."""
    try:
        result = zoo.main(arguments, prog_name="zoo", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt) as error:
        stop = _origin(error)
        return _tell(str(stop) or "stopped", getattr(stop, "exit_code", STOPPED), stop, debug=debug)
    except BrokenPipeError:  # the reader of our output is gone, as with `zoo list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except ZooError as error:
        return _tell(str(error), 2 if error.mendable else 1, error, debug=debug)
    except OSError as error:
        return _tell(_describe(error), 2 if error.filename else 1, error, debug=debug)
    except Exception as error:
        if isinstance(error, ImportError):
            error.add_note("zoo doctor says what is broken here")
        return _tell(f"this was not expected: {type(error).__name__}: {error}", 1, error, debug=debug)


def _origin(error: BaseException) -> BaseException:
    """Return what stopped the process: click puts an error of its own in front, and so do codecs it came into."""
    while isinstance(error.__cause__, KeyboardInterrupt):
        error = error.__cause__
    return error


def _describe(error: OSError) -> str:
    """Name the file that could not be read or written, and why."""
    return f"{error.filename}: {error.strerror}" if error.filename else f"{type(error).__name__}: {error}"


def _tell(message: str, code: int, error: BaseException, *, debug: bool) -> int:
    if debug:
        import traceback

        traceback.print_exception(error)
    message = "\n".join([message, *getattr(error, "__notes__", ())])
    is_explained = isinstance(error, ZooError) and error.__cause__ is None
    hint = "" if debug or code != 1 or is_explained else "\n(--debug shows where it happened)"
    click.echo(f"{click.style('Error:', fg='red', bold=True)} {message}{hint}", err=True)
    return code
