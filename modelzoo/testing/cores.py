"""Build cores of a plugin under test, without training them. Imports Keras."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import keras
import numpy as np
from modelzoo_registry import RegularizerPlugin, SchemaError, Task

from ..columns.decoder import fixed_width
from ..core.assemble import Regularizers, build_core, regularize
from ..core.inputs import PackedInputs
from ..training.seeding import seeded
from .check import Finding, Stumbled, doing
from .probe import Probe
from .subject import Subject
from .tables import TABLES, Table

TAKES_NONE = "Refuse what it cannot do without, and nothing else."
ROWS = 6
"""Rows a core is called with."""


def build(subject: Subject, table: Table, task: Task, spec: Any, *, seed: int = 1) -> keras.Model:
    """Return the core that a model builds over the columns of a table.

    Raises:
        BrokenPluginError: when it does not; SchemaError: when it is not for such columns.
    """
    with seeded(seed):
        return build_core(subject.entry.name, subject.plugin(), spec, _inputs(table, task))


def probed(table: Table, task: Task, regularizers: Regularizers) -> keras.Model:
    """Return the core of the kit's own model with regularizers in it."""
    with seeded(1):
        core, _ = regularize(build_core("probe", Probe(), Probe.Spec(), _inputs(table, task)), regularizers)
    return core


def call(core: keras.Model, table: Table, *, training: bool = False) -> np.ndarray:
    """Return what a core makes of the first rows of a table, float32 (rows, units)."""
    return np.asarray(core(batch(table), training=training))


def act(regularizer: tuple[str, RegularizerPlugin], table: Table, task: Task) -> None:
    """Let a regularizer do once what it does to a core, its weights and a batch; nothing is trained."""
    _, one = regularizer
    core = probed(table, task, [regularizer])
    core(one.transform_inputs(batch(table), table.encoder.cells, keras.random.SeedGenerator(1)), training=True)
    one.transform_targets(targets(table, task), units(table, task))
    float(sum(core.losses))  # the penalties
    for variable in core.trainable_variables:
        if variable.constraint is not None:
            variable.assign(variable.constraint(variable.value))


def drawn_from_a_seed(subject: Subject, table: Table, task: Task) -> Iterator[tuple[str, np.ndarray]]:
    """Return what a regularizer, made anew, makes of a batch in training, with a word for it."""
    regularizer = subject.plugin(subject.plugin.Spec())
    with seeded(1):
        core = probed(table, task, [(subject.entry.name, regularizer)])
        yield from ((f"the weights {weight.path}", np.asarray(weight)) for weight in core.weights)
        yield "the predictions in training", call(core, table, training=True)
        changed = regularizer.transform_inputs(batch(table), table.encoder.cells, keras.random.SeedGenerator(1))
        yield from ((f"the inputs {name!r} in training", np.asarray(tensor)) for name, tensor in changed.items())
        softened = regularizer.transform_targets(targets(table, task), units(table, task))
        yield "the targets in training", np.asarray(softened)


def batch(table: Table) -> Mapping[str, Any]:
    """Return the first rows of a table, as tensors."""
    return {name: keras.ops.convert_to_tensor(values[:ROWS]) for name, values in table.encoded.items()}


def targets(table: Table, task: Task) -> Any:
    """Return targets as a step has them, float32 (rows, units)."""
    return keras.ops.convert_to_tensor(np.eye(ROWS, units(table, task), dtype=np.float32))


def units(table: Table, task: Task) -> int:
    """Return how many numbers a prediction has."""
    return fixed_width(table.encoder) if task == "reconstruction" else table.target(task).units


@cache
def table_of(subject: Subject) -> Table:
    """Return the first table that a model, at its defaults, takes; for regularizers and hooks the first of all."""
    if subject.entry.kind != "model":
        return TABLES[0]
    for table in TABLES:
        try:
            with doing(f"build over {table.name}"):
                build(subject, table, subject.tasks[0], subject.plugin.Spec())
        except Stumbled as stumbled:
            if not isinstance(stumbled.__cause__, SchemaError):
                raise
        else:
            return table
    named = ", ".join(table.name for table in TABLES)
    raise Stumbled(Finding(f"It takes none of these columns: {named}.", TAKES_NONE))


def _inputs(table: Table, task: Task) -> PackedInputs:
    return PackedInputs(table.encoder, task, units(table, task))


def is_subclassed(layer: Any) -> bool:
    """Whether a layer is a model whose graph Keras does not know."""
    return (
        isinstance(layer, keras.Model) and not isinstance(layer, keras.Sequential) and not hasattr(layer, "operations")
    )
