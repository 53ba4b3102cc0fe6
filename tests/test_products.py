"""Every installed model, for every task it declares, with every installed regularizer and with all of them: one more
plugin is covered by being installed.
"""

import numpy as np
import pytest
from modelzoo_registry import installed

from modelzoo import build, load, load_export

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("products")]


def combinations(task):
    """No regularizer, each one that makes sense for the task, and all of these together."""
    names = [name for name in installed().names("regularizer") if task in installed().load("regularizer", name).tasks]
    return [(), *((name,) for name in names), tuple(names)]


PRODUCTS = [
    pytest.param(model, task, regularizers, id=f"{model}-{task}-{'+'.join(regularizers) or 'plain'}")
    for model in installed().names("model")
    for task in sorted(installed().load("model", model).tasks)
    for regularizers in combinations(task)
]


def by_column(predictions):
    """Return predictions by column, as those of reconstruction are."""
    return predictions if isinstance(predictions, dict) else {"prediction": predictions}


@pytest.mark.parametrize(("name", "task", "regularizers"), PRODUCTS)
def test_it_trains_comes_back_with_the_same_bits_and_exports_the_same_numbers(
    rows_for, tmp_path, name, task, regularizers
):
    rows, target = rows_for(task)
    model = build(name, regularizers=regularizers)

    history = model.fit(rows, target=target, epochs=2, batch_size=32, validation=0.25, verbose=0)

    predictions = by_column(model.predict(rows))
    loaded = by_column(load(model.save(tmp_path / "run")).predict(rows))
    exported = by_column(load_export(model.export(tmp_path / "exports")).predict(rows))
    assert np.isfinite(history.history["val_loss"]).all()
    assert predictions.keys() == loaded.keys() == exported.keys()
    for column, values in predictions.items():
        assert len(values) == 160
        assert np.array_equal(loaded[column], values)
        if values.dtype == object:
            assert exported[column].tolist() == values.tolist()
        else:
            np.testing.assert_allclose(exported[column], values, rtol=1e-5, atol=1e-6)
