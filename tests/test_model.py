"""Train, measure, predict: every model, every task, any form of rows."""

import keras
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from modelzoo_registry import ACTIVATIONS, DataError

import modelzoo

TASKS = ["regression", "binary", "multiclass"]


@pytest.fixture(scope="module")
def trained(rows_for):
    """Return a trained model by name and task, trained once."""
    made = {}

    def get(name, task):
        if (name, task) not in made:
            rows, target = rows_for(task)
            made[name, task] = model = modelzoo.build(name)
            model.fit(rows, target=target, epochs=1, batch_size=32, verbose=0)
        return made[name, task]

    return get


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", ["linear", "wide_deep"])
def test_predictions_have_the_form_of_the_task(trained, rows_for, name, task):
    rows, _ = rows_for(task)

    predictions = trained(name, task).predict(rows)

    shape, dtype = {"regression": ((160,), "f8"), "binary": ((160,), "f4"), "multiclass": ((160, 3), "f4")}[task]
    assert (predictions.shape, predictions.dtype) == (shape, np.dtype(dtype))
    assert task != "multiclass" or np.allclose(predictions.sum(axis=1), 1)
    assert task != "binary" or ((predictions >= 0) & (predictions <= 1)).all()


@pytest.mark.parametrize("task", TASKS)
def test_the_metrics_are_those_of_the_task(trained, rows_for, task):
    rows, _ = rows_for(task)

    measured = trained("linear", task).evaluate(rows)

    names = ["rmse", "mae"] if task == "regression" else ["accuracy", "auc", "log_loss"]
    assert list(measured) == names
    assert all(type(value) is float and np.isfinite(value) for value in measured.values())


def test_accuracy_and_log_loss_are_those_of_the_predictions(trained, rows_for):
    rows, target = rows_for("multiclass")
    model = trained("linear", "multiclass")
    predictions = model.predict(rows)
    ids = np.searchsorted(model.classes, rows[target])

    measured = model.evaluate(rows)

    assert measured["accuracy"] == pytest.approx(np.mean(predictions.argmax(axis=1) == ids))
    assert measured["log_loss"] == pytest.approx(-np.mean(np.log(predictions[np.arange(160), ids])), rel=1e-5)


@pytest.mark.parametrize(
    ("task", "classes"), [("regression", None), ("binary", ["no", "yes"]), ("multiclass", ["low", "mid", "top"])]
)
def test_task_and_classes_are_told(trained, task, classes):
    model = trained("linear", task)

    assert model.task == task
    assert (None if model.classes is None else model.classes.tolist()) == classes


def test_training_again_begins_anew(rows_for):
    rows, target = rows_for("regression")
    model = modelzoo.build("wide_deep", hidden=[4])
    first = model.fit(rows, target=target, epochs=2, batch_size=32, verbose=0).history

    assert model.fit(rows, target=target, epochs=2, batch_size=32, verbose=0).history == first


@pytest.mark.parametrize(
    "form",
    [pd.DataFrame, pl.DataFrame, pa.table, lambda rows: pa.table(rows).to_pylist()],
    ids=["pandas", "polars", "arrow", "row dicts"],
)
def test_any_form_of_rows_predicts_the_same(trained, rows_for, form):
    rows, _ = rows_for("regression")
    model = trained("wide_deep", "regression")

    np.testing.assert_array_equal(model.predict(form(rows)), model.predict(rows))


@pytest.mark.parametrize("task", TASKS)
def test_one_row_given_as_a_dict_predicts_as_among_others(trained, rows_for, task):
    rows, target = rows_for(task)
    model = trained("wide_deep", task)
    one = {name: values[5] for name, values in rows.items() if name != target}

    assert one["area"] is None  # a missing value, too
    np.testing.assert_allclose(model.predict(one), model.predict(rows)[5:6], rtol=1e-6)


def test_arrays_of_two_dimensions_can_be_trained_on():
    x = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
    model = modelzoo.build("wide_deep", hidden=[4])

    history = model.fit(x, x[:, 0] * 2, epochs=2, verbose=0)

    assert len(history.history["loss"]) == 2
    assert model.predict(x).shape == (64,)
    assert set(model.evaluate(x, x[:, 0] * 2)) == {"rmse", "mae"}


def test_validation_rows_can_be_a_pair(rows_for):
    x = np.random.default_rng(0).normal(size=(64, 3))

    history = modelzoo.build("linear").fit(x, x[:, 0], validation=(x[:16], x[:16, 0]), epochs=1, verbose=0)

    assert "val_rmse" in history.history


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_tower_has_the_shape_it_says_with_every_activation(activation):
    import keras
    from modelzoo_plugins.tower import tower

    symbol = keras.Input((3,))
    output = tower(symbol, (8, 4), activation)

    assert keras.Model(symbol, output)(np.ones((2, 3), np.float32)).shape == (2, output.shape[1])


def test_dropout_acts_on_gated_units(rows_for):
    rows, target = rows_for("regression")
    model = modelzoo.build("wide_deep", hidden=[8, 4], activation="glu", regularizers=["dropout"])

    model.fit(rows, target=target, epochs=1, verbose=0)

    assert [layer.name for layer in model.keras.layers if "dropout" in layer.name] == [
        "hidden_1_gated_dropout", "hidden_2_gated_dropout",
    ]  # fmt: skip


def validation_refusal(valid):
    with pytest.raises(DataError) as caught:
        modelzoo.build("linear").fit(
            {"a": [1, 2, 3, 4], "y": ["p", "q", "p", "q"]}, target="y", validation=valid, epochs=1, verbose=0
        )
    return str(caught.value)


def test_validation_rows_that_do_not_fit_are_named_as_they_were_given():
    numbers = {"a": ["1", "2", "x"], "y": [None, "p", "q"]}
    classes = {"a": [1, 2, 3], "y": [None, "p", "r"]}

    assert validation_refusal(numbers) == (
        "validation: the data does not fit the model:\n  a: a number belongs here. Received: row 3: 'x'"
    )
    assert validation_refusal(classes) == (
        "validation: the target does not fit the model:\n  y: row 3: class 'r' was not in training. Classes: p, q"
    )


def test_validation_rows_without_a_target_are_left_out():
    model, rows = modelzoo.build("linear"), {"a": [1.0, 2.0, 5.0, 4.0], "y": [1.0, 2.5, 3.0, 4.0]}

    history = model.fit(rows, target="y", validation={**rows, "y": [None, 2.5, None, 4.0]}, epochs=1, verbose=0)

    only = model.evaluate({"a": [2.0, 4.0], "y": [2.5, 4.0]})
    assert history.history["val_rmse"] == pytest.approx([only["rmse"]])
    assert model.fitted.facts.validation_rows == 2


@pytest.mark.parametrize(
    ("callbacks", "fault"),
    [
        (
            keras.callbacks.TerminateOnNaN(),
            "callbacks: a list of Keras callbacks belongs here. Received: TerminateOnNaN",
        ),
        ([keras.callbacks.TerminateOnNaN], "callbacks.0: write TerminateOnNaN(...), not the class"),
        ([print], "callbacks.0: a Keras callback belongs here. Received: <built-in function print>"),
    ],
)
def test_what_is_no_list_of_callbacks_is_refused(rows_for, callbacks, fault):
    rows, target = rows_for("regression")

    with pytest.raises(modelzoo.ZooError) as caught:
        modelzoo.build("linear").fit(rows, target=target, callbacks=callbacks)

    assert str(caught.value) == f"fit does not accept these settings:\n  {fault}"


def test_dropout_leaves_predictions_alone(rows_for):
    rows, target = rows_for("binary")
    model = modelzoo.build("wide_deep", hidden=[4], regularizers=[{"name": "dropout", "rate": 0.9}])
    model.fit(rows, target=target, epochs=1, verbose=0)

    np.testing.assert_array_equal(model.predict(rows), model.predict(rows))


def test_a_regularizer_that_changes_nothing_is_noted(rows_for, capsys):
    rows, target = rows_for("regression")
    model = modelzoo.build("linear", regularizers=["dropout"])
    model.fit(rows, target=target, epochs=1, verbose=1)

    note = "dropout changes nothing in linear: it finds nothing to act on"
    assert note in model.fitted.facts.notes
    assert note in capsys.readouterr().err


def test_a_silent_training_prints_nothing(rows_for, capsys):
    rows, target = rows_for("regression")

    modelzoo.build("linear", regularizers=["dropout"]).fit(rows, target=target, epochs=1, verbose=0)

    assert capsys.readouterr() == ("", "")


def test_training_again_and_again_with_validation_rows_says_nothing(rows_for, caplog):
    rows, target = rows_for("regression")

    for _ in range(5):  # from the fifth on, TensorFlow would warn
        modelzoo.build("linear").fit(rows, target=target, validation=0.25, epochs=1, verbose=0)

    assert caplog.messages == []


def test_a_metric_that_is_an_object_measures_each_time_anew(rows_for):
    rows, target = rows_for("regression")
    model = modelzoo.build("linear")
    model.fit(rows, target=target, metrics=["mae", keras.metrics.MeanAbsoluteError(name="gap")], epochs=1, verbose=0)

    measured = [model.evaluate(rows), model.evaluate(rows)]

    assert measured[0] == measured[1]
    assert measured[0]["gap"] == pytest.approx(measured[0]["mae"], rel=1e-6)
