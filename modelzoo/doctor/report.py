"""Hold what an examination found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "note"]
"""An error keeps something from working; a warning may; a note says what is not there and need not be."""


@dataclass(frozen=True)
class Finding:
    """Say one thing that was found, and what to do about it."""

    severity: Severity
    about: str
    """The package or plugin."""
    text: str
    remedy: str = ""


@dataclass(frozen=True)
class Python:
    """Describe the interpreter."""

    version: str
    executable: str
    platform: str
    environment: str
    """The folder that packages are installed under."""
    variables: dict[str, str]
    """Environment variables that change how the zoo, Python or TensorFlow works."""


@dataclass(frozen=True)
class Package:
    """Describe a distribution of ours, or one that ours rest on."""

    name: str
    version: str
    """Empty where it is not installed."""
    wanted: str
    """The versions asked for, as in ``>=1.26,<3``; empty for any."""
    path: str
    """The file that is imported, or the folder it is installed in where it cannot be."""
    status: str
    """``ok``, ``missing``, ``outside`` the versions asked for, or ``broken``: it cannot be imported."""


@dataclass(frozen=True)
class TensorFlow:
    """Describe what training runs on."""

    status: str
    """``ok``, ``missing`` or ``broken``."""
    version: str = ""
    keras: str = ""
    devices: tuple[str, ...] = ()
    """As in ``CPU:0``, or ``GPU:0 (NVIDIA A100)``."""
    built_for_gpu: bool = False


@dataclass(frozen=True)
class Plugin:
    """Describe one offered plugin."""

    name: str
    kind: str
    distribution: str
    version: str
    path: str
    """The file its module is in, or the folder its distribution is in where that is not known."""
    status: str
    """``ok``, ``broken``, ``conflict``, ``incompatible``, or ``untried`` where no plugin can be loaded."""
    cause: str = ""
    remedy: str = ""
    asks_for: str = ""
    """What its distribution asks for of modelzoo-registry; empty where it does not say."""
    heavy_import: str = ""
    """``tensorflow`` or ``keras`` where its module imports it at the top."""


@dataclass(frozen=True)
class Report:
    """Hold all that was examined."""

    python: Python
    contract: str
    """The version of the contract that plugins are held to; empty where modelzoo-registry cannot be read."""
    packages: list[Package]
    tensorflow: TensorFlow
    plugins: list[Plugin]
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether nothing is broken."""
        return not any(finding.severity == "error" for finding in self.findings)
