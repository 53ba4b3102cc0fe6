"""Place ordered nodes on a line, as near as can be to where they want to be."""

from __future__ import annotations

from collections.abc import Sequence


def settle(wanted: Sequence[float], sizes: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """Return where nodes begin so that none overlap and the sum of squared distances from the wanted is least.

    This is isotonic regression, solved by pooling adjacent violators (Ayer et al., 1955).

    Args:
        wanted: where each node would begin if it were alone.
        sizes: of each node.
        gaps: between each node and the next, one fewer.
    """
    offsets = [0.0]
    for size, gap in zip(sizes, gaps, strict=False):
        offsets.append(offsets[-1] + size + gap)
    pools: list[tuple[float, int]] = []  # mean of what its members want, less their offsets; number of members
    for want, offset in zip(wanted, offsets, strict=False):
        mean, members = want - offset, 1
        while pools and pools[-1][0] > mean:
            other, others = pools.pop()
            mean, members = (mean * members + other * others) / (members + others), members + others
        pools.append((mean, members))
    begins = [mean for mean, members in pools for _ in range(members)]
    return [begin + offset for begin, offset in zip(begins, offsets, strict=False)]
