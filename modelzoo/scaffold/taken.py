"""Find what is already where a new package would be: plugins, distributions, modules, folders. Nothing is imported."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from modelzoo_registry import Kind, installed
from modelzoo_registry.heads import normalize

from .names import Names


def taken_names(names: Names, kind: Kind) -> Iterator[str]:
    """Say which installed plugin, distribution or module has one of these names."""
    offered = [entry for entry in installed().entries if (entry.kind, entry.name) == (kind, names.plugin)]
    for entry in offered:
        yield (
            f"{entry.source} offers a {kind} {names.plugin!r} already, and two of one name are in conflict. "
            f"Choose another name, or uninstall {entry.distribution} first"
        )
    if any(normalize(entry.distribution) == names.distribution for entry in offered):
        return
    if found := _version(names.distribution):
        yield (
            f"{names.distribution} {found} is installed, and this package would replace it. "
            "Choose another name, or uninstall it first"
        )
    elif spec := find_spec(names.module):
        where = spec.origin or next(iter(spec.submodule_search_locations or ()), "elsewhere")
        yield f"a module {names.module} can be imported already, from {where}. Choose another name"


def taken_folder(target: Path) -> Iterator[str]:
    """Say why a folder cannot be written."""
    above = next(folder for folder in target.absolute().parents if os.path.lexists(folder))
    if not above.is_dir():
        yield f"{above} is no folder: choose another place"
    elif not os.access(above, os.W_OK | os.X_OK):
        yield f"{above} may not be written to: choose another place, or ask for the right to"
    elif target.is_symlink() or (target.exists() and not target.is_dir()):
        yield f"{target} exists and is no folder: choose another place, or move it away"
    elif target.exists() and any(target.iterdir()):
        yield f"{target} exists and is not empty: choose another place, or move it away"


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
