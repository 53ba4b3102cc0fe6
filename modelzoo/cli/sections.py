"""A command whose help lists its options under headings: for those that have many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click


class Sectioned(click.Command):
    """List the options named for a section under its heading, in that order; the others under "Options"."""

    def __init__(self, *args: Any, sections: Mapping[str, Sequence[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sections = sections

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write every option once."""
        records = {param.opts[0]: param.get_help_record(ctx) for param in self.get_params(ctx)}
        listed = {heading: [records.pop(option) for option in options] for heading, options in self._sections.items()}
        for heading, rows in {**listed, "Options": list(records.values())}.items():
            with formatter.section(heading):
                formatter.write_dl([row for row in rows if row is not None])
