"""Turn whatever people hold rows in into one Arrow table."""

from .table import to_table

__all__ = ["to_table"]
