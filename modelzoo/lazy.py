"""Name Arrow's modules without importing them: one row is read, encoded and scored without Arrow.

``from ..lazy import pa, pc`` stands for ``import pyarrow as pa`` and ``import pyarrow.compute as pc``, which take as
long to import as the rest of what scores a row.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any


class LazyModule(ModuleType):
    """Stand for a module, which is imported when it is first asked for anything."""

    def __getattr__(self, name: str) -> Any:
        found = getattr(import_module(self.__name__), name)
        setattr(self, name, found)  # so that this is asked once
        return found


if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.compute as pc
else:
    pa = LazyModule("pyarrow")
    pc = LazyModule("pyarrow.compute")

__all__ = ["pa", "pc"]
