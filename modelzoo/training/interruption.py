"""End a training at a good moment when Ctrl-C or SIGTERM asks for it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class TrainingInterrupted(KeyboardInterrupt):
    """Say that a training was ended by a signal, with its state saved, and how it goes on.

    ``exit_code`` is what a process ends with: 130 after Ctrl-C, 143 after SIGTERM.
    """

    def __init__(self, message: str, number: int) -> None:
        super().__init__(message)
        self.exit_code = 128 + number


class Interruption:
    """Remember that a signal came."""

    number: int | None = None

    @contextmanager
    def awaited(self) -> Iterator[None]:
        """Take the first Ctrl-C or SIGTERM as a wish, and the next one as an order; give them back in the end."""
        if threading.current_thread() is not threading.main_thread():  # only it may ask for signals
            yield
            return
        before: dict[int, Any] = {number: signal.signal(number, self._wish) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            self.number = None  # the training has ended: what came too late for it would only spoil what follows

    def _wish(self, number: int, _: FrameType | None) -> None:
        self.number = number
        for each in _SIGNALS:
            signal.signal(each, signal.default_int_handler if each == signal.SIGINT else signal.SIG_DFL)
