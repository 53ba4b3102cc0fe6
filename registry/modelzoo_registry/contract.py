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


def _major(version: str) -> tuple[str, str]:
    """Return the first release of the major version a release belongs to, and that of the next."""
    major, minor = (int(part) for part in re.findall(r"\d+", version)[:2])
    return (f"0.{minor}", f"0.{minor + 1}") if major == 0 else (f"{major}.0", f"{major + 1}.0")


_FIRST, _NEXT = _major(__version__)
CONTRACT_VERSION = _FIRST
"""The first release of this major version of the contract."""

CONTRACT_REQUIREMENT = f"{REGISTRY}>={CONTRACT_VERSION},<{_NEXT}"
"""What a plugin's ``dependencies`` hold that was built for this contract."""

_RANGE = frozenset(CONTRACT_REQUIREMENT.removeprefix(REGISTRY).split(","))


def mismatch(distribution: str, requirement: str, version: str = __version__) -> str:
    """Return why a distribution's plugins do not fit a release of the registry, and what to do; empty where they do.

    Args:
        distribution: its name.
        requirement: what its metadata asks for; empty, or nothing that can be read, is no mismatch.
        version: the release of modelzoo-registry that is there.
    """
    if _is_the_usual(requirement):
        return ""
    parsed = _parse(requirement)
    if parsed is None or (parsed.marker and not parsed.marker.evaluate()):
        return ""
    if parsed.specifier.contains(version, prereleases=True):
        return ""
    later = "modelzoo-keras" if _asks_for_later(parsed, version) else distribution
    return (
        f"was built for another version of the contract: it asks for {REGISTRY}{parsed.specifier}, and {version} is "
        f"installed. Install a later release of {later}, or uninstall {distribution}"
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


def _asks_for_later(requirement: Requirement, version: str) -> bool:
    """Whether what it asks for comes after a release."""
    from packaging.version import Version

    floors = [
        one.version.removesuffix(".*") for one in requirement.specifier if one.operator in (">=", ">", "==", "~=")
    ]
    return any(Version(floor) > Version(version) for floor in floors)
