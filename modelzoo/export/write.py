"""Write one export folder, whole or not at all."""

from __future__ import annotations

import contextlib
import time
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
from ..prune.prune import Pruned
from ..prune.prune import prune as pruned
from .folder import ENCODER
from .manifest import MANIFEST, Ignored, Input, Manifest
from .names import tensor_names

if TYPE_CHECKING:  # this imports TensorFlow
    from ..fitted import Fitted

_MISSING = {
    "number": "NaN",
    "string": '""',
    "integer": str(MISSING_INTEGER),
    "timestamp": str(MISSING_INTEGER),
    "array": "NaN",
}


def write_export(
    parent: Path, model: Choice, regularizers: tuple[Choice, ...], fitted: Fitted, *, prune: bool | None = None
) -> Path:
    """Write ``parent/<UTC timestamp>`` and return it.

    Args:
        parent: the folder of the exports.
        model: the plugin it was built by.
        regularizers: those it was trained with.
        fitted: the trained model.
        prune: whether what changes no prediction is left out; None: if a regularizer made weights exactly zero.
    """
    if prune is None:
        prune = any(choice.plugin.sparsifies for choice in regularizers)
    left = pruned(fitted.core, fitted.encoder, fitted.target) if prune else Pruned(fitted.core, fitted.encoder)
    manifest = _manifest(model, regularizers, fitted, left).model_copy(update={"pruned": prune})
    target = _write_version(parent, manifest, left)
    Hooks(tell).call("exported", path=target, manifest=manifest.model_dump(mode="json"))
    return target


def _write_version(parent: Path, manifest: Manifest, left: Pruned) -> Path:
    """Write the export under a version that is free; another one may take it while this one is written."""
    while True:
        with contextlib.suppress(ArtifactExistsError):
            return _write(_fresh_version(parent), manifest, left)


def _write(target: Path, manifest: Manifest, left: Pruned) -> Path:
    from .savedmodel import write_savedmodel

    with staged(target, marker=MANIFEST) as stage:
        write_savedmodel(stage, left, manifest.target, manifest.tensors)
        (stage / ENCODER).write_text(left.encoder.model_dump_json(indent=1) + "\n", encoding="utf-8")
        (stage / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
        write_sums(stage)
    return target


def _fresh_version(parent: Path) -> Path:
    """Return a folder named by the second; a second export waits for the next one, so that newer sorts later."""
    while True:
        target = parent / datetime.now(UTC).strftime("%Y%m%d%H%M%S")
        if not target.exists():
            return target
        time.sleep(0.05)


def _manifest(model: Choice, regularizers: tuple[Choice, ...], fitted: Fitted, left: Pruned) -> Manifest:
    from .savedmodel import describe_outputs

    tensors = tensor_names([raw.name for raw in fitted.encoder.raw])  # whichever of them are still read
    return Manifest(
        model=record_plugin(model),
        regularizers=tuple(record_plugin(choice) for choice in regularizers),
        target=fitted.target,
        inputs=tuple(_input(raw, tensors[raw.name]) for raw in left.encoder.raw),
        ignored=tuple(_ignored(raw, tensors[raw.name]) for raw in left.ignored),
        outputs=describe_outputs(fitted.target, left.encoder, left.core),
        metrics=fitted.metrics,
        parameters=left.core.count_params(),
        removed=left.removals,
        barriers=left.barriers,
        names=fitted.facts.provenance.names,
        text=fitted.facts.provenance.text,
        seed=fitted.facts.training.seed,
        versions=versions(),
    )


def _input(raw: RawInput, tensor: str) -> Input:
    return Input(
        name=raw.name,
        tensor=tensor,
        type=raw.type,
        dtype=TENSOR_DTYPES[raw.type],
        shape=raw.shape,
        missing="refused" if raw.required else _MISSING[raw.type],
        required=raw.required,
        dates=raw.dates,
    )


def _ignored(raw: RawInput, tensor: str) -> Ignored:
    return Ignored(name=raw.name, type=raw.type, tensor=None if tensor == raw.name else tensor, shape=raw.shape)
