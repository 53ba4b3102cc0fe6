"""Write and verify ``SHA256SUMS``, in the form ``sha256sum -c`` reads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from modelzoo_registry import ArtifactError, DamagedArtifactError, Fault
from modelzoo_registry.errors import describe_faults

SUMS = "SHA256SUMS"

T = TypeVar("T")


def write_sums(folder: Path, *, but: Iterable[str] = ()) -> None:
    """List the digest of every file below a folder, but some."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [f"{_digest(folder / name)}  {name}\n" for name in names if name not in (SUMS, *but)]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def lists(folder: Path, name: str) -> bool:
    """Whether a folder is one whose checksums name this file, be it there or not."""
    try:
        return f"  {name}\n" in (folder / SUMS).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def verify_sums(folder: Path, needed: Iterable[str]) -> None:
    """Check every listed file, and that those which are needed are listed.

    Raises:
        DamagedArtifactError: naming every file that is missing or does not match.
    """
    sums = _read_sums(folder)
    faults = [
        Fault(name, "is missing" if not (folder / name).is_file() else "does not match its checksum")
        for name, digest in sums.items()
        if not (folder / name).is_file() or _digest(folder / name) != digest
    ]
    faults += [Fault(SUMS, f"does not list {name}") for name in needed if name not in sums]
    if faults:
        raise DamagedArtifactError(describe_faults(f"{folder} is damaged; restore it or make it anew", faults))


def read_steadily(folder: Path, read: Callable[[], T]) -> T:
    """Return what a function reads from a folder; it reads again when the folder was replaced meanwhile.

    Else files of the old artifact and of the new one could come together, each of them whole.
    """
    while True:
        before = _text(folder)
        try:
            found = read()
        except ArtifactError:
            if _text(folder) == before:
                raise
        else:
            if _text(folder) == before:
                return found


def _text(folder: Path) -> bytes | None:
    """Return the checksums as they stand, which differ from one artifact to the next; None without any."""
    try:
        return (folder / SUMS).read_bytes()
    except OSError:
        return None


def _read_sums(folder: Path) -> dict[str, str]:
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise DamagedArtifactError(f"{folder} is damaged: {SUMS} is missing or not readable") from None
    sums = {}
    for number, line in enumerate(lines, start=1):
        digest, separator, name = line.partition("  ")
        if not separator or len(digest) != 64 or Path(name).is_absolute() or ".." in Path(name).parts:
            raise DamagedArtifactError(f"{folder} is damaged: {SUMS}, line {number} is not a digest and a file")
        sums[name] = digest
    return sums


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
