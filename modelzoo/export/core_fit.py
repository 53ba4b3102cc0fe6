"""Hold the core of an export against its encoder and target: what one hands on, the other must take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelzoo_registry import DamagedArtifactError, Fault
from modelzoo_registry.errors import describe_faults

from ..columns.decoder import fixed_width
from ..columns.encoder import Encoder
from ..columns.target import Target
from .manifest import CODE, CORE

SCORES = "output"
"""What ``core.onnx`` calls the output of the core; ``code`` is the other one, of models that have it."""
_FLOATS, _IDS = "tensor(float)", "tensor(int32)"

Tensor = tuple[str, Sequence[Any]]
"""Type and shape, the batch first; what is not known of a shape, or does not matter, is no number."""


def check_fit(session: Any, encoder: Encoder, target: Target) -> None:
    """Refuse a core that does not take what the encoder makes of rows, or does not return what the target needs.

    Raises:
        DamagedArtifactError: naming every input and output that does not fit.
    """
    inputs = {one.name: (one.type, one.shape) for one in session.get_inputs()}
    outputs = {one.name: (one.type, one.shape) for one in session.get_outputs()}
    wanted = _inputs(encoder)
    returned = {name: outputs.get(name) for name in (SCORES, CODE) if name == SCORES or name in outputs}
    faults = [
        *(_fault("input", name, inputs.get(name), wanted.get(name)) for name in sorted({*inputs, *wanted})),
        *(_fault("output", name, found, _output(name, encoder, target)) for name, found in returned.items()),
    ]
    if any(faults):
        title = f"{CORE} does not fit the encoder; make the export anew"
        raise DamagedArtifactError(describe_faults(title, list(filter(None, faults))))


def _inputs(encoder: Encoder) -> dict[str, Tensor]:
    arrays: dict[str, Tensor] = {name: (_FLOATS, (None, *shape)) for name, shape in encoder.array_shapes.items()}
    packed: dict[str, Tensor] = {
        "dense": (_FLOATS, (None, encoder.dense_width)),
        "ids": (_IDS, (None, len(encoder.id_layout))),
    }
    return arrays | {name: tensor for name, tensor in packed.items() if tensor[1][1]}


def _output(name: str, encoder: Encoder, target: Target) -> Tensor:
    if name == CODE:
        return _FLOATS, (None, None)
    if target.task == "reconstruction":
        return _FLOATS, (None, fixed_width(encoder))
    return _FLOATS, (None, target.units)


def _fault(kind: str, name: str, found: Tensor | None, wanted: Tensor | None) -> Fault | None:
    if found is None or wanted is None:
        return Fault(f"{kind} {name}", "is missing" if found is None else "is not known")
    if found[0] == wanted[0] and _agree(found[1], wanted[1]):
        return None
    return Fault(f"{kind} {name}", f"is {_words(found)}, where {_words(wanted)} is needed")


def _agree(found: Sequence[Any], wanted: Sequence[Any]) -> bool:
    return len(found) == len(wanted) and all(
        other is None or one == other for one, other in zip(found, wanted, strict=True)
    )


def _words(tensor: Tensor) -> str:
    shape = ", ".join(str(size) if isinstance(size, int) else "n" for size in tensor[1])
    return f"{tensor[0]} ({shape})"
