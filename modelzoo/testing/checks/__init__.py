"""List what the kit checks; each check is a function that tells what it finds, and its docstring what it demands."""

from __future__ import annotations

from collections.abc import Mapping

from modelzoo_registry import Kind

from ..check import Check
from . import artifacts, built, fields, hooks, settings, together, training, written

_WRITTEN = (
    Check("contract", written.contract, "contract"),
    Check("docstring", written.docstring, "written"),
    Check("light import", written.light_import, "written"),
)
_SETTINGS = (
    Check("bounds", fields.bounds, "written"),
    Check("bad settings", settings.bad_settings, "written"),
    Check("stored settings", settings.stored_settings, "written"),
)
_TRAINED = (
    Check("finite loss", training.finite_loss, "trained"),
    Check("falling loss", training.falling_loss, "trained"),
    Check("save and load", artifacts.loads, "trained"),
    Check("export", artifacts.exports, "trained"),
)

CHECKS: Mapping[Kind, tuple[Check, ...]] = {
    "model": (
        *_WRITTEN,
        *_SETTINGS,
        Check("shapes", built.shapes, "built"),
        Check("columns", built.columns, "built"),
        Check("drawn settings", settings.drawn_settings, "built"),
        Check("another seed", built.another_seed, "built"),
        *_TRAINED,
        Check("same seed", training.same_seed, "trained"),
        Check("regularizers", together.with_regularizers, "trained"),
    ),
    "regularizer": (
        *_WRITTEN,
        *_SETTINGS,
        Check("shapes", built.regularized, "built"),
        Check("drawn settings", settings.drawn_strengths, "built"),
        Check("same seed", built.same_draws, "built"),
        *_TRAINED,
        Check("models", together.with_models, "trained"),
    ),
    "hook": (
        *_WRITTEN,
        Check("commands", hooks.commands, "built"),
        Check("follows a run", hooks.follows, "trained"),
    ),
}
"""The checks of each kind of plugin, in the order in which they are told."""
