"""A good hook, and others that each do one thing wrong."""

import click
from modelzoo_registry import hookimpl


class Audit:
    """Remember how trainings went."""

    def __init__(self):
        self.seen = []

    @hookimpl
    def epoch_ended(self, epoch, logs):
        self.seen.append((epoch, logs["loss"]))

    @hookimpl
    def exported(self, export):
        self.seen.append(export.path.name)

    @hookimpl
    def commands(self):
        @click.command()
        def audit():
            """Show what was seen."""

        return [audit]


class CannotBeMade(Audit):
    """Need what is not there."""

    def __init__(self):
        raise OSError("no such server")


class UnknownArgument(Audit):
    """Ask for what no hook is given."""

    @hookimpl
    def run_failed(self, err): ...


class Raises(Audit):
    """Fail where a training does."""

    @hookimpl
    def run_failed(self, error):
        raise OSError("no room on the disk")


class NoCommands(Audit):
    """Add a function to zoo."""

    @hookimpl
    def commands(self):
        return ["audit"]


class OneCommand(Audit):
    """Add a command that is in no list."""

    @hookimpl
    def commands(self):
        return click.Command("audit", help="Show what was seen.")


class YieldsCommands(Audit):
    """Add commands one after the other."""

    @hookimpl
    def commands(self):
        yield click.Command("audit", help="Show what was seen.")


class TakenName(Audit):
    """Add a command that zoo has, and one without a name."""

    @hookimpl
    def commands(self):
        return [click.Command("train", help="Train, and show what was seen."), click.Command(None)]


class NoHelp(Audit):
    """Add a command that does not say what it does."""

    @hookimpl
    def commands(self):
        return [click.Command("audit")]
