"""Name the tensors of an export after its columns, as far as TensorFlow lets them be called so."""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence

_ALLOWED = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def tensor_names(columns: Sequence[str]) -> dict[str, str]:
    """Return a name for the tensor of each column, all different, whatever the case of their letters.

    A signature's inputs become arguments of a Python method and nodes of a graph: letters, digits and underscores,
    a letter first, no keyword, not ``self``, and no two that differ in case alone. A column of such a name keeps it;
    others get the nearest there is.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for column in sorted(columns, key=_is_allowed, reverse=True):
        names[column] = _free(column if _is_allowed(column) else _nearest(column), taken)
        taken.add(names[column].lower())
    return {column: names[column] for column in columns}


def _is_allowed(name: str) -> bool:
    return bool(_ALLOWED.fullmatch(name)) and not keyword.iskeyword(name) and name != "self"


def _nearest(column: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9_]", "_", column)
    return plain if _is_allowed(plain) else f"column_{plain.strip('_')}".rstrip("_")


def _free(name: str, taken: set[str]) -> str:
    candidate, count = name, 1
    while candidate.lower() in taken:
        count += 1
        candidate = f"{name}_{count}"
    return candidate
