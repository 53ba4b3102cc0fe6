"""Define what a plugin's settings are and how faults in them are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from .errors import Fault, SpecError
from .suggest import did_you_mean


class Spec(BaseModel):
    """Hold validated settings: frozen, without unknown fields, every field described, bounded and with a default."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False, defer_build=True)


class ModelSpec(Spec):
    """Be the base of a model plugin's ``Spec``: architecture only, never how to train."""


class RegularizerSpec(Spec):
    """Be the base of a regularizer plugin's ``Spec``."""


_PLAINER = {
    "dict_type": "Input should be a table of names and values",
    "list_type": "Input should be a list",
    "tuple_type": "Input should be a list",
}
"""Words for what pydantic names after Python's types: settings are also written in TOML and on command lines."""

S = TypeVar("S", bound=BaseModel)


def validate(spec: type[S], settings: Mapping[str, Any], *, owner: str) -> S:
    """Return ``spec(**settings)``.

    Raises:
        SpecError: with every fault, each under its dotted path, e.g. ``hidden.0``.
    """
    faults, value = collect(spec, settings)
    if value is None:
        raise SpecError(f"{owner} does not accept these settings", faults)
    return value


def collect(spec: type[S], settings: Mapping[str, Any]) -> tuple[list[Fault], S | None]:
    """Return all faults of the settings and, when there are none, the spec they make."""
    try:
        return [], spec.model_validate(dict(settings))
    except ValidationError as error:
        return faults_of(error, spec, settings), None


def faults_of(error: ValidationError, spec: type[BaseModel], settings: Mapping[str, Any]) -> list[Fault]:
    """Turn pydantic's findings about these settings into faults with the zoo's wording."""
    found = error.errors(include_url=False)
    return [_fault(one, spec, settings) for one in found if not _follows(one, found)]


def _follows(one: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a list is found too short only because its items were refused."""
    loc = one["loc"]
    return one["type"] == "too_short" and any(other["loc"][: len(loc)] == loc != other["loc"] for other in found)


def _fault(found: Mapping[str, Any], spec: type[BaseModel], settings: Mapping[str, Any]) -> Fault:
    path = _path(found, settings)
    if found["type"] == "extra_forbidden":
        nested = len(found["loc"]) > 1  # whose fields those would be, pydantic does not say
        known = () if nested else [field.alias or name for name, field in spec.model_fields.items()]
        return Fault(path, _unknown_field(path, known, spec))
    words = str(found["msg"]).removeprefix("Value error, ").replace("Tuple should have", "The list should have")
    message = _PLAINER.get(found["type"]) or words
    if found["type"] == "missing":
        return Fault(path, "is required.")
    joint = "" if message.endswith((".", "?")) else "."
    return Fault(path, f"{message}{joint} Received: {_shorten(found['input'])}")


def _path(found: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """Return where a fault is, without the names pydantic puts in for the branches of a union."""
    value: Any = settings
    parts = []
    for part in found["loc"]:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            continue
        parts.append(str(part))
    if found["type"] == "missing":
        parts.append(str(found["loc"][-1]))
    return ".".join(parts)


def _unknown_field(name: str, known: Iterable[str], spec: type[BaseModel]) -> str:
    """Say that there is no such field, what was probably meant, and which there are."""
    from .training import KERAS_ARGUMENTS, TRAINING_FIELDS, TrainingSpec

    if issubclass(spec, ModelSpec) and name in TRAINING_FIELDS:
        return "is about training, not architecture: give it to fit(), or to zoo train as an option of its own"
    if issubclass(spec, TrainingSpec) and name in KERAS_ARGUMENTS:
        return f"is Keras' name. {KERAS_ARGUMENTS[name]}"
    known = list(known)
    fields = f" Settings: {', '.join(known)}" if known else ""
    return f"unknown setting.{did_you_mean(name, known)}{fields}"


def _shorten(value: Any, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 3]}..."
