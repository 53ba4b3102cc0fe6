"""Open an export: find its folder, verify every file, and hand out the very bytes that were verified."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from modelzoo_registry import ArtifactNotFoundError, DamagedArtifactError, Fault
from modelzoo_registry.errors import describe_faults

from ..artifacts.checksums import CHANGED, SUMS, lists, read_sums, refuse, verified
from ..artifacts.json_limits import MOST_OF_A_DESCRIPTION, MOST_OF_AN_ENCODER, parse
from ..artifacts.plain_files import UnfitFileError, read_whole
from ..artifacts.record import RUN
from .agreement import contradictions, disagreements
from .manifest import CORE, ENCODER, FORMAT, MANIFEST, Manifest
from .onnx_file import MOST_OF_A_MODEL, check_onnx

if TYPE_CHECKING:  # this imports pyarrow, which showing a manifest needs not
    from ..columns.encoder import Encoder

NEEDED = (MANIFEST, ENCODER)
"""The files every export has."""
_READ: Final = {MANIFEST: MOST_OF_A_DESCRIPTION, ENCODER: MOST_OF_AN_ENCODER, CORE: MOST_OF_A_MODEL}
"""The files that are read while they are verified, with the bytes each may have."""


@dataclass(frozen=True)
class OpenedExport:
    """Hold an export all of whose files have been verified; made by ``open_export``."""

    folder: Path
    manifest: Manifest
    _sums: Mapping[str, str] = field(repr=False)
    _contents: Mapping[str, bytes] = field(repr=False)

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return name in self._sums

    def read(self, name: str) -> bytes:
        """Return the verified bytes of a file.

        Raises:
            DamagedArtifactError: when it is not listed, or was changed since.
        """
        if name in self._contents:
            return self._contents[name]
        return _read_now(self.folder, name, self._sums.get(name))

    def encoder(self) -> Encoder:
        """Return the encoder, which takes the columns the manifest tells.

        Raises:
            DamagedArtifactError: when ``encoder.json`` is no encoder, or another one.
        """
        from ..columns.consistent import inconsistencies
        from ..columns.encoder import Encoder

        encoder = parse(self.read(ENCODER), Encoder, name=self.folder / ENCODER)
        _refuse(self.folder / ENCODER, inconsistencies(encoder))
        _refuse(self.folder / MANIFEST, disagreements(self.manifest, encoder))
        return encoder

    def core(self) -> bytes:
        """Return ``core.onnx``, which has all its numbers in itself and only operators of ONNX.

        Raises:
            DamagedArtifactError: when it has not.
        """
        model = self.read(CORE)
        check_onnx(model, name=self.folder / CORE)
        return model


def open_export(path: Path) -> OpenedExport:
    """Return the export in a folder, or the newest one below it, verified.

    Every file is read once: what is used later are the bytes whose sum was taken, but of files that TensorFlow reads.

    Raises:
        ArtifactNotFoundError: when there is none.
        DamagedArtifactError: naming each file that is missing, is no plain file, does not match or does not belong
            there; or what in the manifest does not fit.
    """
    folder = find_export(path)
    sums = read_sums(folder)
    contents = verified(folder, sums, needed=NEEDED, read=_READ, alone=True)
    manifest = parse(contents[MANIFEST], Manifest, name=folder / MANIFEST, format=FORMAT)
    _refuse(folder / MANIFEST, contradictions(manifest))
    files = [name for form in manifest.forms for name in form.files if not name.endswith("/")]
    refuse(folder, [Fault(SUMS, f"does not list {name}") for name in files if name not in sums])
    return OpenedExport(folder, manifest, sums, contents)


def find_export(path: Path) -> Path:
    """Return the export folder at a path: the folder itself, or the newest one in it.

    Raises:
        ArtifactNotFoundError: when there is none.
    """
    if _is_export(path):
        return path
    versions = sorted((p for p in path.glob("*") if p.name.isdecimal() and _is_export(p)), key=lambda p: int(p.name))
    if not versions:
        hint = f"; it is a run: zoo export {path} --to DIR" if (path / RUN).is_file() else ""
        raise ArtifactNotFoundError(
            f"there is no export in {path}: {MANIFEST} is not there, nor in a folder in it{hint}"
        )
    return versions[-1]


def _is_export(path: Path) -> bool:
    """Whether a folder is an export, be it damaged."""
    return (path / MANIFEST).is_file() or lists(path, MANIFEST)


def _read_now(folder: Path, name: str, digest: str | None) -> bytes:
    """Return a file that was not kept when it was verified, verified again."""
    if digest is None:
        refuse(folder, [Fault(SUMS, f"does not list {name}")])
    try:
        content = read_whole(folder / name, most=MOST_OF_A_MODEL)
    except UnfitFileError as error:
        raise DamagedArtifactError(f"{folder / name} {error}") from None
    if hashlib.sha256(content).hexdigest() != digest:
        refuse(folder, [Fault(name, CHANGED)])
    return content


def _refuse(path: Path, faults: list[Fault]) -> None:
    if faults:
        raise DamagedArtifactError(
            describe_faults(f"{path} contradicts itself or another file; make the export anew", faults[:10])
        )
