"""Put names in an order in which each stands behind those it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def arrange(sources: Mapping[str, Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    """Return the names, each behind its sources and else as they stand, and the cycles that forbid it.

    Args:
        sources: of each name, the names it is made of; one that is no key is passed over.

    Returns:
        All names, and each cycle as ``[a, b, a]``.
    """
    placed: dict[str, None] = {}
    path: dict[str, None] = {}
    cycles: list[list[str]] = []
    waiting = [*sources][::-1]
    while waiting:
        name = waiting[-1]
        if name in placed or name in path:
            waiting.pop()
            path.pop(name, None)
            placed[name] = None
            continue
        path[name] = None
        for source in reversed(sources[name]):
            if source in path:
                upon = list(path)
                cycles.append([*upon[upon.index(source) :], source])
            elif source in sources and source not in placed:
                waiting.append(source)
    return list(placed), cycles
