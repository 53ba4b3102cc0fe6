"""Describe raw columns (schema) and turn them into what a model takes (encoder).

Each kind of column stands in a file of its own: its schema entry, what it learns from training rows, and its
execution on the host (NumPy, Arrow) and as TensorFlow operations, which must agree. Nothing here imports
TensorFlow: the operations are handed the module.
"""

from .encoder import Encoder
from .infer import infer_schema
from .schema import Schema
from .target import Target

__all__ = ["Encoder", "Schema", "Target", "infer_schema"]
