"""Choose how steps are run: a pure function of sizes, stored in the run, never of measured time."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

LEAST_CHUNK_BYTES, MOST_CHUNK_BYTES = 8 * 2**20, 32 * 2**20
"""Bounds of the encoded data that one call of the step takes: enough to make the call's own cost small."""
_SHARE = 8
"""Between these bounds, a chunk is this part of the rows that are held: three chunks are held beside them."""
MOST_STEPS_A_CALL = 256
XLA_STEPS = 6_000
"""Steps from which compiling (some seconds) pays for itself."""
MOST_COPIED = 4_000_000
"""Numbers in large tables that a compiled call may make anew and still pay for itself."""


@dataclass(frozen=True)
class Engine:
    """Say how many steps one call runs, and whether XLA compiles them."""

    chunk: int
    """Micro-batches in one call; 1 is a plain step."""
    xla: bool

    def describe(self) -> str:
        """Return the engine in a few words."""
        steps = "plain steps" if self.chunk == 1 else f"{self.chunk} fused steps a call"
        return f"{steps}, {'with' if self.xla else 'without'} XLA"


def choose_engine(
    *,
    rows: int,
    row_bytes: int,
    memory: int,
    batch_size: int,
    epochs: int,
    copied: int,
    watches_batches: bool,
) -> Engine:
    """Return the engine for a training.

    Args:
        rows: examples in an epoch.
        row_bytes: encoded bytes a row, target included.
        memory: bytes that encoded rows may take.
        batch_size: rows a step.
        epochs: how many of these there are.
        copied: numbers that compiled steps would not write where they lie, but make anew in each call.
        watches_batches: whether a callback wants to see every single step.
    """
    full_batches = rows // batch_size
    if watches_batches or full_batches <= 1:
        return Engine(chunk=1, xla=False)
    fitting = max(1, chunk_bytes(min(rows * row_bytes, memory)) // (row_bytes * batch_size))
    chunk = min(full_batches, MOST_STEPS_A_CALL, fitting)
    calls = ceil(full_batches / chunk)
    chunk = ceil(full_batches / calls)  # even calls: the last one is not nearly empty
    return Engine(chunk=chunk, xla=full_batches * epochs >= XLA_STEPS and copied <= MOST_COPIED)


def chunk_bytes(held: int) -> int:
    """Return the most bytes of a chunk, of rows of which so many bytes are held."""
    return max(LEAST_CHUNK_BYTES, min(MOST_CHUNK_BYTES, held // _SHARE))
