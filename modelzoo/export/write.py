"""Write one export folder, whole or not at all."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from modelzoo_registry import ArtifactExistsError, ExportError, ExportInfo

from ..artifacts.atomic import flush, move, staging
from ..artifacts.checksums import write_sums
from ..artifacts.run import versions
from ..columns.base import MISSING_INTEGER
from ..columns.encoder import Encoder
from ..columns.raw import TENSOR_DTYPES, RawInput
from ..configure import Choice
from ..hooks import Hooks
from ..notes import tell
from ..persistence import record_plugin
from ..prune.prune import Pruned
from ..prune.prune import prune as pruned
from ..text import printable
from .card import CARD, card
from .forms import Exported, check_forms, writer
from .manifest import ENCODER, FORMS, MANIFEST, Form, FormRecord, Ignored, Input, Manifest
from .names import tensor_names
from .verify.replayers import Replayers
from .verify.verify import verify

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
    parent: Path,
    model: Choice,
    regularizers: tuple[Choice, ...],
    fitted: Fitted,
    *,
    formats: Sequence[str] | str = FORMS,
    prune: bool | None = None,
) -> Path:
    """Write ``parent/<UTC timestamp>`` and return it.

    Args:
        parent: the folder of the exports.
        model: the plugin it was built by.
        regularizers: those it was trained with.
        fitted: the trained model.
        formats: what it is written as.
        prune: whether what changes no prediction is left out; None: if a regularizer made weights exactly zero.

    Raises:
        SpecError: when there is no such format.
        ExportError: when the model cannot be written in one of them, or what was written predicts something else.
    """
    forms = check_forms(formats)
    if prune is None:
        prune = any(choice.plugin.sparsifies for choice in regularizers)
    # They take their time to start, and may well do so while files are written.
    with Replayers(forms) as replayers, staging(parent, "export") as stage:
        manifest, encoder = _write(stage, forms, model, regularizers, fitted, prune=prune)
        manifest = manifest.model_copy(update={"verified": verify(stage, manifest, fitted, replayers)})
        (stage / CARD).write_text(card(manifest, encoder), encoding="utf-8")
        _seal(stage, manifest)
        flush(stage)
        target = _hand_out(stage, parent)
    for record in manifest.forms:
        for line in record.omissions:
            tell(printable(line))
    Hooks().call("exported", export=_info(target, model, fitted, manifest))
    return target


def _info(path: Path, model: Choice, fitted: Fitted, manifest: Manifest) -> ExportInfo:
    """Return what hook plugins are told of an export."""
    return ExportInfo(
        run_id=manifest.run_id,
        path=path,
        model=model.info,
        task=fitted.target.task,
        forms=tuple(record.name for record in manifest.forms if record.files),
        metrics=fitted.metrics,
        manifest=manifest.model_dump(mode="json"),
    )


def _write(
    stage: Path, forms: Sequence[Form], model: Choice, regularizers: tuple[Choice, ...], fitted: Fitted, *, prune: bool
) -> tuple[Manifest, Encoder]:
    """Write all files but what is told of their verification, and return the manifest and what the export reads."""
    left = pruned(fitted.core, fitted.encoder, fitted.target) if prune else Pruned(fitted.core, fitted.encoder)
    tensors = tensor_names([raw.name for raw in fitted.encoder.raw])  # whichever of them are still read
    export = Exported(left, fitted.target, tensors)
    records = tuple(_write_form(form, stage, export, alone=len(forms) == 1) for form in forms)
    (stage / ENCODER).write_text(left.encoder.model_dump_json(indent=1) + "\n", encoding="utf-8")
    manifest = _manifest(model, regularizers, fitted, left, tensors)
    manifest = manifest.model_copy(update={"pruned": prune, "forms": records})
    _seal(stage, manifest)
    return manifest, left.encoder


def _write_form(form: Form, stage: Path, export: Exported, *, alone: bool) -> FormRecord:
    """Write one form; of several, one that cannot be written is left out and the reason told."""
    try:
        return writer(form)(stage, export)
    except ExportError as error:
        if alone:
            raise
        return FormRecord(name=form, files=(), left_out={form: {"": str(error)}})


def _seal(stage: Path, manifest: Manifest) -> None:
    """Write the manifest, and the checksums of all files as they now are."""
    (stage / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    write_sums(stage)


def _hand_out(stage: Path, parent: Path) -> Path:
    """Move the export to a version that is free; another one may take it meanwhile."""
    while True:
        target = _fresh_version(parent)
        with contextlib.suppress(ArtifactExistsError):
            move(stage, target, overwrite=False, marker=MANIFEST)
            return target


def _fresh_version(parent: Path) -> Path:
    """Return a folder named by the second; a second export waits for the next one, so that newer sorts later."""
    while True:
        target = parent / datetime.now(UTC).strftime("%Y%m%d%H%M%S")
        if not target.exists():
            return target
        time.sleep(0.05)


def _manifest(
    model: Choice, regularizers: tuple[Choice, ...], fitted: Fitted, left: Pruned, tensors: Mapping[str, str]
) -> Manifest:
    from .outputs import describe_outputs

    return Manifest(
        run_id=fitted.facts.run_id,
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
        seconds=round(fitted.facts.seconds, 3),
        rows=fitted.facts.rows,
        forms=(),
        versions=versions("onnx", "onnxruntime", "tf2onnx"),
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
