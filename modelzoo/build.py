"""Build models by name, and load them from runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Any

from .columns.schema import Schema, make_schema
from .configure import RegularizerChoice, configure
from .model import Model


def build(
    name: str,
    *,
    regularizers: Iterable[RegularizerChoice] = (),
    schema: Schema | Mapping[str, Any] | str | PathLike[str] | None = None,
    **settings: Any,
) -> Model:
    """Return an untrained model.

    Args:
        name: a model plugin, or ``distribution:name`` where two distributions offer it.
        regularizers: names, or dicts of a ``name`` and settings, applied in this order.
        schema: what the columns are: a Schema, plain data of the same form, or the path of a TOML file; None
            infers it in ``fit``.
        **settings: the model's own settings, see ``zoo show NAME``.

    Raises:
        UnknownPluginError: with the nearest name.
        SpecError: with every fault of all settings.
        SchemaError: with every fault of the schema.
        DataError: when its file is not there or not TOML.
    """
    model, chosen = configure(name, settings, regularizers)
    return Model(model, chosen, None if schema is None else make_schema(schema))


def load(path: str | PathLike[str]) -> Model:
    """Return the model a run holds, rebuilt from its settings and verified.

    A run stores no code: metrics that were functions or Keras objects are left out of ``evaluate`` from then on,
    which a line on standard error says. Where no other is left, it is the task's own that are measured.

    Raises:
        ArtifactNotFoundError: when there is no run.
        DamagedArtifactError: naming each file that is missing or does not match.
        UnknownPluginError: when a plugin it was trained with is not installed.
    """
    from .persistence import restore

    return restore(path)
