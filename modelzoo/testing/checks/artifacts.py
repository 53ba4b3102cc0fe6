"""Save, load and export what was trained."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from ..check import Finding
from ..subject import Subject


def loads(subject: Subject) -> Iterator[Finding]:
    """For each task, a run that is saved and loaded again predicts the same bits."""
    from ..trained import same_bits, trained

    for task in subject.trained_tasks:
        model = trained(subject, task)
        if not same_bits(model.predictions, model.reloaded()):
            yield Finding(
                f"Trained for {task}, saved and loaded, it predicts other numbers.",
                "Loading calls build again, with the same settings and seed, and gives the variables of its layers "
                "their values: let build depend on nothing else, and keep what is learnt in variables.",
            )


def exports(subject: Subject) -> Iterator[Finding]:
    """Its exports, ONNX and of a model SavedModel too, predict what it does itself, within 1e-5."""
    from ..trained import same_numbers, trained

    formats = ("onnx", "savedmodel") if subject.thorough or subject.entry.kind == "model" else ("onnx",)
    tasks = subject.tasks if subject.thorough else subject.tasks[:1]
    for task, form in product(tasks, formats):
        model = trained(subject, task)
        if not same_numbers(model.predictions, model.exported(form)):
            yield Finding(
                f"Exported as {form} for {task}, it predicts other numbers.",
                "Compute with Keras' layers and keras.ops, and the same each time where training is False.",
            )
