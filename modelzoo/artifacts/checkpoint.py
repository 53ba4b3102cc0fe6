"""The checkpoint: one file that tells where a training stands, replaced in one step."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from modelzoo_registry import DamagedArtifactError

from .atomic import flush_folder

CHECKPOINT = "checkpoint.npz"
CHECKPOINTS = (CHECKPOINT, f".{CHECKPOINT}")
"""The file, and what is being written of the next one."""
_PLAIN = "plain"
FORMAT = 2
"""Counts up when an older version could no longer read a checkpoint."""


def write_checkpoint(folder: Path, plain: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    """Write a checkpoint; whenever this is cut short, the one before is still there, whole.

    Args:
        folder: where it is written.
        plain: what JSON can hold.
        arrays: what it cannot, by name.
    """
    text = json.dumps({"format": FORMAT, "arrays": list(arrays), "plain": plain}).encode()
    written = folder / CHECKPOINTS[1]
    with written.open("wb") as file:
        stored: dict[str, Any] = {_PLAIN: np.frombuffer(text, np.uint8), **arrays}
        np.savez(file, **stored)
        file.flush()
        os.fsync(file.fileno())
    written.replace(folder / CHECKPOINT)
    flush_folder(folder)


def has_checkpoint(folder: Path) -> bool:
    """Whether there is one."""
    return (folder / CHECKPOINT).is_file()


def remove_checkpoint(folder: Path) -> None:
    """Remove it, if it is there, and what was being written of a next one."""
    for name in CHECKPOINTS:
        (folder / name).unlink(missing_ok=True)


def read_checkpoint(folder: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return what was written.

    Raises:
        DamagedArtifactError: when the file is not whole, or of another version.
    """
    path = folder / CHECKPOINT
    try:
        found, arrays = _read(path)
    except Exception as error:  # what a damaged file ends in depends on the place of the damage
        raise DamagedArtifactError(f"{path} cannot be read: {error}. Remove {folder} to begin anew") from error
    if found["format"] != FORMAT:
        raise DamagedArtifactError(
            f"{path} is of another version of modelzoo: go on with that one, or remove {folder} to begin anew"
        )
    return found["plain"], arrays


def _read(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:  # each of its parts has a checksum
        arrays = {name: archive[name] for name in archive.files}
    found = json.loads(arrays.pop(_PLAIN).tobytes())
    if found["format"] == FORMAT and found["arrays"] != list(arrays):  # the list of parts has none
        raise ValueError("some of its arrays are missing")
    return found, arrays
