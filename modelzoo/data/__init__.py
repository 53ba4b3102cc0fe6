"""Turn whatever people hold rows in into one Arrow table, or into a stream where memory does not hold them."""

from .opening import open_rows
from .stream import Stream
from .table import to_table

__all__ = ["Stream", "open_rows", "to_table"]
