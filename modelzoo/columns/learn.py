"""Fit the columns of a schema to rows that come in portions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from .crossed import CrossedColumn
from .fitted import Fitted, encode_column, source_of
from .schema import Column, raw_input

Portions = Callable[[Collection[str]], Iterable[Mapping[str, Any]]]
"""What goes through all rows once, in portions of these raw columns (or more) in wire form."""


def learn(columns: Sequence[Column], portions: Portions) -> tuple[Fitted, ...]:
    """Return the fitted columns, in the order given.

    The rows are gone through once, and once more for each level of crosses, which are made of ids that are known
    only then; only the raw columns that it takes are read.

    Args:
        columns: every one behind those it is made of.
        portions: the rows.

    Raises:
        SchemaError: when a cross has too many possible combinations.
    """
    fitted: dict[str, Fitted] = {}
    for level in _levels(columns):
        learners = {column.name: _learner(column, fitted) for column in level}
        needed = _needed(level, fitted)
        for wire in portions(_read(level, [fitted[name].column for name in needed])):
            ids: dict[str, np.ndarray] = {}
            for name in needed:
                ids[name] = encode_column(fitted[name], wire, ids)
            for column in level:
                learners[column.name].add(source_of(column, wire, ids))
        fitted |= {name: learner.finish() for name, learner in learners.items()}
    return tuple(fitted[column.name] for column in columns)


def _levels(columns: Sequence[Column]) -> list[list[Column]]:
    """Return the columns that read raw ones, then those made of these, and so on."""
    depths: dict[str, int] = {}
    levels: list[list[Column]] = []
    for column in columns:
        sources = column.sources if isinstance(column, CrossedColumn) else ()
        depth = depths[column.name] = 1 + max((depths[source] for source in sources), default=-1)
        levels.extend([] for _ in range(len(levels), depth + 1))
        levels[depth].append(column)
    return levels


def _learner(column: Column, fitted: Mapping[str, Any]) -> Any:
    if isinstance(column, CrossedColumn):
        return column.learner([fitted[source].size for source in column.sources])
    return column.learner()


def _needed(level: Sequence[Column], fitted: Mapping[str, Fitted]) -> list[str]:
    """Return the fitted columns whose ids these are made of, directly or not, in the order they can be encoded in."""
    needed = {source for column in level if isinstance(column, CrossedColumn) for source in column.sources}
    for name in reversed(list(fitted)):
        column = fitted[name].column
        if name in needed and isinstance(column, CrossedColumn):
            needed.update(column.sources)
    return [name for name in fitted if name in needed]


def _read(*columns: Sequence[Column]) -> set[str]:
    """Return the names of the raw columns these read."""
    return {raw.name for each in columns for raw in map(raw_input, each) if raw is not None}
