"""Say with which versions a new package's tests run."""

from __future__ import annotations

from ..version import __version__


def zoo_requirement() -> str:
    """Return modelzoo-keras with all that tests of a plugin need, in versions that go on from this one."""
    return f"modelzoo-keras[tensorflow,testing]{compatible(__version__)}"


def compatible(version: str) -> str:
    """Return ``>=0.1,<0.2`` of ``0.1.3``, ``>=1.4,<2`` of ``1.4.2``: before 1.0 a second number may break."""
    major, minor = (int(part) for part in version.split(".")[:2])
    return f">={major}.{minor},<{major + 1 if major else f'0.{minor + 1}'}"
