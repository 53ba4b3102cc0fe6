"""Write a new package, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from modelzoo_registry import Fault, Kind, SpecError

from ..artifacts.atomic import staged
from .names import derive, name_faults
from .render import render
from .taken import taken_folder, taken_names


def write_plugin(name: str, kind: Kind, parent: Path) -> Path:
    """Write a package with one plugin into a folder of its own, and return that folder.

    Args:
        name: the plugin's, as it is typed: ``gated``, ``my-model`` or ``my_model``.
        kind: what the plugin is.
        parent: where the folder, called after the distribution (``zoo-my-model``), is made; itself too, if need be.

    Raises:
        SpecError: with all that is wrong with the name or the place; nothing is written then.
    """
    faults = [Fault("name", message) for message in name_faults(name, kind)]
    names = derive(name)
    if names is not None:
        faults += [Fault("name", message) for message in taken_names(names, kind)]
        faults += [Fault("dir", message) for message in taken_folder(parent / names.distribution)]
    if names is None or faults:
        raise SpecError(f"no package was made for the {kind} {name!r}", faults)
    target = parent / names.distribution
    with staged(target, marker="pyproject.toml") as stage:
        for path, text in render(names, kind).items():
            file = stage / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
    return target
