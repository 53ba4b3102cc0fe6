"""Bring models and regularizers together, each with all that is installed of the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from modelzoo_registry import Task
from modelzoo_registry.errors import in_words

from ..check import Finding
from ..subject import Subject

Names = tuple[str, ...]
_EPOCHS = 2


def with_regularizers(subject: Subject) -> Iterator[Finding]:
    """With each installed regularizer it trains, comes back from its run with the same bits, and exports."""
    from ..cores import table_of

    for task in _tasks(subject, subject.entry.name, subject.registry.names("model"), subject.tasks):
        plugins = {name: plugin for name, plugin in subject.others("regularizer").items() if task in plugin.tasks}
        lists = [*side_by_side(plugins)]
        if subject.thorough:
            lists += [each for each in ((), *((name,) for name in plugins)) if each not in lists]
        for names in lists:
            yield from _looking(subject, (subject.name, names), table_of(subject), task)


def with_models(subject: Subject) -> Iterator[Finding]:
    """With each installed model it trains, comes back from its run with the same bits, and exports."""
    from ..cores import table_of

    models = subject.others("model")
    for name, plugin in models.items():
        for task in _tasks(subject, name, list(models), sorted(plugin.tasks & subject.plugin.tasks)):
            yield from _looking(subject, (name, (subject.name,)), table_of(subject), task)


def side_by_side(plugins: dict[str, Any]) -> list[Names]:
    """Return the names in as few lists as keep apart those of which only one can be used."""
    lists: list[tuple[list[str], set[Any]]] = []
    for name, plugin in plugins.items():
        for names, taken in lists:
            if plugin.exclusive is None or plugin.exclusive not in taken:
                names.append(name)
                taken.add(plugin.exclusive)
                break
        else:
            lists.append(([name], {plugin.exclusive}))
    return [tuple(names) for names, _ in lists]


def _tasks(subject: Subject, model: str, models: Sequence[str], tasks: Sequence[Task]) -> Sequence[Task]:
    """Return one of the tasks, of neighbouring models not the same one; all of them for a thorough test."""
    return tasks if subject.thorough or not tasks else [tasks[models.index(model) % len(tasks)]]


def _looking(subject: Subject, parts: tuple[str, Names], table: Any, task: Task) -> Iterator[Finding]:
    told = _tried(*parts, table, task)
    if told is None:
        return
    model, names = parts
    for name in names if len(names) > 1 else ():
        alone = _tried(model, (name,), table, task)
        if alone is not None:
            yield Finding(f"With {name}, for {task}, {alone}.", _LOOK)
            return
    other = model if subject.entry.kind == "regularizer" else " and ".join(names) or "no regularizer"
    yield Finding(f"With {other}, for {task}, {told}.", _LOOK)


_LOOK = (
    "A regularizer may stand between any two layers and change any weight: build of Keras' layers, and let a "
    "regularizer look at weight.is_kernel, weight.shape and layer.hidden before it acts."
)


def _tried(model: str, names: Iterable[str], table: Any, task: Task) -> str | None:
    """Return what is wrong with a training, if anything is."""
    from ..trained import fit, same_bits, same_numbers

    try:
        trained = fit(model, list(names), table, task, epochs=_EPOCHS)
        predictions = trained.predictions
        if not np.isfinite(trained.losses).all():
            return f"the loss becomes {trained.losses[-1]}"
        if not same_bits(predictions, trained.reloaded()):
            return "it predicts other numbers once saved and loaded"
        if not same_numbers(predictions, trained.exported("onnx")):
            return "its export predicts other numbers"
    except Exception as error:  # whatever the two make of each other
        return f"it raises {in_words(error)}"
    return None
