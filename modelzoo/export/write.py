"""Write one export folder, whole or not at all."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..artifacts.atomic import staged
from ..artifacts.checksums import write_sums
from ..artifacts.run import versions
from ..columns.wire import MISSING_INTEGER, TENSOR_DTYPES, RawInput
from ..configure import Choice
from ..hooks import Hooks
from ..persistence import record_plugin
from .manifest import MANIFEST, Input, Manifest

if TYPE_CHECKING:  # this imports TensorFlow
    from ..fitted import Fitted

ENCODER = "encoder.json"
_MISSING = {"number": "NaN", "string": '""', "integer": str(MISSING_INTEGER), "array": "NaN"}


def write_export(parent: Path, model: Choice, regularizers: tuple[Choice, ...], fitted: Fitted) -> Path:
    """Write ``parent/<UTC timestamp>`` and return it."""
    from .savedmodel import write_savedmodel

    target = _fresh_version(parent)
    manifest = _manifest(model, regularizers, fitted)
    with staged(target) as stage:
        write_savedmodel(stage, fitted.encoder, fitted.core, fitted.target)
        (stage / ENCODER).write_text(fitted.encoder.model_dump_json(indent=1) + "\n", encoding="utf-8")
        (stage / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
        write_sums(stage)
    Hooks(_ignore).call("exported", path=target, manifest=manifest.model_dump(mode="json"))
    return target


def _ignore(_: str) -> None:
    """Say nothing: a hook that fails has been dropped, and the export is done."""


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
        inputs=tuple(_input(raw) for raw in fitted.encoder.raw),
        outputs=describe_outputs(fitted.target),
        metrics=fitted.last_metrics,
        parameters=fitted.core.count_params(),
        seed=fitted.training.seed,
        versions=versions(),
    )


def _input(raw: RawInput) -> Input:
    dtype = TENSOR_DTYPES[raw.type]
    return Input(name=raw.name, type=raw.type, dtype=dtype, shape=raw.shape, missing=_MISSING[raw.type])
