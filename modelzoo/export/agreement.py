"""Hold what an export says of itself against itself: its manifest, and its encoder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from modelzoo_registry import Fault

from ..columns.raw import TENSOR_DTYPES, RawInput
from .manifest import Ignored, Input, Manifest

if TYPE_CHECKING:  # this imports pyarrow
    from ..columns.encoder import Encoder

_OUTPUTS = {
    "regression": ("prediction",),
    "binary": ("label", "probabilities"),
    "multiclass": ("label", "probabilities"),
    "reconstruction": ("reconstruction_error",),
}
"""The outputs a model for a task always has."""


def contradictions(manifest: Manifest) -> list[Fault]:
    """Return what in a manifest cannot be true at once."""
    columns: list[Input | Ignored] = [*manifest.inputs, *manifest.ignored]
    return [
        *_repeated("column", (("inputs", one.name) for one in columns)),
        *_repeated("tensor", (("inputs", one.tensor or one.name) for one in columns)),
        *_repeated("output", (("outputs", one.name) for one in manifest.outputs)),
        *_unfit_dtypes(manifest),
        *_unfit_target(manifest),
    ]


def disagreements(manifest: Manifest, encoder: Encoder) -> list[Fault]:
    """Return where the inputs a manifest tells are not those an encoder reads."""
    told = [one.raw for one in manifest.inputs]
    read = list(encoder.raw)
    if [one.name for one in told] != [one.name for one in read]:
        return [Fault("inputs", f"are {_names(told)}; encoder.json reads {_names(read)}")]
    return [
        Fault(f"inputs.{place}", f"{ours.name!r} is {_words(ours)}; encoder.json reads {_words(theirs)}")
        for place, (ours, theirs) in enumerate(zip(told, read, strict=True))
        if ours != theirs
    ]


def _repeated(kind: str, names: Iterable[tuple[str, str]]) -> Iterator[Fault]:
    seen = set()
    for part, name in names:
        if name in seen:
            yield Fault(part, f"the {kind} {name!r} is there more than once")
        seen.add(name)


def _unfit_dtypes(manifest: Manifest) -> Iterator[Fault]:
    for one in manifest.inputs:
        if one.dtype != TENSOR_DTYPES[one.type]:
            yield Fault("inputs", f"{one.name!r} is of type {one.type}, whose dtype is not {one.dtype!r}")


def _unfit_target(manifest: Manifest) -> Iterator[Fault]:
    target, outputs = manifest.target, {one.name: one for one in manifest.outputs}
    for name in _OUTPUTS[target.task]:
        if name not in outputs:
            yield Fault("outputs", f"{name!r} is not there, which a model for {target.task} has")
    if (target.name is None) != (target.task == "reconstruction"):
        yield Fault("target", f"{target.task} has {'a' if target.name is None else 'no'} target")
    least, most = {"binary": (2, 2), "multiclass": (2, None)}.get(target.task, (0, 0))
    if len(target.labels) < least or (most is not None and len(target.labels) > most):
        yield Fault("target.labels", f"are {len(target.labels)}, which a model for {target.task} cannot have")
    if len({type(label) for label in target.labels}) > 1:
        yield Fault("target.labels", "are of several types")
    if "probabilities" in outputs and outputs["probabilities"].shape != (len(target.labels),):
        yield Fault("outputs", f"'probabilities' are not of the {len(target.labels)} labels")


def _names(columns: Iterable[RawInput]) -> str:
    """List the first columns."""
    names = [repr(one.name) for one in columns]
    return ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")


def _words(column: RawInput) -> str:
    """Describe a column."""
    shape = f" {column.shape}" if column.shape else ""
    return f"{column.type}{shape}{', required' * column.required}{', with dates' * column.dates}"
