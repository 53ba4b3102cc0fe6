"""Put a core together: what the model plugin builds, changed by the regularizers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
from modelzoo_registry import ModelPlugin

from ..columns.decoder import fixed_width
from ..columns.encoder import Encoder
from ..columns.target import Target
from ..core.assemble import Regularizers, build_core, regularize
from ..core.inputs import PackedInputs


@dataclass(frozen=True)
class Assembly:
    """Name the parts a core is made of."""

    name: str
    plugin: ModelPlugin
    spec: Any
    regularizers: Regularizers


def assemble(parts: Assembly, encoder: Encoder, target: Target) -> tuple[keras.Model, set[str]]:
    """Return the core with its regularizers, and the names of those that changed something in it."""
    units = fixed_width(encoder) if target.task == "reconstruction" else target.units
    core = build_core(parts.name, parts.plugin, parts.spec, PackedInputs(encoder, target.task, units))
    return regularize(core, parts.regularizers)
