"""Let SIGTERM end a command as Ctrl-C does."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from . import TERMINATED


class _TerminatedError(KeyboardInterrupt):
    """Say that SIGTERM came."""

    exit_code = TERMINATED


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise at SIGTERM what ends the command without leaving half a file, or a process, behind."""

    def stop(*_: object) -> NoReturn:
        raise _TerminatedError

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
