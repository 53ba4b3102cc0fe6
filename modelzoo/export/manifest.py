"""The manifest of an export, ``zoo.json``: what goes in, what comes out, and how it came about."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from modelzoo_registry import ArtifactNotFoundError, DamagedArtifactError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..artifacts.checksums import lists, verify_sums
from ..artifacts.run import PluginRecord
from ..columns.raw import WireType
from ..columns.target import Target

MANIFEST = "zoo.json"
NEEDED = (MANIFEST, "saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001")
"""The files without which an export cannot be used."""
RECONSTRUCTED = "reconstructed_"
"""What the name of an output begins with that holds a column as it was rebuilt; the name of its input follows."""
ERROR, CODE = "reconstruction_error", "code"
"""The other outputs of a model that reconstructs its inputs."""
FORMAT: Final = 1
"""Counts up when an older version could no longer read an export."""


class Input(BaseModel):
    """Describe one raw column an export takes, as a tensor (batch, *shape)."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(description="name of the column")
    tensor: str = Field(description="name of the tensor: the column's, where TensorFlow allows it")
    type: WireType
    dtype: str
    shape: tuple[int, ...]
    missing: str = Field(description="the value that stands for a missing one, or refused")
    required: bool = Field(default=False, description="whether rows without a value are refused")
    dates: bool = Field(default=False, description="whether text that is no date counts as missing")


class Output(BaseModel):
    """Describe one tensor an export returns."""

    model_config = ConfigDict(frozen=True)

    name: str
    dtype: str
    shape: tuple[int, ...]
    meaning: str
    column: str | None = Field(None, description="the raw column it rebuilds, of a model for reconstruction")


class Manifest(BaseModel):
    """Hold what a caller needs to know of an export."""

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = FORMAT
    model: PluginRecord
    regularizers: tuple[PluginRecord, ...]
    target: Target
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    names: tuple[str, ...] | None = Field(description="names of the columns of a file without a header line, if given")
    text: tuple[str, ...] = Field((), description="names of the columns that held text in training")
    metrics: dict[str, float | None]
    parameters: int
    seed: int
    versions: dict[str, str]
    created: str = Field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))


def find_export(path: Path) -> Path:
    """Return the export folder at a path: the folder itself, or the newest one in it.

    Raises:
        ArtifactNotFoundError: when there is none.
    """
    if _is_export(path):
        return path
    versions = sorted((p for p in path.glob("*") if p.name.isdecimal() and _is_export(p)), key=lambda p: int(p.name))
    if not versions:
        raise ArtifactNotFoundError(f"there is no export in {path}: {MANIFEST} is not there, nor in a folder in it")
    return versions[-1]


def _is_export(path: Path) -> bool:
    """Whether a folder is an export, be it damaged."""
    return (path / MANIFEST).is_file() or lists(path, MANIFEST)


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of an export whose files have all been verified.

    Raises:
        DamagedArtifactError: naming each file that does not match, or what in the manifest does not fit.
    """
    verify_sums(folder, needed=NEEDED)
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (ValidationError, ValueError) as error:
        raise DamagedArtifactError(f"{folder / MANIFEST} cannot be read by this version: {error}") from error
