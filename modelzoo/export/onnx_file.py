"""Look through an ONNX file before a runtime gets it: all of it is in the file, and nothing but standard operators.

ONNX Runtime (1.32) reads external data of a model it gets as bytes from the process' working directory, takes other
formats than ONNX for a model, and runs operators other libraries bring. None of that is in an export.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from modelzoo_registry import DamagedArtifactError

MOST_OF_A_MODEL: Final = 2**31 - 1
"""Bytes of an ONNX file, as protocol buffers have it."""
MOST_FIELDS: Final = 2_000_000
"""Fields that are looked at; an operator has some ten, a tensor of any size four."""
DEEPEST: Final = 8
"""Graphs in graphs, the outermost counted: the others are branches and bodies of operators."""
DOMAINS: Final = (b"", b"ai.onnx", b"ai.onnx.ml")
"""Where the operators come from that every runtime has."""

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_WITHIN: Final[Mapping[str, Mapping[int, str]]] = {
    "model": {7: "graph"},
    "graph": {1: "node", 5: "tensor"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph"},
    "tensor": {},
}
"""The messages inside a message that are looked into, by the numbers of their fields (onnx.proto)."""
_REFUSED: Final[Mapping[tuple[str, int], str]] = {
    ("model", 20): "instructions for training",
    ("model", 25): "functions of its own",
    ("graph", 15): "sparse tensors",
    ("attribute", 22): "sparse tensors",
    ("attribute", 23): "sparse tensors",
    ("tensor", 13): "data outside the file",
    ("tensor", 14): "data outside the file",
}
_DOMAIN: Final = ("node", 7)

Field = tuple[int, int, int, int]
"""Number and wire type of a field; where its content begins, and where it ends."""


def check_onnx(model: bytes, *, name: object) -> None:
    """Refuse a model that is more than a graph of standard operators with all its numbers.

    The time it takes grows with the fields of the model, not with the size of its tensors.

    Args:
        model: the bytes of the file.
        name: the file, for messages.

    Raises:
        DamagedArtifactError: saying what it has.
    """
    if model[4:8] == b"ORTM":
        raise DamagedArtifactError(f"{name} is no ONNX file, but ONNX Runtime's own format")
    try:
        _look_through(model)
    except _UnfitError as error:
        raise DamagedArtifactError(f"{name} {error}") from None


class _UnfitError(Exception):
    """Say what is wrong with a model, in words that go on behind its name."""


def _look_through(model: bytes) -> None:
    looked_at = 0
    messages = [("model", 0, len(model), 0)]
    while messages:
        kind, begin, end, depth = messages.pop()
        if depth > DEEPEST:
            raise _UnfitError(f"has graphs in graphs, more than {DEEPEST} deep")
        for number, wire, start, stop in _fields(model, begin, end):
            looked_at += 1
            if looked_at > MOST_FIELDS:
                raise _UnfitError(f"has more than {MOST_FIELDS:,} fields")
            _check_field(model, kind, number, start, stop)
            inner = _WITHIN[kind].get(number) if wire == _BYTES else None
            if inner:
                messages.append((inner, start, stop, depth + (inner == "graph")))


def _check_field(model: bytes, kind: str, number: int, start: int, stop: int) -> None:
    if (kind, number) in _REFUSED:
        raise _UnfitError(f"has {_REFUSED[kind, number]}, which no export has")
    if (kind, number) == _DOMAIN and model[start:stop] not in DOMAINS:
        shown = ascii(model[start : min(stop, start + 40)].decode("utf-8", "replace"))
        raise _UnfitError(f"has operators of {shown}, which are not ONNX's own")


def _fields(model: bytes, begin: int, end: int) -> Iterator[Field]:
    """Yield the fields of one message; their contents are passed over, not copied."""
    place = begin
    while place < end:
        tag, start = _varint(model, place, end)
        wire = tag & 7
        if tag >= 2**32 or tag < 8:
            raise _UnfitError("is no ONNX file")
        if wire == _VARINT:
            _, stop = _varint(model, start, end)
        elif wire == _BYTES:
            length, start = _varint(model, start, end)
            stop = start + length
        elif wire in (_FIXED64, _FIXED32):
            stop = start + (8 if wire == _FIXED64 else 4)
        else:
            raise _UnfitError("is no ONNX file")
        if stop > end:
            raise _UnfitError("is no ONNX file: it ends too early")
        yield tag >> 3, wire, start, stop
        place = stop


def _varint(model: bytes, place: int, end: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, the least first, and the place behind it."""
    value = shift = 0
    while place < end and shift < 70:
        byte = model[place]
        place += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, place
        shift += 7
    raise _UnfitError("is no ONNX file")
