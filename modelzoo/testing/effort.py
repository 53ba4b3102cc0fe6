"""Remember how thorough this process' tests of plugins are to be."""

from __future__ import annotations

_THOROUGH = False


def be_thorough(*, thorough: bool) -> None:
    """Set what tests do that are not told."""
    global _THOROUGH
    _THOROUGH = thorough


def thorough() -> bool:
    """Return what was set."""
    return _THOROUGH
