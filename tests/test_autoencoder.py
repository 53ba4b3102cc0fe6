"""An autoencoder from rows to rows: codes, reconstructions, errors, and what is refused."""

import json

import numpy as np
import pyarrow as pa
import pytest
from modelzoo_registry import DataError, NotFittedError, SpecError

import modelzoo
from modelzoo.core.fixed import fixed_inputs

pytestmark = pytest.mark.xdist_group("autoencoder")

FRESH = """
import json, sys
import modelzoo
model, rows = modelzoo.load(sys.argv[1]), json.loads(sys.argv[2])
rebuilt = {name: values.tolist() for name, values in model.predict(rows).items()}
print(json.dumps([rebuilt, model.encode(rows).tolist(), model.reconstruction_error(rows).tolist()]))
"""


@pytest.fixture(scope="module")
def rows(rows_for):
    """The houses without a target, each with a number of floors that schemas call a category, and a picture."""
    draw = np.random.default_rng(2)
    return {
        **rows_for("reconstruction")[0],
        "floors": draw.integers(1, 4, 160).tolist(),
        "picture": draw.normal(8, 3, (160, 2, 2)).astype(np.float32),
    }


SCHEMA = {
    "columns": [
        {"kind": "numeric", "name": "area"},
        {"kind": "numeric", "name": "rooms"},
        {"kind": "categorical", "name": "town"},
        {"kind": "categorical", "name": "floors", "dtype": "integer"},
        {"kind": "array", "name": "picture", "shape": [2, 2]},
    ]
}


@pytest.fixture(scope="module")
def trained(rows):
    model = modelzoo.build("autoencoder", hidden=[8], regularizers=["dropout"], schema=SCHEMA)
    model.fit(rows, epochs=3, batch_size=16, learning_rate=0.01, verbose=0)
    return model


def encoded(model, rows):
    return model.fitted.encoder.encode(pa.table({name: _column(values) for name, values in rows.items()}))


def _column(values):
    return pa.FixedShapeTensorArray.from_numpy_ndarray(values) if isinstance(values, np.ndarray) else values


def test_predictions_are_columns_in_their_own_units(trained, rows):
    rebuilt = trained.predict(rows)

    assert {name: (values.shape, values.dtype) for name, values in rebuilt.items()} == {
        "area": ((160,), np.float64),
        "rooms": ((160,), np.float64),
        "town": ((160,), np.dtype(object)),
        "floors": ((160,), np.dtype(object)),
        "picture": ((160, 2, 2), np.float32),
    }
    assert 60 < rebuilt["area"].mean() < 140
    assert 4 < rebuilt["picture"].mean() < 12
    assert set(rebuilt["town"]) <= {"Ulm", "Köln", "Bonn", None}
    assert set(rebuilt["floors"]) <= {1, 2, 3, None}


def test_the_error_is_the_mean_squared_difference_of_the_fixed_inputs(trained, rows):
    inputs = encoded(trained, rows)
    gaps = np.asarray(fixed_inputs(inputs, trained.fitted.encoder)) - np.asarray(trained.keras(inputs))

    errors = trained.reconstruction_error(rows)

    assert (errors.shape, errors.dtype) == ((160,), np.float32)
    np.testing.assert_allclose(errors, np.mean(gaps**2, axis=1), rtol=1e-5)
    assert trained.evaluate(rows) == {"reconstruction_error": pytest.approx(errors.mean(), rel=1e-5)}


def test_training_makes_unlike_rows_stand_out(rows_for):
    """A third number is the sum of two, except in the rows that are looked for."""
    a, b = np.random.default_rng(0).normal(size=(2, 400))
    model = modelzoo.build("autoencoder", hidden=[8], code=2)
    model.fit({"a": a, "b": b, "sum": a + b}, epochs=60, learning_rate=0.01, verbose=0)

    usual = model.reconstruction_error({"a": a[:50], "b": b[:50], "sum": a[:50] + b[:50]})
    unusual = model.reconstruction_error({"a": a[:50], "b": b[:50], "sum": a[:50] + b[:50] + 3})

    assert np.median(unusual) > 20 * np.median(usual)


def test_codes_are_what_the_encoder_says(trained, rows):
    codes = trained.encode(rows)

    assert (codes.shape, codes.dtype) == ((160, 3), np.float32)
    np.testing.assert_allclose(trained.encoder(encoded(trained, rows)), codes, rtol=1e-5, atol=1e-6)


def test_decoder_behind_encoder_is_the_core(trained, rows):
    inputs = encoded(trained, rows)

    np.testing.assert_array_equal(trained.decoder(trained.encoder(inputs)), trained.keras(inputs))


def test_any_form_of_rows_gives_the_same(trained, rows):
    table = pa.table({name: _column(values) for name, values in rows.items()})

    for method in (trained.encode, trained.reconstruction_error):
        np.testing.assert_array_equal(method(table), method(rows))


def test_a_column_that_is_not_there_is_told_by_each_method(trained, rows):
    lacking = {name: values for name, values in rows.items() if name != "town"}

    for method in (trained.predict, trained.encode, trained.reconstruction_error, trained.evaluate):
        with pytest.raises(DataError) as caught:
            method(lacking)
        assert str(caught.value) == (
            "the data lacks columns the model reads (it has: area, rooms, floors, picture):\n  town: is not there."
        )


def test_large_tables_are_scored_in_parts(trained, rows):
    many = {
        name: np.tile(values, (60, 1, 1)) if isinstance(values, np.ndarray) else values * 60
        for name, values in rows.items()
    }

    np.testing.assert_allclose(trained.reconstruction_error(many)[-160:], trained.reconstruction_error(rows), rtol=1e-4)
    assert trained.predict(many)["town"][-160:].tolist() == trained.predict(rows)["town"].tolist()


def test_a_run_comes_back_with_the_same_bits_in_a_fresh_process(trained, rows, tmp_path, outside):
    run = trained.save(tmp_path / "run")
    plain = {name: values.tolist() if isinstance(values, np.ndarray) else values for name, values in rows.items()}

    rebuilt, codes, errors = outside.answer(FRESH, run, json.dumps(plain))

    assert rebuilt == {name: values.tolist() for name, values in trained.predict(rows).items()}
    assert (codes, errors) == (trained.encode(rows).tolist(), trained.reconstruction_error(rows).tolist())


def test_a_loaded_model_is_cut_as_the_one_that_was_saved(trained, rows, tmp_path):
    loaded = modelzoo.load(trained.save(tmp_path / "run"))
    inputs = encoded(loaded, rows)

    assert repr(loaded) == repr(trained) == (
        "<modelzoo.Model autoencoder(hidden=(8,), activation='elu', code=3), trained for reconstruction>"
    )  # fmt: skip
    assert (loaded.task, loaded.classes) == ("reconstruction", None)
    np.testing.assert_array_equal(loaded.decoder(loaded.encoder(inputs)), trained.keras(inputs))


def test_the_schema_that_is_inferred_has_no_buckets_and_no_crosses(rows):
    model = modelzoo.build("autoencoder", hidden=[4])
    model.fit(rows, epochs=1, verbose=0)

    assert [(column.kind, column.name) for column in model.schema.columns] == [
        ("numeric", "area"), ("numeric", "rooms"), ("categorical", "town"), ("numeric", "floors"), ("array", "picture"),
    ]  # fmt: skip


NO_TARGET = "a model for reconstruction predicts its own inputs and takes no target:\n  "


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        (
            {"target": "rooms"},
            "target: leave it out; if that column is not to be read, drop it (drop=['rooms'], --drop rooms)",
        ),
        ({"y": [1.0] * 160}, "y: leave it out, of batches too: x alone"),
    ],
)
def test_a_target_is_refused_with_what_to_do(rows, settings, fault):
    with pytest.raises(DataError) as caught:
        modelzoo.build("autoencoder").fit(rows, **settings)

    assert str(caught.value) == NO_TARGET + fault


def test_two_targets_are_refused_together(rows):
    with pytest.raises(DataError) as caught:
        modelzoo.build("autoencoder").fit(rows, rows["rooms"], target="rooms")

    assert [fault.path for fault in caught.value.faults] == ["target", "y"]


def test_batches_with_a_target_are_refused(rows):
    import tensorflow as tf

    pairs = tf.data.Dataset.from_tensor_slices(({"rooms": rows["rooms"]}, rows["rooms"])).batch(32)
    model = modelzoo.build("autoencoder", hidden=[2])

    with pytest.raises(DataError) as while_training:
        model.fit(pairs)
    model.fit(pairs.map(lambda x, y: x), epochs=1, verbose=0)
    with pytest.raises(DataError) as while_evaluating:
        model.evaluate(pairs)

    expected = NO_TARGET + "y: leave it out, of batches too: x alone"
    assert (str(while_training.value), str(while_evaluating.value)) == (expected, expected)
    assert model.encode(pairs).shape == (160, 3)  # as Keras' predict, which passes over targets


def test_validation_rows_with_a_target_are_refused(rows):
    with pytest.raises(DataError) as caught:
        modelzoo.build("autoencoder").fit(rows, validation=(rows, rows["rooms"]), verbose=0)

    assert str(caught.value) == f"validation (the dict): {NO_TARGET}y: leave it out, of batches too: x alone"


def test_a_target_is_refused_in_evaluation(trained, rows):
    with pytest.raises(DataError) as caught:
        trained.evaluate(rows, rows["rooms"])

    assert str(caught.value) == NO_TARGET + "y: leave it out, of batches too: x alone"


def test_a_column_that_is_dropped_is_not_rebuilt(rows):
    model = modelzoo.build("autoencoder", hidden=[2])
    model.fit(rows, drop=["rooms", "picture"], epochs=1, verbose=0)

    assert list(model.predict(rows)) == ["area", "town", "floors"]


def test_nothing_but_buckets_is_nothing_to_rebuild(rows):
    schema = {"columns": [{"kind": "bucketized", "name": "cut", "source": "area"}]}

    with pytest.raises(DataError) as caught:
        modelzoo.build("autoencoder", schema=schema).fit(rows, verbose=0)

    assert str(caught.value) == "there is nothing to reconstruct: no column is numeric, categorical or an array"


@pytest.mark.parametrize(
    ("name", "task", "tasks"),
    [
        ("autoencoder", "regression", "reconstruction"),
        ("autoencoder", "binary", "reconstruction"),
        ("linear", "reconstruction", "binary, multiclass, regression"),
    ],
)
def test_a_task_of_other_models_is_refused(rows, name, task, tasks):
    with pytest.raises(SpecError) as caught:
        modelzoo.build(name).fit(rows, task=task)

    assert str(caught.value) == (
        f"{name} cannot be trained like this:\n  task: {task} is not among the model's: {tasks}"
    )


@pytest.fixture(scope="module")
def supervised(rows):
    model = modelzoo.build("wide_deep", hidden=[2])
    model.fit(rows, target="rooms", task="regression", epochs=1, verbose=0)
    return model


@pytest.mark.parametrize("use", [lambda m, rows: m.encode(rows), lambda m, _: m.encoder, lambda m, _: m.decoder])
def test_a_model_without_a_code_says_so(supervised, rows, use):
    with pytest.raises(SpecError) as caught:
        use(supervised, rows)

    assert str(caught.value) == (
        "the model cannot be cut into encoder and decoder:\n"
        "  wide_deep: no layer of it is named 'code'; use a model that has one, such as autoencoder"
    )


def test_a_model_of_another_task_has_no_reconstruction_error(supervised, rows):
    with pytest.raises(SpecError) as caught:
        supervised.reconstruction_error(rows)

    assert str(caught.value) == (
        "wide_deep has no reconstruction error:\n  task: it was trained for regression; only reconstruction has one"
    )


@pytest.mark.parametrize(
    "use",
    [
        lambda model: model.encoder,
        lambda model: model.decoder,
        lambda model: model.keras,
        lambda model: model.predict({"a": [1]}),
        lambda model: model.encode({"a": [1]}),
        lambda model: model.evaluate({"a": [1]}),
        lambda model: model.reconstruction_error({"a": [1]}),
        lambda model: model.save("nowhere"),
        lambda model: model.export("nowhere"),
    ],
)
def test_what_needs_training_says_so(use):
    with pytest.raises(NotFittedError) as caught:
        use(modelzoo.build("autoencoder"))

    assert str(caught.value) == "autoencoder has not been trained yet: call fit first, or modelzoo.load a run"
