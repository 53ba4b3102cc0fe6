"""Let two folders change places in one step, where the system can."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # linux/fs.h
_RENAME_SWAP = 2  # sys/stdio.h of macOS
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}
"""What a system or a file system says that does not know how."""


def exchange(one: Path, other: Path) -> None:
    """Swap two folders of one file system.

    Where neither the system nor the file system can do that in one step, ``other`` is not there for a moment.
    """
    if not _swapped(os.fsencode(one), os.fsencode(other)):
        aside = one.with_suffix(".replaced")
        other.rename(aside)
        one.rename(other)
        aside.rename(one)


def _swapped(one: bytes, other: bytes) -> bool:
    """Ask the C library; Python has no function for it."""
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        failed = library.renameat2(_AT_FDCWD, one, _AT_FDCWD, other, _RENAME_EXCHANGE)
    elif sys.platform == "darwin" and hasattr(library, "renamex_np"):
        failed = library.renamex_np(one, other, _RENAME_SWAP)
    else:
        return False
    if failed and ctypes.get_errno() not in _CANNOT:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), os.fsdecode(other))
    return not failed
