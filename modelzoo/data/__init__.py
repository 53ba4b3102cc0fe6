"""Turn whatever people hold rows in into one Arrow table, or into a stream where memory does not hold them.

Names are loaded on first use, and the readers of each kind of file with them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .opening import open_rows
    from .stream import Stream
    from .table import to_table

_WHERE = {"Stream": ".stream", "open_rows": ".opening", "to_table": ".table"}

__all__ = ["Stream", "open_rows", "to_table"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'modelzoo.data' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_WHERE[name], __name__), name)
    return found
