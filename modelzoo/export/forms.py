"""Name the forms an export is written in; each is a module with one function, ``write``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from modelzoo_registry import Fault, SpecError
from modelzoo_registry.suggest import did_you_mean

from ..columns.target import Target
from ..interrupts import deferred
from ..prune.prune import Pruned
from .manifest import FORMS, Form, FormRecord

_MODULES = {"savedmodel": ".savedmodel", "onnx": ".onnx.write"}


@dataclass(frozen=True)
class Exported:
    """Hold what every form is written from."""

    left: Pruned
    """The core and its encoder."""
    target: Target
    tensors: Mapping[str, str]
    """What the SavedModel's tensor of each raw column is called."""


Write = Callable[[Path, Exported], FormRecord]
"""Write the files of one form into a folder."""


def writer(form: Form) -> Write:
    """Return what writes a form; it imports TensorFlow."""
    with deferred():
        write: Write = import_module(_MODULES[form], __package__).write
    return write


def check_forms(formats: Sequence[str] | str) -> tuple[Form, ...]:
    """Return the forms that are meant, each once, in their usual order.

    Raises:
        SpecError: naming every one there is not, or saying that there is none.
    """
    names = (formats,) if isinstance(formats, str) else tuple(formats)
    there_are = f"Formats: {', '.join(FORMS)}"
    faults = [
        Fault("formats", f"there is no {name!r}.{did_you_mean(str(name), FORMS)} {there_are}")
        for name in names
        if name not in FORMS
    ]
    if not names:
        faults.append(Fault("formats", f"at least one is needed. {there_are}"))
    if faults:
        raise SpecError("the model cannot be exported like this", faults)
    return tuple(form for form in FORMS if form in names)
