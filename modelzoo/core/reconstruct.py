"""Score rows with a core that reconstructs its inputs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..columns.decoder import decode
from ..columns.encoder import Arrays, Encoder
from .fixed import fixed_inputs
from .score import Scorer


def reconstruct(scorer: Scorer, encoder: Encoder, inputs: Arrays) -> dict[str, np.ndarray]:
    """Return every column as the core rebuilds it, in its own units; see ``decode``."""
    parts = [decode(encoder, vectors) for _, vectors in scorer.batches(inputs)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def reconstruction_errors(scorer: Scorer, encoder: Encoder, inputs: Arrays) -> np.ndarray:
    """Return the mean squared difference, float32 (n,), of each row's fixed inputs and their reconstruction."""
    with np.errstate(over="ignore"):
        errors = [((truth - guess) ** 2).mean(axis=1) for truth, guess in compared(scorer, encoder, inputs)]
    return np.concatenate(errors)


def compared(scorer: Scorer, encoder: Encoder, inputs: Arrays) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the fixed inputs and their reconstruction, float32 (batch, d) each, some thousands of rows at a time."""
    for batch, vectors in scorer.batches(inputs):
        yield np.asarray(fixed_inputs(batch, encoder)), vectors
