"""A model whose module imports TensorFlow at its top."""

import tensorflow  # noqa: F401  (that is what is wrong with it)
from mutant_models import Good


class Heavy(Good):
    """Let every command wait for TensorFlow."""
