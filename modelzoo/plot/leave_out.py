"""Choose what is shown of many columns: the first ones of each kind, and how many there are beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .boxes import Box, Boxes, Part

MOST_COLUMNS = 24
"""Rows raw columns get."""
MOST_ENTRIES = 40
"""Rows the entries get that read raw columns."""
MOST_CROSSES = 12
"""Rows the entries get that cross others, as many as are equally far from the raw columns."""

Kind = tuple[object, ...]
"""What a raw column is, and what each entry that reads it makes of it."""


@dataclass(frozen=True)
class Rest:
    """Hold the boxes that stand for nodes left out, and which one does for each of these."""

    owners: dict[str, str] = field(default_factory=dict)
    boxes: Boxes = field(default_factory=dict)

    def take(self, members: Sequence[str], like: Box) -> None:
        """Leave out nodes whose boxes are like this one."""
        key = f"rest:{members[0]}"
        self.owners.update(dict.fromkeys(members, key))
        self.boxes[key] = Box(like.stage, (Part(f"… {len(members):,} more", (like.makes or "columns",)),), like.makes)


def leave_out(boxes: Boxes, families: Sequence[Sequence[str]], crosses: Mapping[str, int]) -> Rest:
    """Return what is not shown.

    Args:
        boxes: all boxes by key.
        families: for each raw column its key, then those of the entries that read it.
        crosses: the keys of the entries that cross others, with their distance from the raw columns.
    """
    rest = Rest()
    kinds: dict[Kind, list[Sequence[str]]] = {}
    for family in families:
        kinds.setdefault(tuple(boxes[key].makes for key in family), []).append(family)
    shown = _share({kind: len(members) for kind, members in kinds.items()})
    for kind, members in kinds.items():
        for alike in zip(*members[shown[kind] :], strict=True):
            rest.take(alike, boxes[alike[0]])
    for depth in dict.fromkeys(crosses.values()):
        level = [key for key, other in crosses.items() if other == depth]
        if len(level) > MOST_CROSSES:
            rest.take(level[MOST_CROSSES - 1 :], boxes[level[0]])
    return rest


def _share(sizes: Mapping[Kind, int]) -> dict[Kind, int]:
    """Return how many columns of each kind are shown: all, or what is left when the most frequent give way."""
    shown = dict(sizes)
    while _is_too_much(shown, sizes):
        largest = max(shown, key=lambda kind: shown[kind])
        if shown[largest] < 2:
            break
        shown[largest] -= 1 if shown[largest] < sizes[largest] else 2  # the line "… more" takes the place of one
    return shown


def _is_too_much(shown: Mapping[Kind, int], sizes: Mapping[Kind, int]) -> bool:
    rows = {kind: shown[kind] + (shown[kind] < sizes[kind]) for kind in sizes}
    return sum(rows.values()) > MOST_COLUMNS or sum((len(kind) - 1) * rows[kind] for kind in rows) > MOST_ENTRIES
