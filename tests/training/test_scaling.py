"""Numbers are learnt in scaled units, and measured and predicted in their own."""

import numpy as np
import pytest

import modelzoo


@pytest.fixture(scope="module")
def trained(rows_for):
    rows, target = rows_for("regression")
    train = {name: values[:120] for name, values in rows.items()}
    valid = {name: values[120:] for name, values in rows.items()}
    model = modelzoo.build("linear")
    history = model.fit(train, target=target, validation=valid, epochs=5, batch_size=16, verbose=0).history
    return model, history, train, valid


def test_logged_metrics_are_those_of_the_predictions(trained):
    model, history, _, valid = trained
    misses = model.predict(valid) - np.asarray(valid["price"])

    assert history["val_rmse"][-1] == pytest.approx(np.sqrt(np.mean(misses**2)), rel=1e-5)
    assert history["val_mae"][-1] == pytest.approx(np.mean(np.abs(misses)), rel=1e-5)
    assert model.evaluate(valid) == pytest.approx({name: history[f"val_{name}"][-1] for name in ("rmse", "mae")})


def test_the_loss_is_the_squared_error_in_standard_deviations(trained):
    model, history, train, valid = trained
    misses = model.predict(valid) - np.asarray(valid["price"])

    assert history["val_loss"][-1] == pytest.approx(np.mean(misses**2) / np.std(train["price"]) ** 2, rel=1e-5)


def test_nothing_is_learnt_from_validation_rows(trained):
    model, *_, train, _ = trained

    assert model.fitted.target.center == pytest.approx(np.mean(train["price"]))
    assert (model.fitted.facts.rows, model.fitted.facts.validation_rows) == (120, 40)
