"""Say how many rows are scored at a time."""

from __future__ import annotations

BATCH_BYTES = 32 * 2**20
"""Most bytes of output held at a time: a reconstruction of large vocabularies is wide."""


def rows_a_batch(width: int, most: int = 8192) -> int:
    """Return how many rows of float32 outputs (n, width) are handled at a time."""
    return max(1, min(most, BATCH_BYTES // (4 * width)))
