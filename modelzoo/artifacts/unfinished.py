"""The folder of a training that is under way: beside the run it will be, with all that is needed to go on."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from modelzoo_registry import ArtifactExistsError, DamagedArtifactError, ZooError

from .atomic import check_free, flush, move
from .checkpoint import has_checkpoint, remove_checkpoint

SUFFIX = ".unfinished"


def unfinished_folder(target: Path) -> Path:
    """Return where a training is while it is under way; a symbolic link stands for where it leads."""
    if target.is_symlink() or target.name in ("", ".."):
        target = Path(os.path.realpath(target))
    return target.with_name(target.name + SUFFIX)


def can_go_on(target: Path, *, marker: str) -> bool:
    """Whether a training that was interrupted is here: what has been replaced by a run, and not removed, is none."""
    folder = unfinished_folder(target)
    is_replaced = (folder / marker).exists() and (target / marker).exists()
    return has_checkpoint(folder) or (folder.is_dir() and not is_replaced)


def check_begun(target: Path, *, overwrite: bool) -> None:
    """Refuse to begin a training anew where one has been interrupted that can go on.

    Raises:
        ArtifactExistsError: saying how it goes on.
    """
    if has_checkpoint(unfinished_folder(target)) and not overwrite:
        raise ArtifactExistsError(
            f"{unfinished_folder(target)} holds a training that was interrupted: go on with it (resume=True, zoo "
            f"train --resume {target}), or begin anew (overwrite=True, --overwrite)"
        )


@contextlib.contextmanager
def under_way(target: Path, *, overwrite: bool, resume: bool, remedy: str, marker: str) -> Iterator[Path]:
    """Yield the folder of a training; make it the run when the block ends well.

    When the block fails, the folder stays if it holds a checkpoint, and a note on the error says how to go on; it is
    removed if it does not.

    Args:
        target: the run to be; a symbolic link stands for where it leads.
        overwrite: whether a run that stands there may be replaced.
        resume: whether to keep what an earlier process has left of this training.
        remedy: says how to go on.
        marker: the file that tells a run.

    Raises:
        ArtifactExistsError: when another process is at it, or something came to the target meanwhile.
    """
    target = Path(os.path.realpath(target))
    folder = unfinished_folder(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(exist_ok=True)
    with _locked(folder):
        if not resume:
            _clear(folder)
        try:
            yield folder
            flush(folder)
            check_free(target, overwrite=overwrite, marker=marker)
            move(folder, target, overwrite=overwrite, marker=marker)
        except BaseException as error:
            if not has_checkpoint(folder):
                shutil.rmtree(folder, ignore_errors=True)
            elif not isinstance(error, DamagedArtifactError) and not (isinstance(error, ZooError) and error.mendable):
                error.add_note(f"what was learnt is kept. {remedy}")
            raise
        shutil.rmtree(folder, ignore_errors=True)  # the run that was replaced
        remove_checkpoint(target)  # only now: until then it could still be needed


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other processes out; the system lets go of the lock however this one ends."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ArtifactExistsError(f"{folder}: another process is training there now") from None
        yield
    finally:
        os.close(descriptor)


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
