"""Write a folder, or a file, so that a reader never sees half of it and a crash leaves the last good one."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from modelzoo_registry import ArtifactExistsError

from .exchange import exchange


def check_free(target: Path, *, overwrite: bool, marker: str) -> None:
    """Refuse a target that is taken.

    Args:
        target: the folder to be written.
        overwrite: whether an artifact of the same kind there may be replaced.
        marker: the file that tells such an artifact; anything else is never replaced.

    Raises:
        ArtifactExistsError: saying what is there and what to do.
    """
    if not target.exists() and not target.is_symlink():
        return
    if target.is_dir() and not any(target.iterdir()):
        return
    if not (target / marker).is_file():
        raise ArtifactExistsError(f"{target} exists and is not one of ours (no {marker} in it): choose another place")
    if not overwrite:
        raise ArtifactExistsError(
            f"{target} exists: choose another place, or overwrite it (overwrite=True, --overwrite)"
        )


@contextlib.contextmanager
def staged(target: Path, *, overwrite: bool = False, marker: str) -> Iterator[Path]:
    """Yield an empty folder beside the target; move it there when the block ends well, remove it otherwise.

    Files are flushed before folders, and both before the move. What stands at the target changes places with
    the new folder in one step and is removed after it.

    Args:
        target: the folder to be written; a symbolic link stands for where it leads.
        overwrite: whether an artifact of the same kind that is there by then may be replaced.
        marker: the file that tells such an artifact.

    Raises:
        ArtifactExistsError: when something came to the target meanwhile that may not be replaced.
    """
    target = Path(os.path.realpath(target))
    with staging(target.parent, target.name) as stage:
        yield stage
        flush(stage)
        move(stage, target, overwrite=overwrite, marker=marker)


@contextlib.contextmanager
def staging(parent: Path, name: str) -> Iterator[Path]:
    """Yield an empty hidden folder in another, named after what it is to become; what is left of it is removed."""
    parent.mkdir(parents=True, exist_ok=True)
    stage = parent / f".{name}.{uuid4().hex}.partial"
    stage.mkdir()  # not by tempfile, whose folders only their owner may read
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


@contextlib.contextmanager
def staged_file(target: Path) -> Iterator[Path]:
    """Yield where to write a file, beside the target; it takes the target's place when the block ends well.

    It is flushed before; when the block fails it is removed, and the target stays what it was.

    Args:
        target: the file to be written; a symbolic link stands for where it leads.
    """
    target = Path(os.path.realpath(target))
    stage = target.with_name(f".{target.name}.{uuid4().hex}.partial")
    try:
        yield stage
        _flush_file(stage)
        stage.replace(target)
        flush_folder(target.parent)
    finally:
        stage.unlink(missing_ok=True)


def move(stage: Path, target: Path, *, overwrite: bool, marker: str) -> None:
    """Put a folder in a target's place, in one step; what stood there, if it may be replaced, is then the stage.

    Raises:
        ArtifactExistsError: when it may not.
    """
    try:
        stage.rename(target)  # onto nothing, or an empty folder
    except OSError:
        if not target.exists():
            raise
        check_free(target, overwrite=overwrite, marker=marker)
        exchange(stage, target)
    flush_folder(target.parent)


def flush(folder: Path) -> None:
    """Hand every file below a folder, then every folder, to the disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            _flush_file(path)
    for path in [*folder.rglob("*"), folder]:
        if path.is_dir():
            flush_folder(path)


def _flush_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Hand the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
