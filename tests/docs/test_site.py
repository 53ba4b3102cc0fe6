"""The site builds without a warning, fetches nothing, and documents every hook and field."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
import zlib
from dataclasses import fields, is_dataclass
from html.parser import HTMLParser
from pathlib import Path

import modelzoo_registry
import pytest
from modelzoo_registry import TrainingSpec, hookspecs, installed
from modelzoo_registry.checks import HOOKS
from pydantic import BaseModel

import modelzoo
from modelzoo.cli.group import COMMANDS
from modelzoo.columns.schema import KINDS, Schema
from modelzoo.export import manifest

ROOT = Path(__file__).parents[2]
BUILT_IN = [entry for entry in installed().entries if entry.distribution == "modelzoo-plugins"]
MANIFEST = [kind for kind in vars(manifest).values() if inspect.isclass(kind) and kind.__module__ == manifest.__name__]
CONTRACT = [value for name in modelzoo_registry.__all__ if is_dataclass(value := getattr(modelzoo_registry, name))]
DATACLASSES = {*CONTRACT, *(value for value in vars(hookspecs).values() if is_dataclass(value))}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the site, built as ``make site`` builds it."""
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "WARNING -" not in done.stderr
    return folder


@pytest.fixture(scope="module")
def documented(site):
    """The names that have a place of their own in the reference, as its inventory lists them."""
    head, _, packed = site.joinpath("objects.inv").read_bytes().partition(b"using zlib.\n")
    assert head.startswith(b"# Sphinx inventory")
    return {line.split()[0] for line in zlib.decompress(packed).decode("utf-8").splitlines()}


@pytest.fixture(scope="module")
def sections(site):
    """The text below each heading, by page and anchor, as the site's own search has it."""
    index = json.loads(site.joinpath("search", "search_index.json").read_text(encoding="utf-8"))
    return {entry["location"]: plain(entry["text"]) for entry in index["docs"]}


def plain(text: str) -> str:
    """Return a text without tags, entities and breaks of lines, so that it can be searched for words."""
    import html

    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def rows(page: str) -> list[list[str]]:
    """Return the cells of all tables of a page of Markdown."""
    return [
        [plain(cell.replace("\\|", "|").replace("`", "")) for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in page.splitlines()
        if line.startswith("| `")
    ]


def test_every_hook_and_each_of_its_arguments_is_in_the_reference(documented):
    wanted = {
        f"{hookspecs.__name__}.{name}{argument}"
        for name, hook in HOOKS.items()
        for argument in ("", *(f"({name})" for name in inspect.signature(hook).parameters))
    }

    assert wanted - documented == set()


@pytest.mark.parametrize("described", sorted(DATACLASSES, key=lambda kind: kind.__name__))
def test_every_field_of_what_plugins_are_handed_is_in_the_reference(documented, described):
    name = f"{described.__module__}.{described.__name__}"

    assert {name, *(f"{name}.{field.name}" for field in fields(described))} - documented == set()


@pytest.mark.parametrize("described", [Schema, *MANIFEST])
def test_every_field_of_what_callers_read_is_in_the_reference(documented, described):
    assert issubclass(described, BaseModel)
    name = f"{described.__module__}.{described.__name__}"

    assert {name, *(f"{name}.{field}" for field in described.model_fields)} - documented == set()


def test_every_public_name_is_in_the_reference(documented):
    ours = {
        f"{value.__module__}.{name}"
        for name in modelzoo.__all__
        if hasattr(value := getattr(modelzoo, name), "__module__")
    }
    contract = {f"modelzoo_registry.{name}" for name in modelzoo_registry.__all__}
    public = ours | contract | {"modelzoo.datasets.load", "modelzoo.datasets.path"}

    assert public - documented == UNDOCUMENTED


UNDOCUMENTED = {"modelzoo_registry.__version__"}
"""Public names that say all there is to say."""


@pytest.mark.parametrize(
    ("section", "spec"),
    [
        ("reference/training.html", TrainingSpec),
        *((f"reference/plugins.html#{entry.name}", installed().load_entry(entry).Spec) for entry in BUILT_IN),
        *((f"reference/schema.html#{name}", kind) for name, kind in KINDS.items()),
    ],
)
def test_every_setting_stands_there_with_what_it_means(sections, section, spec):
    said = sections[section]

    for name, field in spec.model_fields.items():
        if name != "kind" or section.startswith("reference/plugins"):
            assert field.description, f"{name} has no description"
            assert f"{name} " in said
            assert plain(field.description) in said


def test_every_command_stands_there_with_its_help(sections):
    assert set(COMMANDS) == {place.partition("#zoo-")[2] for place in sections if "cli.html#zoo-" in place}


class Fetched(HTMLParser):
    """Collect what a browser fetches on its own."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in ("script", "img", "iframe", "source"):
            self.found += [given[name] for name in ("src",) if given.get(name)]
        if tag == "link" and given.get("rel") in ("stylesheet", "icon", "preload", "preconnect", "dns-prefetch"):
            self.found.append(given["href"])


def test_its_pages_fetch_nothing_from_elsewhere(site):
    pages = list(site.rglob("*.html"))
    for page in pages:
        parser = Fetched()
        parser.feed(page.read_text(encoding="utf-8"))
        assert [address for address in parser.found if re.match(r"(\w+:)?//", address)] == []
    sheets = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert not [found for sheet in sheets for found in re.findall(r"url\(.?https?:", sheet)]
    assert len(pages) > 15


def test_no_python_file_and_no_rows_land_in_it(site):
    suffixes = {path.suffix for path in site.rglob("*") if path.is_file()}

    assert suffixes <= {".html", ".css", ".js", ".map", ".json", ".inv", ".xml", ".gz", ".png", ".svg", ""}
