"""Describe raw columns (schema) and turn them into what a model takes (encoder).

Each kind of column stands in a file of its own: its schema entry, what it learns from training rows, and its
execution on the host (NumPy, Arrow) and as TensorFlow operations, which must agree. Nothing here imports
TensorFlow: the operations are handed the module. Names are loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .encoder import Encoder
    from .infer import infer_schema
    from .schema import Schema
    from .target import Target

_WHERE = {"Encoder": ".encoder", "Schema": ".schema", "Target": ".target", "infer_schema": ".infer"}

__all__ = ["Encoder", "Schema", "Target", "infer_schema"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'modelzoo.columns' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_WHERE[name], __name__), name)
    return found
