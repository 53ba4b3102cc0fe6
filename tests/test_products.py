"""Every installed model, for every task it declares, with every installed regularizer: one more plugin is covered by
being installed.

In every run, pairs: each model meets each of its tasks and each regularizer, and each task each regularizer, as few
times as they fit in. In the full run each regularizer alone with each model and task, and none.
"""

import numpy as np
import pytest
from modelzoo_registry import installed

from modelzoo import build, load, load_export

pytestmark = pytest.mark.xdist_group("products")


def regularizers_for(task):
    """Return the plugins that make sense for a task, by name."""
    plugins = {name: installed().load("regularizer", name) for name in installed().names("regularizer")}
    return {name: plugin for name, plugin in plugins.items() if task in plugin.tasks}


def together(task):
    """Return the names in as few lists as keep apart those of which only one can be used."""
    lists = []
    for name, plugin in regularizers_for(task).items():
        for names, taken in lists:
            if plugin.exclusive is None or plugin.exclusive not in taken:
                names.append(name)
                taken.add(plugin.exclusive)
                break
        else:
            lists.append(([name], {plugin.exclusive}))
    return [tuple(names) for names, _ in lists]


def products(choose, *marks):
    """Return parameters: models, their tasks, and the lists of regularizers chosen for the two."""
    return [
        pytest.param(model, task, regularizers, id=f"{model}-{task}-{'+'.join(regularizers) or 'plain'}", marks=marks)
        for model in installed().names("model")
        for task in sorted(installed().load("model", model).tasks)
        for regularizers in choose(model, task)
    ]


def pairs(model, task):
    """Return the first list for every task, and the others for one task a model, not the same for all models."""
    tasks = sorted(installed().load("model", model).tasks)
    first, *others = together(task)
    return [first, *(others if task == tasks[installed().names("model").index(model) % len(tasks)] else [])]


def rest(model, task):
    """Return the lists that ``pairs`` leaves out, a list of no name, and those of one."""
    chosen = pairs(model, task)
    lists = [*together(task), (), *((name,) for name in regularizers_for(task))]
    return [names for names in dict.fromkeys(lists) if names not in chosen]


PAIRS = products(pairs)
SINGLES = products(rest, pytest.mark.full)


def formats(task):
    """Return what a model for a task is exported as: each SavedModel is replayed by a TensorFlow of its own."""
    return ("savedmodel", "onnx") if task in ("regression", "reconstruction") else "onnx"


def by_column(predictions):
    """Return predictions by column, as those of reconstruction are."""
    return predictions if isinstance(predictions, dict) else {"prediction": predictions}


@pytest.mark.parametrize(("name", "task", "regularizers"), [*PAIRS, *SINGLES])
def test_it_trains_comes_back_with_the_same_bits_and_exports_the_same_numbers(
    rows_for, tmp_path, name, task, regularizers
):
    rows, target = rows_for(task)
    model = build(name, regularizers=regularizers)

    history = model.fit(rows, target=target, epochs=2, batch_size=32, validation=0.25, verbose=0)

    predictions, again = by_column(model.predict(rows)), by_column(model.predict(rows))
    loaded = by_column(load(model.save(tmp_path / "run")).predict(rows))
    exported = by_column(load_export(model.export(tmp_path / "exports", formats=formats(task))).predict(rows))
    assert np.isfinite(history.history["val_loss"]).all()
    assert predictions.keys() == loaded.keys() == exported.keys()
    for column, values in predictions.items():
        assert len(values) == 160
        assert np.array_equal(again[column], values)
        assert np.array_equal(loaded[column], values)
        if values.dtype == object:
            assert exported[column].tolist() == values.tolist()
        else:
            np.testing.assert_allclose(exported[column], values, rtol=1e-5, atol=1e-6)
