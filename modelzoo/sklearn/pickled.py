"""Pickle a fitted model as the files of its run: plain data, from which the registry's plugins build it anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from .. import Model, load


def to_files(model: Model) -> dict[str, bytes]:
    """Return the content of each file of a model's run, by its path within the run."""
    with TemporaryDirectory() as folder:
        run = model.save(Path(folder, "run"))
        return {path.relative_to(run).as_posix(): path.read_bytes() for path in run.rglob("*") if path.is_file()}


def from_files(files: Mapping[str, bytes]) -> Model:
    """Return the model of a run, verified as ``modelzoo.load`` does.

    Raises:
        ArtifactError: when the files are no run.
        UnknownPluginError: when a plugin it was trained with is not installed.
    """
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return load(folder)
