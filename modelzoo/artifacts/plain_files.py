"""Open files that are files, of no more than a size: no links, pipes or devices, and nothing that is none waits."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

_KINDS = {
    stat.S_IFLNK: "is a symbolic link, not a file",
    stat.S_IFDIR: "is a folder, not a file",
    stat.S_IFIFO: "is a pipe, not a file",
    stat.S_IFSOCK: "is a socket, not a file",
    stat.S_IFCHR: "is a device, not a file",
    stat.S_IFBLK: "is a device, not a file",
}
_FLAGS = sum(getattr(os, name, 0) for name in ("O_RDONLY", "O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
"""A link or pipe that takes the file's place after it was looked at neither leads away nor waits."""


class UnfitFileError(OSError):
    """Say why a file is not read, in words that go on behind its name."""


def read_whole(path: Path, *, most: int) -> bytes:
    """Return what is in a file.

    Raises:
        UnfitFileError: when it is not there, is no file, has more than ``most`` bytes or cannot be read.
    """
    with open_plain(path, most=most) as file:
        return file.read(os.fstat(file.fileno()).st_size)


def digest_of(path: Path, *, most: int) -> str:
    """Return the SHA-256 of what is in a file, of which little is in memory at a time.

    Raises:
        UnfitFileError: as ``read_whole`` does.
    """
    with open_plain(path, most=most) as file:
        try:
            return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise UnfitFileError(f"cannot be read: {error.strerror}") from None


def open_plain(path: Path, *, most: int) -> BufferedReader:
    """Open a file to be read; its kind is looked at before, since to open a pipe waits, and a device may act.

    Raises:
        UnfitFileError: as ``read_whole`` does.
    """
    try:
        _require_file(os.lstat(path), most)
        file = open(os.open(path, _FLAGS), "rb")  # noqa: PTH123, SIM115  # of a descriptor; the caller closes it
    except FileNotFoundError:
        raise UnfitFileError("is missing") from None
    except UnfitFileError:
        raise
    except OSError as error:
        raise UnfitFileError(f"cannot be read: {error.strerror}") from None
    try:
        _require_file(os.fstat(file.fileno()), most)
    except UnfitFileError:
        file.close()
        raise
    return file


def walk(folder: Path) -> Iterator[tuple[str, str | None]]:
    """Yield the path, relative and with slashes, of all that is below a folder and no folder; follow no link.

    With it comes None for a file, and for anything else what it is.
    """
    folders = [""]
    while folders:
        above = folders.pop()
        try:
            with os.scandir(folder / above) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            yield above, f"cannot be read: {error.strerror}"
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(f"{above}{entry.name}/")
            else:
                yield above + entry.name, _kind(entry.stat(follow_symlinks=False))


def _require_file(found: os.stat_result, most: int) -> None:
    if kind := _kind(found):
        raise UnfitFileError(kind)
    if found.st_size > most:
        raise UnfitFileError(f"has {found.st_size:,} bytes, more than the {most:,} it may have")


def _kind(found: os.stat_result) -> str | None:
    """Return what something is that is no file, or None."""
    return None if stat.S_ISREG(found.st_mode) else _KINDS.get(stat.S_IFMT(found.st_mode), "is not a file")
