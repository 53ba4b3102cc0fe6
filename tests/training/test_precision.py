"""Hidden layers may compute in bfloat16: what is stored, compared and predicted stays float32."""

import keras
import numpy as np
import pyarrow as pa
import pytest
from modelzoo_registry import installed

from modelzoo import build, load, load_export
from modelzoo.core.score import Scorer
from modelzoo.prune.prune import prune
from modelzoo.training.precision import computing_in

pytestmark = pytest.mark.xdist_group("precision")

LOW = "mixed_bfloat16"
REGULARIZERS = ["dropout", "batch_norm", "sparse_activations", "max_norm", {"name": "l1", "strength": 0.01}]


def by_column(predictions):
    """Return predictions by column, as those of reconstruction are, without texts."""
    columns = predictions if isinstance(predictions, dict) else {"prediction": predictions}
    return {name: values for name, values in columns.items() if values.dtype != object}


def trained(name, rows_for, *, regularizers=(), **settings):
    """Return a model trained on small rows, and these."""
    task = min(installed().load("model", name).tasks - {"regression"})
    rows, target = rows_for(task)
    model = build(name, regularizers=regularizers)
    model.fit(rows, target=target, verbose=0, **{"epochs": 3, "batch_size": 32, "learning_rate": 0.01} | settings)
    return model, rows


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name == "wide_deep" else pytest.mark.full) for name in installed().names("model")],
)
def test_every_model_trains_comes_back_with_the_same_bits_and_exports_nearly_the_same(rows_for, tmp_path, name):
    """With regularizers of every kind; ``l1`` lets the export leave out what is zero."""
    model, rows = trained(name, rows_for, regularizers=REGULARIZERS, precision=LOW)

    predictions = by_column(model.predict(rows))
    loaded = by_column(load(model.save(tmp_path / "run")).predict(rows))
    exported = by_column(load_export(model.export(tmp_path / "exports", formats="savedmodel")).predict(rows))
    assert {weight.dtype for weight in model.keras.trainable_variables} == {"float32"}
    for column, values in predictions.items():
        assert values.dtype == loaded[column].dtype == exported[column].dtype
        assert np.isfinite(values).all()
        np.testing.assert_array_equal(loaded[column], values)
        np.testing.assert_allclose(exported[column], values, rtol=1e-2, atol=1e-2 * np.ptp(values))


@pytest.mark.parametrize("name", ["wide_deep", "autoencoder"])
def test_it_learns_nearly_what_float32_learns(rows_for, name):
    ends = [trained(name, rows_for, epochs=10, precision=precision)[0].fitted.metrics for precision in ("float32", LOW)]

    assert ends[1] == pytest.approx(ends[0], rel=0.1)
    assert ends[1] != ends[0]


def test_hidden_layers_compute_in_it_tables_and_logits_do_not(rows_for):
    rows, target = rows_for("regression")
    schema = {"columns": [{"name": "area", "kind": "numeric"}, {"name": "town", "kind": "categorical", "embedding": 3}]}
    model = build("wide_deep", hidden=[8], schema=schema)
    model.fit(rows, target=target, precision=LOW, epochs=1, verbose=0)

    computed = {layer.name: layer.compute_dtype for layer in model.keras.layers if layer.weights}
    assert computed.pop("hidden_1") == "bfloat16"
    assert set(computed.values()) == {"float32"}
    assert {"wide", "logits"} < computed.keys()
    assert model.predict(rows).dtype == np.float64


def test_what_is_pruned_predicts_nearly_the_same_and_computes_in_it_still(rows_for):
    """Every second hidden unit is the same for every row, and becomes part of the next layer's bias."""
    model, rows = trained("dnn", rows_for, precision=LOW)
    hidden, fitted = model.keras.get_layer("hidden_1"), model.fitted
    kernel, bias = hidden.get_weights()
    kernel[:, ::2], bias[::2] = 0, 0.3
    hidden.set_weights([kernel, bias])

    smaller = prune(fitted.core, fitted.encoder, fitted.target)

    layer = smaller.core.get_layer("hidden_1")
    assert (layer.units, layer.compute_dtype) == (hidden.units // 2, "bfloat16")
    table = pa.table(rows)
    before = Scorer(fitted.core).score(fitted.encoder.encode(table))
    after = Scorer(smaller.core).score(smaller.encoder.encode(table))
    np.testing.assert_allclose(after, before, rtol=1e-2, atol=1e-2)


def test_a_code_is_float32_and_its_decoder_takes_it(rows_for):
    model, rows = trained("autoencoder", rows_for, precision=LOW)

    code = model.encode(rows)
    rebuilt = model.decoder(code)
    assert code.dtype == np.float32
    assert rebuilt.dtype == "float32"
    area = next(iter(model.predict(rows).values()))
    assert len(area) == len(code) == len(rebuilt)


def test_ones_own_policy_is_left_alone_and_changes_nothing(rows_for):
    expected, rows = trained("dnn", rows_for, epochs=1)
    with computing_in("mixed_float16"):
        model, _ = trained("dnn", rows_for, epochs=1)
        after = keras.config.dtype_policy().name

    assert after == "mixed_float16"
    np.testing.assert_array_equal(model.predict(rows), expected.predict(rows))


def test_ones_own_policy_is_given_back_when_a_training_fails(rows_for):
    before = keras.config.dtype_policy()
    with pytest.raises(ZeroDivisionError), computing_in(LOW):
        raise ZeroDivisionError

    assert keras.config.dtype_policy() is before
