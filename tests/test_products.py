"""Every installed model, for every task it declares, with every installed regularizer: one more plugin is covered
by being installed.
"""

import numpy as np
import pyarrow as pa
import pytest
from modelzoo_registry import SUPERVISED, installed

from modelzoo import build, load, load_export

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("products")]

MODELS = installed().names("model")
REGULARIZERS = installed().names("regularizer")
PRODUCTS = [
    (model, task, regularizer)
    for model in MODELS
    for task in sorted(installed().load("model", model).tasks & SUPERVISED)
    for regularizer in (None, *REGULARIZERS)
    if regularizer is None or task in installed().load("regularizer", regularizer).tasks
]


@pytest.mark.parametrize(("name", "task", "regularizer"), PRODUCTS)
def test_it_trains_comes_back_with_the_same_bits_and_exports_the_same_numbers(
    rows_for, tmp_path, name, task, regularizer
):
    rows, target = rows_for(task)
    model = build(name, regularizers=[regularizer] if regularizer else [])

    history = model.fit(rows, target=target, epochs=2, batch_size=32, validation=0.25, verbose=0)

    predictions = model.predict(rows)
    export = load_export(model.export(tmp_path / "exports"))
    assert np.isfinite(history.history["val_loss"]).all()
    assert np.array_equal(load(model.save(tmp_path / "run")).predict(rows), predictions)
    np.testing.assert_allclose(export.predict(rows), predictions, rtol=1e-5, atol=1e-6)
    assert pa.table(rows).num_rows == len(predictions)
