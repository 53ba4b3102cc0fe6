"""The site builds without a warning, fetches nothing, and documents every hook and field."""

from __future__ import annotations

import ast
import html
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
from modelzoo_registry.training import TRAINING_FIELDS
from pydantic import BaseModel

from modelzoo.columns.schema import KINDS, Schema
from modelzoo.commands import COMMANDS
from modelzoo.config import TrainConfig
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
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


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


@pytest.mark.parametrize("package", ["modelzoo", "modelzoo/sklearn", "modelzoo/testing", "registry/modelzoo_registry"])
def test_every_public_name_is_in_the_reference(documented, package):
    source = ROOT.joinpath(package, "__init__.py").read_text(encoding="utf-8")  # scikit-learn is not installed here
    names = ast.literal_eval(re.search(r"^__all__ = (\[.*?\])", source, re.DOTALL | re.MULTILINE).group(1))
    module = package.removeprefix("registry/").replace("/", ".")
    public = {f"{module}.{name}" for name in names if name != "__version__"}

    assert {HOMES.get(name, name) for name in public} - documented == set()


HOMES = {"modelzoo.build": "modelzoo.build.build", "modelzoo.ZooError": "modelzoo_registry.ZooError"}
"""Where the reference has names under others."""


SETTINGS = {
    "training.html": TrainingSpec.model_fields,
    "training.html#a-training-as-a-file": {
        field.alias or name: field for name, field in TrainConfig.model_fields.items() if name not in TRAINING_FIELDS
    },
    **{f"plugins.html#{entry.name}": installed().load_entry(entry).Spec.model_fields for entry in BUILT_IN},
    **{f"schema.html#{name}": kind.model_fields for name, kind in KINDS.items()},
}
"""All settings that users write, by the section that explains them."""


@pytest.mark.parametrize("section", SETTINGS)
def test_every_setting_stands_there_with_what_it_means(sections, section):
    said = sections[f"reference/{section}"]

    for name, field in SETTINGS[section].items():
        if not ("schema" in section and name == "kind"):  # which is the section's title
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
