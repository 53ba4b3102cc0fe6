"""Write one export folder, whole or not at all."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from modelzoo_registry import ArtifactExistsError

from ..artifacts.atomic import staged
from ..artifacts.checksums import write_sums
from ..artifacts.run import versions
from ..columns.base import MISSING_INTEGER
from ..columns.raw import TENSOR_DTYPES, RawInput
from ..configure import Choice
from ..hooks import Hooks
from ..notes import tell
from ..persistence import record_plugin
from .manifest import MANIFEST, Input, Manifest
from .names import tensor_names

if TYPE_CHECKING:  # this imports TensorFlow
    from ..fitted import Fitted

ENCODER = "encoder.json"
_MISSING = {
    "number": "NaN",
    "string": '""',
    "integer": str(MISSING_INTEGER),
    "timestamp": str(MISSING_INTEGER),
    "array": "NaN",
}


def write_export(parent: Path, model: Choice, regularizers: tuple[Choice, ...], fitted: Fitted) -> Path:
    """Write ``parent/<UTC timestamp>`` and return it."""
    manifest = _manifest(model, regularizers, fitted)
    target = _write_version(parent, manifest, fitted)
    Hooks(tell).call("exported", path=target, manifest=manifest.model_dump(mode="json"))
    return target


def _write_version(parent: Path, manifest: Manifest, fitted: Fitted) -> Path:
    """Write the export under a version that is free; another one may take it while this one is written."""
    while True:
        with contextlib.suppress(ArtifactExistsError):
            return _write(_fresh_version(parent), manifest, fitted)


def _write(target: Path, manifest: Manifest, fitted: Fitted) -> Path:
    from .savedmodel import write_savedmodel

    with staged(target, marker=MANIFEST) as stage:
        write_savedmodel(stage, fitted.encoder, fitted.core, fitted.target)
        (stage / ENCODER).write_text(fitted.encoder.model_dump_json(indent=1) + "\n", encoding="utf-8")
        (stage / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
        write_sums(stage)
    return target


def _fresh_version(parent: Path) -> Path:
    """Return a folder named by the second; a second export waits for the next one, so that newer sorts later."""
    while True:
        target = parent / datetime.now(UTC).strftime("%Y%m%d%H%M%S")
        if not target.exists():
            return target
        time.sleep(0.05)


def _manifest(model: Choice, regularizers: tuple[Choice, ...], fitted: Fitted) -> Manifest:
    from .savedmodel import describe_outputs

    return Manifest(
        model=record_plugin(model),
        regularizers=tuple(record_plugin(choice) for choice in regularizers),
        target=fitted.target,
        inputs=_inputs(fitted.encoder.raw),
        outputs=describe_outputs(fitted.target, fitted.encoder, fitted.core),
        metrics=fitted.metrics,
        parameters=fitted.core.count_params(),
        names=fitted.facts.provenance.names,
        text=fitted.facts.provenance.text,
        seed=fitted.facts.training.seed,
        versions=versions(),
    )


def _inputs(columns: Sequence[RawInput]) -> tuple[Input, ...]:
    tensors = tensor_names([raw.name for raw in columns])
    return tuple(
        Input(
            name=raw.name,
            tensor=tensors[raw.name],
            type=raw.type,
            dtype=TENSOR_DTYPES[raw.type],
            shape=raw.shape,
            missing="refused" if raw.required else _MISSING[raw.type],
            required=raw.required,
            dates=raw.dates,
        )
        for raw in columns
    )
