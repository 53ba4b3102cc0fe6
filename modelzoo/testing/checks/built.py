"""Build cores and look at them: their graph, their shapes, what seeds decide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from modelzoo_registry import SchemaError, Task
from modelzoo_registry.errors import in_words

from ..check import Finding, doing
from ..subject import Subject

_HEAD = "Return inputs.head(...): it is named 'prediction', has inputs.units numbers, and activates them by the task."


def shapes(subject: Subject) -> Iterator[Finding]:
    """For each task, ``build`` returns a Keras functional graph ending in ``prediction``, of the task's shape."""
    from .. import cores

    table = cores.table_of(subject)
    for task in subject.tasks:
        with doing(f"build for {task}"):
            core = cores.build(subject, table, task, subject.plugin.Spec())
            predicted = cores.call(core, table)
        last = core.operations[-1].name
        if last != "prediction":
            yield Finding(f"For {task} its graph ends in {last!r}, not in 'prediction'.", _HEAD)
            continue
        for layer in core.layers:
            if cores.is_subclassed(layer):
                yield Finding(
                    f"Its layer {layer.name!r} is a subclassed Model, which can be neither regularized nor pruned.",
                    "Make it a keras.layers.Layer, or a functional model.",
                )
        yield from _values(task, predicted, (cores.ROWS, cores.units(table, task)))


def _values(task: Task, predicted: np.ndarray, shape: tuple[int, int]) -> Iterator[Finding]:
    """Look at predictions that are not trained yet."""
    if predicted.shape != shape or predicted.dtype != np.float32:
        yield Finding(f"For {task} it predicts {predicted.dtype} {predicted.shape}, not float32 {shape}.", _HEAD)
    elif not np.isfinite(predicted).all():
        yield Finding(f"For {task} it predicts {predicted[~np.isfinite(predicted)][0]}, untrained.", _HEAD)
    elif task in ("binary", "multiclass") and not ((predicted >= 0) & (predicted <= 1)).all():
        yield Finding(f"For {task} it predicts {predicted.flat[0]:.3g}, which is no probability.", _HEAD)
    elif task == "multiclass" and not np.allclose(predicted.sum(axis=1), 1, atol=1e-4):
        yield Finding(f"For {task} its probabilities of a row sum to {predicted[0].sum():.3g}, not to 1.", _HEAD)


def columns(subject: Subject) -> Iterator[Finding]:
    """Over columns of any kind ``build`` makes a model, or refuses them with a SchemaError; some it takes."""
    from .. import cores
    from ..tables import TABLES

    taken = 0
    for table in TABLES:
        try:
            cores.call(cores.build(subject, table, subject.tasks[0], subject.plugin.Spec()), table)
            taken += 1
        except SchemaError:
            continue
        except Exception as error:
            yield Finding(
                f"Over {table.name} it raises {in_words(error)}",
                "inputs.numeric, inputs.ids and inputs.wide() are None where there are no such columns, and "
                "inputs.arrays is empty; inputs.deep() and inputs.head(...) pass such over. What cannot do without "
                "raises SchemaError.",
            )
            return
    if not taken:
        named = ", ".join(table.name for table in TABLES)
        yield Finding(f"It takes none of these columns: {named}.", cores.TAKES_NONE)


def another_seed(subject: Subject) -> Iterator[Finding]:
    """Another seed gives other weights, where any are drawn at random."""
    from .. import cores

    table, task = cores.table_of(subject), subject.tasks[0]
    with doing("build"):
        one, other = (cores.build(subject, table, task, subject.plugin.Spec(), seed=seed) for seed in (1, 2))
    pairs = [(weight.path, np.asarray(weight), np.asarray(twin)) for weight, twin in _twins(one, other)]
    drawn = [(path, values, twin) for path, values, twin in pairs if values.size > 1 and np.ptp(values) > 0]
    if drawn and all(np.array_equal(values, twin) for _, values, twin in drawn):
        named = ", ".join(path for path, _, _ in drawn)
        yield Finding(
            f"Built under seed 1 and under seed 2, it starts from the same weights: {named}.",
            "Set no seed in build, neither with keras.utils.set_random_seed nor in initializers: a training's seed "
            "decides.",
        )


def regularized(subject: Subject) -> Iterator[Finding]:
    """A core with it predicts what has the same shape, and what it makes of inputs and targets keeps theirs."""
    import keras

    from .. import cores

    table = cores.table_of(subject)
    regularizer = subject.plugin(subject.plugin.Spec())
    for task in subject.tasks:
        with doing(f"changing a model for {task}"):
            predicted = cores.call(cores.probed(table, task, [(subject.entry.name, regularizer)]), table)
        yield from _values(task, predicted, (cores.ROWS, cores.units(table, task)))
        yield from _kept("transform_targets", _targets(regularizer, cores.units(table, task)), f"for {task} ")
    given = cores.batch(table)
    with doing("transform_inputs"):
        changed = regularizer.transform_inputs(given, table.encoder.cells, keras.random.SeedGenerator(1))
    if changed.keys() != given.keys():
        yield Finding(
            f"transform_inputs returns {', '.join(changed)} for {', '.join(given)}.",
            "Return all it was given: {**inputs, ...}.",
        )
        return
    for name, tensor in given.items():
        yield from _kept("transform_inputs", (tensor, changed[name]), f"of {name!r} ")


def same_draws(subject: Subject) -> Iterator[Finding]:
    """What it draws follows the seed that is given: twice the same."""
    from .. import cores

    table, task = cores.table_of(subject), subject.tasks[0]
    with doing("the regularizer"):
        one, other = (list(cores.drawn_from_a_seed(subject, table, task)) for _ in range(2))
    different = [
        what for (what, values), (_, again) in zip(one, other, strict=True) if not np.array_equal(values, again)
    ]
    if different:
        yield Finding(
            f"Twice from one seed, {' and '.join(different)} are different.",
            "Draw with the SeedGenerator that is given, or with Keras' layers; NumPy's default_rng() and clocks are "
            "other each time.",
        )


def _targets(regularizer: Any, units: int) -> tuple[Any, Any]:
    import keras

    targets = keras.ops.convert_to_tensor(np.eye(max(units, 2), dtype=np.float32)[:, :units])
    with doing("transform_targets"):
        return targets, regularizer.transform_targets(targets, units)


def _kept(method: str, pair: tuple[Any, Any], of: str) -> Iterator[Finding]:
    before, after = (f"{np.asarray(tensor).dtype} {np.asarray(tensor).shape}" for tensor in pair)
    if before != after:
        yield Finding(f"{method} makes {after} {of}out of {before}.", "Return tensors of the same shape and dtype.")


def _twins(one: Any, other: Any) -> Iterator[tuple[Any, Any]]:
    yield from zip(one.trainable_variables, other.trainable_variables, strict=True)
