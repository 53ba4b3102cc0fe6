"""Read the head of a distribution's metadata: who it is, and which contract it asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import Distribution

REGISTRY = "modelzoo-registry"
"""The distribution whose version is the contract's."""

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_OF_AN_EXTRA = re.compile(r";.*\bextra\s*==")


@dataclass(frozen=True)
class Head:
    """Hold what the zoo reads of a distribution's metadata."""

    name: str
    version: str
    requirement: str = ""
    """What it asks for of modelzoo-registry, as written there; empty where it does not say."""


def read_head(dist: Distribution) -> Head:
    """Return name, version and what is asked for of the registry.

    ``dist.metadata`` parses the whole text as an e-mail, long description included: ten times slower.
    """
    try:
        text = dist.read_text("METADATA") or dist.read_text("PKG-INFO") or ""
    except UnicodeDecodeError:
        text = ""
    fields: dict[str, str] = {}
    requirement = ""
    for line in text.splitlines():
        if not line.strip():
            break
        key, _, value = line.partition(":")
        fields.setdefault(key.strip().lower(), value.strip())
        if key == "Requires-Dist" and _asks_for_the_registry(value.strip()):
            requirement = requirement or value.strip()
    return Head(fields.get("name", "unknown"), fields.get("version", ""), requirement)


def normalize(distribution: str) -> str:
    """Return the name in the form in which distribution names are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _asks_for_the_registry(requirement: str) -> bool:
    """Say whether a line is about the registry; what only an extra asks for is no statement about the plugins."""
    named = _NAME.match(requirement)
    return named is not None and normalize(named[0]) == REGISTRY and not _OF_AN_EXTRA.search(requirement)
