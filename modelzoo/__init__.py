"""modelzoo: name a neural model, point at a table, get predictions from raw columns and one deployable artifact.

    model = modelzoo.build("wide_deep", hidden=[64, 32], regularizers=["l2"])
    model.fit("diamonds.parquet", target="price", validation=0.1)
    model.export("exports/diamonds")

What each column is, is inferred: ``infer_schema`` shows it, ``build(..., schema="schema.toml")`` takes it changed.

Importing this package imports no TensorFlow and no NumPy; names are loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .version import __version__

if TYPE_CHECKING:
    from modelzoo_registry import ZooError

    from . import datasets
    from .build import build, load
    from .columns import Schema
    from .export.predictor import load_export
    from .model import Model
    from .training.infer import infer_schema

_WHERE = {
    "Model": ".model",
    "Schema": ".columns",
    "ZooError": "modelzoo_registry",
    "build": ".build",
    "datasets": ".datasets",
    "infer_schema": ".training.infer",
    "load": ".build",
    "load_export": ".export.predictor",
}

__all__ = ["Model", "Schema", "ZooError", "__version__", "build", "datasets", "infer_schema", "load", "load_export"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'modelzoo' has no attribute {name!r}")
    where = _WHERE[name]
    module = import_module(where, __name__)
    if name == "datasets":
        return module
    # All names of a module at once: importing .build has just put the module itself in the place of the function.
    globals().update({other: getattr(module, other) for other, home in _WHERE.items() if home == where})
    return globals()[name]


def __dir__() -> list[str]:
    return sorted(__all__)
