"""Make plugins for these tests: from hand-made metadata, and as packages installed in a folder of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from modelzoo_registry import BrokenPluginError, Registry

Offers = Mapping[str, Mapping[str, str]]
"""Entry points as in pyproject.toml: group, then name, then ``module:object``."""

IMPORTS = """\
from modelzoo_registry import (
    SUPERVISED, LayerInfo, ModelPlugin, ModelSpec, RegularizerPlugin, RegularizerSpec, hookimpl
)
from pydantic import Field, field_validator
"""


def metadata(name: str, version: str, *requirements: str) -> str:
    asked = "".join(f"Requires-Dist: {requirement}\n" for requirement in requirements)
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{asked}"


def entry_points_text(offers: Offers) -> str:
    lines = []
    for group, entries in offers.items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in entries.items()), ""]
    return "\n".join(lines)


class HandMade(Distribution):
    """A distribution that exists as texts alone."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def read_text(self, filename: str) -> str | None:
        return self.texts.get(filename)

    def locate_file(self, path: Any) -> Any:
        raise FileNotFoundError(path)


@pytest.fixture
def hand_made() -> Callable[..., HandMade]:
    """Return a maker of distributions out of name, version and offers, or of whole ``texts``."""

    def make(name: str = "acme-zoo", version: str = "1.0", offers: Offers | None = None, **texts: str) -> HandMade:
        made = {"METADATA": metadata(name, version), "entry_points.txt": entry_points_text(offers or {})}
        return HandMade(made | texts)

    return make


@pytest.fixture
def registry_of() -> Callable[..., Registry]:
    """Return a maker of registries that know the given distributions and no others."""
    return lambda *made: Registry(point for distribution in made for point in distribution.entry_points)


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Return a writer of importable modules: the name, and the source behind ``IMPORTS``."""
    monkeypatch.syspath_prepend(tmp_path)
    written = []

    def write(name: str, source: str) -> None:
        tmp_path.joinpath(f"{name}.py").write_text(IMPORTS + dedent(source))
        written.append(name)

    yield write
    for name in written:
        sys.modules.pop(name, None)


@pytest.fixture
def refusal(module, hand_made, registry_of) -> Callable[..., str]:
    """Return a loader of ``Mine`` from a source, that gives the message with which it is refused."""

    def load(source: str, kind: str = "model", target: str = "acme:Mine") -> str:
        module("acme", source)
        registry = registry_of(hand_made(offers={f"modelzoo.{kind}s": {"mine": target}}))
        with pytest.raises(BrokenPluginError) as caught:
            registry.load(kind, "mine")
        return str(caught.value)

    return load


@pytest.fixture
def accepted(module, hand_made, registry_of) -> Callable[..., Any]:
    """Return a loader of ``Mine`` from a source that must be accepted; it gives the plugin."""

    def load(source: str, kind: str = "model", target: str = "acme:Mine") -> Any:
        module("acme", source)
        return registry_of(hand_made(offers={f"modelzoo.{kind}s": {"mine": target}})).load(kind, "mine")

    return load


@dataclass(frozen=True)
class Site:
    """A folder of installed packages, and fresh Python processes that see it beside the environment's own."""

    folder: Path

    def install(self, name: str, version: str, offers: Offers, **sources: str) -> Path:
        """Install a distribution and its modules, and return its ``dist-info`` folder."""
        info = self.folder / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        info.joinpath("METADATA").write_text(metadata(name, version))
        info.joinpath("entry_points.txt").write_text(entry_points_text(offers))
        for module_name, source in sources.items():
            self.write(module_name, IMPORTS + dedent(source))
        return info

    def write(self, module_name: str, source: str) -> None:
        self.folder.joinpath(f"{module_name}.py").write_text(source)

    def run(self, script: str, *flags: str, **variables: str) -> subprocess.CompletedProcess[str]:
        ours = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "MODELZOO"))}
        return subprocess.run(
            [sys.executable, *flags, "-c", dedent(script)],
            env=ours | {"PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"} | variables,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def answer(self, script: str, *flags: str, **variables: str) -> Any:
        """Run a script that prints JSON, and return what it printed."""
        done = self.run(script, *flags, **variables)
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    folder = tmp_path / "site"
    folder.mkdir()
    return Site(folder)
