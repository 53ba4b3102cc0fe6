"""Read the JSON of an artifact as what it should be: of one meaning, not too deep, of a format known here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeVar

from modelzoo_registry import DamagedArtifactError, Fault
from modelzoo_registry.errors import describe_faults
from pydantic import BaseModel, ValidationError

MOST_OF_A_DESCRIPTION = 2**26
"""Bytes of a file that says little of each column: a hundred thousand columns."""
MOST_OF_AN_ENCODER = 2**30
"""Bytes of a file with vocabularies in it: some fifty million values."""
_SHOWN = 10
"""Faults that are told; the others are counted."""

T = TypeVar("T", bound=BaseModel)


def parse(text: bytes, kind: type[T], *, name: object, format: int | None = None) -> T:  # noqa: A002  # as in the file
    """Return what a file holds.

    Args:
        text: the bytes of the file.
        kind: what it should be.
        name: the file, for messages.
        format: the one that is read here, of a file that says which it has.

    Raises:
        DamagedArtifactError: when it is no JSON in UTF-8, nested too deeply, names a field twice, has numbers JSON
            does not know, is of another format, or is not what it should be; naming the first faults.
    """
    fields = read_json(text, name=name)
    if not isinstance(fields, dict):
        raise DamagedArtifactError(f"{name} is no JSON object")
    if format is not None:
        _check_format(fields, name, format)
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        raise DamagedArtifactError(_describe(error, kind, fields, name)) from None


def read_json(text: bytes, *, name: object) -> Any:
    """Return what a file holds, as plain data.

    Raises:
        DamagedArtifactError: about what ``parse`` says, but what it should be.
    """
    try:
        return json.loads(text.decode(), object_pairs_hook=_without_repeats, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise DamagedArtifactError(f"{name} is not text in UTF-8: byte {error.start + 1:,}") from None
    except RecursionError:
        raise DamagedArtifactError(f"{name} is nested too deeply") from None
    except ValueError as error:  # of JSON's own, and of the two below
        raise DamagedArtifactError(f"{name} cannot be read as JSON: {error}") from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        repeated, _ = (Counter(name for name, _ in pairs) - Counter(fields.keys())).popitem()
        raise ValueError(f"{_short(repeated)} is there more than once")
    return fields


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")


def _check_format(fields: Mapping[str, Any], name: object, known: int) -> None:
    found = fields.get("format")
    if type(found) is not int:
        raise DamagedArtifactError(f"{name} does not say its format, a whole number. Received: {_short(found)}")
    if found > known:
        raise DamagedArtifactError(
            f"{name} has format {_short(found)}; this modelzoo reads up to {known}: install a newer modelzoo"
        )
    if found < known:
        raise DamagedArtifactError(
            f"{name} has format {_short(found)}; this modelzoo reads {known}: make it anew, or install an older "
            "modelzoo"
        )


def _describe(error: ValidationError, kind: type[BaseModel], fields: Mapping[str, Any], name: object) -> str:
    """Return the first faults, a line each, in the words settings are told with."""
    from modelzoo_registry.specs import faults_of

    first = error.errors(include_input=False, include_url=False)[0]
    if first["type"] == "json_invalid":
        words = first["msg"].removeprefix("Invalid JSON: ")
        return f"{name} " + ("is nested too deeply" if "recursion" in words else f"cannot be read as JSON: {words}")
    faults = [_plainly(fault) for fault in faults_of(error, kind, fields)]
    more = [Fault("", f"and {len(faults) - _SHOWN:,} more")] if len(faults) > _SHOWN else []
    return describe_faults(f"{name} does not hold what it should", [*faults[:_SHOWN], *more])


def _plainly(fault: Fault) -> Fault:
    """Return a fault without the names of all settings there are: files are not written by hand."""
    return Fault(fault.path, fault.message.split(" Settings: ")[0].replace("unknown setting", "unknown field"))


def _short(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
