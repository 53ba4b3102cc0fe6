"""Write and verify ``SHA256SUMS``, in the form ``sha256sum -c`` reads."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from modelzoo_registry import ArtifactError, DamagedArtifactError, Fault
from modelzoo_registry.errors import describe_faults

from .plain_files import UnfitFileError, digest_of, read_whole, walk

SUMS = "SHA256SUMS"
MOST_OF_SUMS = 2**20
"""Bytes of ``SHA256SUMS``: some ten thousand files."""
MOST_OF_A_FILE = 2**36
"""Bytes of any file: to take the sum of a file with a hole could go on for ever."""
CHANGED = "does not match its checksum"
_SHOWN = 10
"""Faults that are told; the others are counted."""
_LINE = re.compile(r"([0-9a-f]{64})  (.+)", re.DOTALL)

T = TypeVar("T")


def write_sums(folder: Path, *, but: Iterable[str] = ()) -> None:
    """List the digest of every file below a folder, but some."""
    names = sorted(name for name, odd in walk(folder) if not odd and name not in (SUMS, *but))
    lines = [f"{digest_of(folder / name, most=MOST_OF_A_FILE)}  {name}\n" for name in names]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def lists(folder: Path, name: str) -> bool:
    """Whether a folder is one whose checksums name this file, be it there or not."""
    return f"  {name}\n".encode() in (_text(folder) or b"")


def verified(
    folder: Path, sums: Mapping[str, str], *, needed: Iterable[str], read: Mapping[str, int], alone: bool = False
) -> dict[str, bytes]:
    """Check every listed file, each read once, and return what was in some of them.

    Args:
        folder: the artifact.
        sums: its list, as ``read_sums`` returns it.
        needed: the files that must be listed.
        read: the files whose content is returned, where they are listed, with the bytes each may have.
        alone: whether files that are not listed, and links, are refused.

    Raises:
        DamagedArtifactError: naming every file that is missing, no plain file, too large, or does not match.
    """
    contents: dict[str, bytes] = {}
    faults = []
    for name, digest in sums.items():
        try:
            if name in read:
                contents[name] = read_whole(folder / name, most=read[name])
                found = hashlib.sha256(contents[name]).hexdigest()
            else:
                found = digest_of(folder / name, most=MOST_OF_A_FILE)
            if found != digest:
                faults.append(Fault(name, CHANGED))
        except UnfitFileError as error:
            faults.append(Fault(name, str(error)))
    faults += [Fault(SUMS, f"does not list {name}") for name in needed if name not in sums]
    refuse(folder, [*faults, *(_strays(folder, sums) if alone else ())])
    return contents


def read_sums(folder: Path) -> dict[str, str]:
    """Return the digest of each listed file.

    Raises:
        DamagedArtifactError: when the list is missing, too long, or of another form; when a path in it leads elsewhere.
    """
    try:
        text = read_whole(folder / SUMS, most=MOST_OF_SUMS).decode()
    except UnfitFileError as error:
        raise DamagedArtifactError(_title(folder, Fault(SUMS, str(error)))) from None
    except UnicodeDecodeError:
        raise DamagedArtifactError(_title(folder, Fault(SUMS, "is not text in UTF-8"))) from None
    sums: dict[str, str] = {}
    faults = []
    for number, line in enumerate(text.removesuffix("\n").split("\n") if text else (), start=1):
        parts = _LINE.fullmatch(line)
        if reason := _why_not(parts[2], sums) if parts else "is not a digest and a file":
            faults.append(Fault(f"{SUMS}, line {number}", reason))
        elif parts:
            sums[parts[2]] = parts[1]
    refuse(folder, faults)
    return sums


def refuse(folder: Path, faults: Sequence[Fault]) -> None:
    """Raise an error that tells the first of these faults, when there are any.

    Raises:
        DamagedArtifactError: saying what to do, too.
    """
    if faults:
        raise DamagedArtifactError(_title(folder, *faults))


def _title(folder: Path, *faults: Fault) -> str:
    shown = [*faults[:_SHOWN], *([Fault("", f"and {len(faults) - _SHOWN:,} more")] if len(faults) > _SHOWN else [])]
    return describe_faults(f"{folder} is damaged; restore it or make it anew", shown)


def _why_not(name: str, before: Mapping[str, str]) -> str | None:
    """Return why a path may not stand in the list, or None: the same file must be meant on every system."""
    shown = ascii(name if len(name) <= 80 else f"{name[:80]}...")
    if any(ord(each) < 32 or 127 <= ord(each) < 160 for each in name):
        return f"names {shown}, which has control characters"
    if "\\" in name or re.match(r"[A-Za-z]:", name):
        return f"names {shown}, which has a backslash or a drive"
    if name.startswith("/") or not {"", ".", ".."}.isdisjoint(name.split("/")):
        return f"names {shown}, which is no plain path below the folder"
    if name in before or name == SUMS:
        return f"names {shown}, which is " + ("the list itself" if name == SUMS else "listed before")
    return None


def _strays(folder: Path, sums: Mapping[str, str]) -> Iterator[Fault]:
    """Yield what is wrong with whatever else is in the folder; what is listed has been looked at."""
    for name, odd in walk(folder):
        if name not in sums and name != SUMS:
            yield Fault(
                name if name.isprintable() else ascii(name),
                f"{odd or f'is not listed in {SUMS}'}: remove it if it does not belong here",
            )


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
        return read_whole(folder / SUMS, most=MOST_OF_SUMS)
    except UnfitFileError:
        return None
