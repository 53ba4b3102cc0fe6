"""Carry an error out of the thread that hands rows to TensorFlow, which would pass on its text alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")


class Relay:
    """Remember what ended a generator of rows, and raise it where they are waited for."""

    def __init__(self) -> None:
        self._error: Exception | None = None

    def guarded(self, rows: Callable[[], Iterator[Item]]) -> Callable[[], Iterator[Item]]:
        """Return what begins the rows anew, and remembers an error among them."""

        def begin() -> Iterator[Item]:
            try:
                yield from rows()
            except Exception as error:
                self._error = error
                raise

        return begin

    @contextmanager
    def raising(self) -> Iterator[None]:
        """Raise what was remembered in place of what TensorFlow makes of it."""
        try:
            yield
        except Exception:
            if self._error is None:
                raise
            raise self._error from None
