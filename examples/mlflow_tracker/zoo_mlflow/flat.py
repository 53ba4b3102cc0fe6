"""Turn what a hook is told of a run into MLflow's flat parameters and tags; imports no MLflow."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from modelzoo_registry import RunInfo


def parameters(run: RunInfo) -> dict[str, str]:
    """Return every setting by its place: ``model``, ``model.hidden``, ``dropout.rate``, ``training.seed``, ...

    What is None is left out, since MLflow knows text alone.
    """
    facts = {
        "model": run.model.name,
        "task": run.task,
        "target": run.target,
        "data": run.data,
        "rows": run.rows,
        "validation_rows": run.validation_rows,
        "regularizers": [regularizer.name for regularizer in run.regularizers],
        **_below("model", run.model.settings),
        **_below("training", run.training),
    }
    for regularizer in run.regularizers:
        facts |= _below(regularizer.name, regularizer.settings)
    return {usable(name): _text(value) for name, value in facts.items() if value is not None}


def tags(run: RunInfo) -> dict[str, str]:
    """Return what a run is found by: its id, model and task, where it is written, and what it ran on."""
    plugins = {f"plugin.{one.name}": f"{one.distribution} {one.version}" for one in (run.model, *run.regularizers)}
    found = {
        "modelzoo.run": run.id,
        "modelzoo.model": run.model.name,
        "modelzoo.task": run.task,
        **plugins,
        **{f"version.{name}": version for name, version in run.versions.items()},
    }
    return found | ({"modelzoo.folder": str(run.folder.resolve())} if run.folder else {})


def usable(name: str) -> str:
    """Return a name that MLflow takes: letters, digits and ``_-. :/``."""
    return re.sub(r"[^\w\-. :/]", "_", name)


def _below(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    return dict(_leaves(name, settings))


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield each value that is no table, under its dotted path."""
    if not isinstance(value, Mapping):
        yield path, value
        return
    for name, inner in value.items():
        yield from _leaves(f"{path}.{name}", inner)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
