"""Run the code of Markdown pages as it stands there: Python, commands, and files that pages write out.

A block of text with the title ``prints`` is what the block before it prints, or some lines of that.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from modelzoo_registry.registry import of_environment

from modelzoo.cli import group

_FENCE = re.compile(
    r'^```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<code>.*?)^```$', re.DOTALL | re.MULTILINE
)
RUN = ("python", "sh")
"""The languages of blocks that are run."""
PRINTS = "prints"


@dataclass(frozen=True)
class Block:
    """Hold one block of code: its language, its title, if any, and the line it begins at."""

    language: str
    title: str | None
    code: str
    line: int

    @property
    def runs(self) -> bool:
        return self.language in RUN and self.title is None


def blocks(text: str) -> list[Block]:
    """Return the blocks of code of a page, in order."""
    return [
        Block(found["language"], found["title"], found["code"], text.count("\n", 0, found.start("code")) + 1)
        for found in _FENCE.finditer(text)
    ]


@dataclass
class Page:
    """Run the blocks of a page in the current folder, all Python ones in one namespace."""

    name: str
    names: dict[str, Any]
    patch: pytest.MonkeyPatch
    printed: str = ""

    def run(self, block: Block) -> None:
        if block.title == PRINTS:
            assert block.code in self.printed, f"{self.name}, line {block.line}: printed was\n{self.printed}"
        elif block.title is not None:
            path = Path(block.title)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.code, encoding="utf-8")
        elif block.runs:
            with contextlib.redirect_stdout(io.StringIO()) as out:
                self._run(block)
            self.printed = out.getvalue()
            print(self.printed, end="")

    def _run(self, block: Block) -> None:
        if block.language == "python":  # blank lines before it, so that a traceback names the page's own line
            exec(compile("\n" * (block.line - 1) + block.code, self.name, "exec"), self.names)
        else:
            for words in commands(block.code):
                self.command(words)

    def command(self, words: list[str]) -> None:
        match words:
            case ["zoo", *rest]:
                assert group.run(rest) == 0, f"{self.name}: {shlex.join(words)}"
            case ["python", *rest]:
                subprocess.run([sys.executable, *rest], check=True)
            case ["pip", "install", "."]:
                self._install()
            case _:
                raise AssertionError(f"{self.name}: no test runs such a command: {shlex.join(words)}")

    def _install(self) -> None:
        """Install the package of the current folder, for the rest of the page, beside what is there."""
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target"]
        subprocess.run([*pip, "installed", "."], check=True)
        self.patch.syspath_prepend(str(Path("installed").resolve()))
        importlib.invalidate_caches()
        of_environment.cache_clear()


def commands(code: str) -> Iterator[list[str]]:
    """Yield the commands of a block, each as its words."""
    for line in code.replace("\\\n", "").splitlines():
        if words := shlex.split(line, comments=True):
            yield words
