"""Hold what runs and exports both record."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

RUN = "run.json"
"""The file that makes a folder a run."""


class PluginRecord(BaseModel):
    """Name a plugin, where it came from, and its settings."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    name: str
    distribution: str
    version: str
    settings: dict[str, Any]
