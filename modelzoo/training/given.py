"""Check what is given to ``fit`` beside the rows, before any is read."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Real
from os import PathLike
from typing import TYPE_CHECKING, Any

from modelzoo_registry import Fault, SpecError

if TYPE_CHECKING:  # this imports TensorFlow
    from keras.callbacks import Callback


def in_words(validation: Any) -> Any:
    """Return a fraction or a path as it is recorded, and None for rows."""
    if isinstance(validation, str | PathLike | int | float):
        return validation
    return float(validation) if isinstance(validation, Real) else None


def list_callbacks(given: Iterable[Callback]) -> tuple[Callback, ...]:
    """Refuse a callback alone, and classes of callbacks: what Keras would say names neither."""
    if not isinstance(given, Iterable):
        faults = [Fault("callbacks", f"a list of Keras callbacks belongs here. Received: {type(given).__name__}")]
        raise SpecError("fit does not accept these settings", faults)
    listed = tuple(given)
    faults = [Fault(f"callbacks.{place}", wrong) for place, one in enumerate(listed) if (wrong := _no_callback(one))]
    if faults:
        raise SpecError("fit does not accept these settings", faults)
    return listed


def _no_callback(one: Any) -> str:
    """Say why something is no callback; nothing of one that is."""
    if isinstance(one, type):
        return f"write {one.__name__}(...), not the class"
    return "" if hasattr(one, "on_epoch_end") else f"a Keras callback belongs here. Received: {one!r}"
