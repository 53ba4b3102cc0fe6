"""Say what a check is, and how it tells what it found to the author of a plugin."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from modelzoo_registry.errors import in_words
from modelzoo_registry.registry import using

from .subject import Subject

Stage = Literal["contract", "written", "built", "trained"]
"""What a check needs: the class as it is written, cores built from it, trainings. A later one assumes the earlier."""


_READ_ON = "Mend that first; the exception it started from stands above, with the line it came from."


@dataclass(frozen=True)
class Finding:
    """Tell one thing that is wrong with a plugin, and what its author can do about it."""

    found: str
    remedy: str

    def __str__(self) -> str:
        return f"  {self.found}\n    {self.remedy}"


class Stumbled(Exception):  # noqa: N818  (it is no error of the zoo: it carries one of the plugin's)
    """Carry what a plugin raised, and while doing what; its cause is chained."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


@contextmanager
def doing(what: str, remedy: str = _READ_ON) -> Iterator[None]:
    """Say while doing what a plugin raised, if it does, and what its author can do then."""
    try:
        yield
    except Stumbled:
        raise
    except Exception as error:  # whatever it is that a plugin raises
        raise Stumbled(Finding(f"{what} raised {in_words(error)}", remedy)) from error


@dataclass(frozen=True)
class Check:
    """Name one demand; the docstring of ``find`` says what is demanded."""

    name: str
    find: Callable[[Subject], Iterable[Finding]]
    stage: Stage

    @property
    def demand(self) -> str:
        """What a plugin must do to pass, in a sentence."""
        return " ".join((inspect.getdoc(self.find) or "").partition("\n\n")[0].split())

    def run(self, subject: Subject) -> None:
        """Look for everything that is wrong.

        Raises:
            AssertionError: with every finding.
        """
        __tracebackhide__ = True
        findings: Sequence[Finding]
        cause: BaseException | None = None
        try:
            with using(subject.registry):
                findings = list(self.find(subject))
        except Stumbled as stumbled:
            findings, cause = [stumbled.finding], stumbled.__cause__
        if findings:
            raise AssertionError(self._told(subject, findings)) from cause

    def _told(self, subject: Subject, findings: Sequence[Finding]) -> str:
        return "\n".join([f"{subject}: the check {self.name!r} found", *map(str, findings)])
