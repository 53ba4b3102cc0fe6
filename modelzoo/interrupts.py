"""Let Ctrl-C and SIGTERM wait where an exception would crash the process."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def deferred() -> Iterator[None]:
    """Hand on what comes meanwhile when the block has ended: a module of C++ that is half loaded cannot be left."""
    if threading.current_thread() is not threading.main_thread():  # where Python handles no signals
        yield
        return
    came: list[tuple[int, FrameType | None]] = []
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    ours = {number: handler for number, handler in before.items() if handler is not None}
    for number in ours:
        signal.signal(number, lambda *call: came.append(call))
    try:
        yield
    finally:
        for number, handler in ours.items():
            signal.signal(number, handler)
        for call in came:
            _hand_on(*call)


def _hand_on(number: int, frame: FrameType | None) -> None:
    handler = signal.getsignal(number)
    if callable(handler):
        handler(number, frame)
    elif handler is signal.SIG_DFL:
        os.kill(os.getpid(), number)
