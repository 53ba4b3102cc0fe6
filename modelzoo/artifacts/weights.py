"""Store the variables of a core: plain arrays with their paths, no pickle."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from modelzoo_registry import DamagedArtifactError

WEIGHTS = "weights.npz"
_COUNTERS = re.compile(r"(_\d+)+(?=/|$)")


def save_weights(core: Any, folder: Path) -> None:
    """Write every variable of a Keras model, the state of its random generators included."""
    arrays: dict[str, Any] = {name: storable(variable) for name, variable in _variables(core).items()}
    np.savez(folder / WEIGHTS, **arrays)


def read_weights(folder: Path) -> dict[str, np.ndarray]:
    """Return the stored variables by name.

    Raises:
        DamagedArtifactError: when the file is no archive of arrays.
    """
    path = folder / WEIGHTS
    try:
        with np.load(path, allow_pickle=False) as archive:
            _require_stored(archive.zip, path)
            return {_stable(name): archive[name] for name in archive.files}  # of older runs, with some counters left
    except Exception as error:  # what a file of another making ends in depends on what it is
        raise DamagedArtifactError(f"{path} cannot be read: {error}") from error


def _require_stored(archive: zipfile.ZipFile, path: Path) -> None:
    """Refuse an archive that would become much larger in memory than it is."""
    if sum(part.file_size for part in archive.infolist()) > path.stat().st_size:
        raise ValueError("its parts are compressed, which those of a run are not")


def set_weights(core: Any, stored: Mapping[str, np.ndarray], folder: Path) -> None:
    """Give the variables of a core built from the same settings the values stored in a folder.

    Raises:
        DamagedArtifactError: when names or shapes are not those of the core.
    """
    variables = _variables(core)
    wanted = {name: tuple(variable.shape) for name, variable in variables.items()}
    found = {name: array.shape for name, array in stored.items()}
    if found != wanted:
        differing = sorted(set(found.items()) ^ set(wanted.items()))[:4]
        raise DamagedArtifactError(
            f"{folder / WEIGHTS} does not fit the model its plugins build now; they may have changed: {differing}"
        )
    for name, variable in variables.items():
        variable.assign(stored[name])


def _variables(core: Any) -> dict[str, Any]:
    """Return the variables of all layers by place and path: what belongs to training alone is not among them."""
    distinct = {id(variable): variable for layer in core.layers for variable in layer.variables}
    return {f"{place:05d}:{_stable(variable.path)}": variable for place, variable in enumerate(distinct.values())}


def storable(variable: Any) -> np.ndarray:
    """Return a variable's values, of types NumPy has no name for (bfloat16, float8) as the same numbers in float32."""
    value = variable.value  # of TensorFlow's own variables, a method
    array = np.asarray(value() if callable(value) else value)
    return array.astype(np.float32) if array.dtype.kind == "V" else array


def _stable(path: str) -> str:
    """Return a variable's path without Keras' counters, which go on from model to model in one process."""
    return _COUNTERS.sub("", path)
