"""Say which contract this is, and whether a distribution was built for it.

The contract's version is that of modelzoo-registry. Releases of one major version (before 1.0, of one second number)
only add to it; a plugin says which it was built for where it says so to every installer: in its dependencies.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .heads import REGISTRY
from .version import __version__

if TYPE_CHECKING:
    from packaging.requirements import Requirement


def compatible(version: str) -> str:
    """Return ``>=0.1,<0.2`` of ``0.1.3``, ``>=1.4,<2`` of ``1.4.2``: before 1.0 a second number may break."""
    major, minor = _numbers(version)
    return f">={major}.{minor},<{major + 1 if major else f'0.{minor + 1}'}"


def _numbers(version: str) -> tuple[int, int]:
    """Return the first two numbers of a version."""
    major, minor = re.findall(r"\d+", version)[:2]
    return int(major), int(minor)


_MAJOR, _MINOR = _numbers(__version__)
CONTRACT_VERSION = f"{_MAJOR}.{0 if _MAJOR else _MINOR}"
"""The first release of this major version of the contract."""

CONTRACT_REQUIREMENT = REGISTRY + compatible(CONTRACT_VERSION)
"""What a plugin's ``dependencies`` hold that was built for this contract."""

_RANGE = frozenset(CONTRACT_REQUIREMENT.removeprefix(REGISTRY).split(","))


def mismatch(distribution: str, requirement: str) -> str:
    """Return why a distribution's plugins do not fit this release of the registry, and what to do; empty if they do.

    Args:
        distribution: its name.
        requirement: what its metadata asks for; empty, or nothing that can be read, is no mismatch.
    """
    if _is_the_usual(requirement):
        return ""
    parsed = _parse(requirement)
    if parsed is None or (parsed.marker and not parsed.marker.evaluate()):
        return ""
    if parsed.specifier.contains(__version__, prereleases=True):
        return ""
    later = "modelzoo-keras" if _asks_for_later(parsed) else distribution
    return (
        f"was built for another version of the contract: it asks for {REGISTRY}{parsed.specifier}, and {__version__} "
        f"is installed. Install a later release of {later}, or uninstall {distribution}"
    )


def _is_the_usual(requirement: str) -> bool:
    """Spare listing the parser, 20 ms, for plugins that ask for what CONTRACT_REQUIREMENT says."""
    wanted = requirement.removeprefix(REGISTRY).strip(" ()")
    return not requirement or frozenset(part.strip() for part in wanted.split(",")) == _RANGE


def _parse(requirement: str) -> Requirement | None:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        return Requirement(requirement)
    except InvalidRequirement:
        return None


def _asks_for_later(requirement: Requirement) -> bool:
    """Whether what it asks for comes after this release."""
    from packaging.version import Version

    floors = [
        one.version.removesuffix(".*") for one in requirement.specifier if one.operator in (">=", ">", "==", "~=")
    ]
    return any(Version(floor) > Version(__version__) for floor in floors)
