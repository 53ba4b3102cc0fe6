"""Make the files of a package from templates; the names of files and folders are templates too."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from modelzoo_registry import CONTRACT_REQUIREMENT, Kind
from modelzoo_registry.contract import compatible
from modelzoo_registry.entries import GROUPS

from ..version import __version__
from .names import Names

SUFFIX = ".jinja"
"""Ends the names of templates, so that no tool takes them for what they become."""


def render(names: Names, kind: Kind) -> dict[str, str]:
    """Return the text of each file by its path in the package, with slashes."""
    environment = Environment(
        loader=PackageLoader("modelzoo.scaffold"),
        autoescape=False,  # noqa: S701  # Python, TOML and Markdown, from names that are letters and digits
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    context = _context(names, kind)
    files = {}
    for source in environment.list_templates():
        folder, _, path = source.removesuffix(SUFFIX).partition("/")
        if folder in ("common", kind):
            files[environment.from_string(path).render(context)] = environment.get_template(source).render(context)
    return files


def _context(names: Names, kind: Kind) -> dict[str, str]:
    """Return what templates may name."""
    return {
        "plugin": names.plugin,
        "distribution": names.distribution,
        "module": names.module,
        "cls": names.cls,
        "command": names.command,
        "kind": kind,
        "group": next(group for group, held in GROUPS.items() if held == kind),
        "contract": CONTRACT_REQUIREMENT,
        "zoo": f"modelzoo-keras[tensorflow,testing]{compatible(__version__)}",
    }
