"""The zoo's estimators among scikit-learn's: raw frames, pipelines, searches, weights, pickles."""

import io
import pickle

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
from modelzoo_registry import SpecError
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import modelzoo
from modelzoo.sklearn import ZooClassifier, ZooRegressor, ZooTransformer

pytestmark = pytest.mark.xdist_group("sklearn")

QUICK = {"optimizer": "sgd", "learning_rate": 0.3, "epochs": 20, "batch_size": 512, "random_state": 3}
SMALL = {"settings": {"hidden": [8]}, **QUICK}


@pytest.fixture(scope="module")
def frame(houses):
    return pd.DataFrame({name: houses[name] for name in ("area", "rooms", "town")})


@pytest.fixture(scope="module")
def numbers(frame):
    """The columns of numbers, with NaN for the missing ones."""
    return frame[["area", "rooms"]].to_numpy()


@pytest.fixture(scope="module")
def price(houses):
    return np.array(houses["price"])


@pytest.fixture(scope="module")
def classifier(frame, houses):
    return ZooClassifier(**SMALL).fit(frame, houses["sold"])


@pytest.fixture(scope="module")
def regressor(frame, houses):
    return ZooRegressor(**SMALL).fit(frame, pd.Series(houses["price"], name="price"))


@pytest.fixture(scope="module")
def transformer(frame):
    settings = {"hidden": [4], "code": 2}
    return ZooTransformer(settings=settings, **QUICK | {"learning_rate": 0.1, "epochs": 60}).fit(frame)


def test_a_classifier_takes_raw_frames_with_text_and_text_labels(classifier, frame, houses):
    assert classifier.classes_.tolist() == ["no", "yes"]
    assert classifier.feature_names_in_.tolist() == ["area", "rooms", "town"]
    assert classifier.n_features_in_ == 3
    assert classifier.score(frame, houses["sold"]) > 0.9
    chances = classifier.predict_proba(frame)
    np.testing.assert_array_equal(chances[:, 1], classifier.model_.predict(frame))
    np.testing.assert_array_equal(classifier.predict(frame), classifier.classes_[chances.argmax(axis=1)])


def test_a_classifier_tells_more_than_two_classes_apart(frame, houses):
    grades = pd.Series(houses["grade"], dtype="category")

    fitted = ZooClassifier(**SMALL | {"epochs": 60}).fit(frame, grades)

    assert fitted.model_.task == "multiclass"
    assert fitted.classes_.tolist() == fitted.model_.classes.tolist() == ["low", "mid", "top"]
    assert fitted.predict_proba(frame).shape == (160, 3)
    assert fitted.score(frame, grades) > 0.7


def test_a_regressor_predicts_in_the_unit_of_its_target(regressor, frame, price):
    assert regressor.score(frame, price) > 0.9
    assert regressor.predict(frame).dtype == np.float64
    np.testing.assert_array_equal(regressor.predict(frame), regressor.model_.predict(frame))
    assert regressor.model_.fitted.target.name == "price"


def test_a_row_alone_is_predicted_as_among_others(regressor, frame):
    alone = [regressor.predict(frame[place : place + 1])[0] for place in range(10)]

    assert alone == regressor.predict(frame[:10]).tolist()


def test_frames_of_pandas_polars_and_pyarrow_give_the_same(classifier, frame):
    polars = pl.from_pandas(frame)

    assert classifier.predict(polars).tolist() == classifier.predict(frame).tolist()
    assert classifier.predict(polars.to_arrow()).tolist() == classifier.predict(frame).tolist()


def test_columns_must_come_as_they_did_in_training(classifier, frame):
    with pytest.raises(ValueError, match="Feature names must be in the same order as they were in fit"):
        classifier.predict(frame[["town", "area", "rooms"]])
    with pytest.raises(ValueError, match=r"Feature names seen at fit time, yet now missing:\n- town"):
        classifier.predict(frame[["area", "rooms"]])


def test_arrays_and_frames_stand_for_each_other_by_place_with_a_warning(numbers, frame, price):
    by_array = ZooRegressor("linear", **QUICK).fit(numbers, price)

    with pytest.warns(UserWarning, match="X has feature names, but ZooRegressor was fitted without feature names"):
        from_frame = by_array.predict(frame[["area", "rooms"]])
    np.testing.assert_array_equal(from_frame, by_array.predict(numbers))


def test_an_array_of_text_is_refused_in_scikit_learn_s_words(frame, price):
    with pytest.raises(ValueError, match="could not convert string to float"):
        ZooRegressor().fit(frame.to_numpy(), price)


def test_missing_numbers_are_no_fault_and_infinite_ones_are(regressor, numbers, price):
    assert np.isnan(numbers).any()
    with pytest.raises(ValueError, match="Input X contains infinity"):
        ZooRegressor().fit(np.where(np.isnan(numbers), np.inf, numbers), price)


def test_what_is_not_fitted_says_so(frame):
    with pytest.raises(NotFittedError, match="This ZooTransformer instance is not fitted yet"):
        ZooTransformer().inverse_transform(np.zeros((1, 3)))


@pytest.mark.parametrize(
    ("labels", "weights", "message"),
    [
        (["a"] * 4, None, "two classes belong here. Received one class: 'a'"),
        (["a", "b"] * 2, [0, 1] * 2, "two classes belong here. Received one class among the rows that weigh something"),
        (["a", ""] * 2, None, "an empty text means that the label is missing: give the class a name"),
        ([0.5, 1.5, 2.5, 3.5], None, "Unknown label type: continuous"),
    ],
)
def test_labels_that_are_no_classes_are_refused(labels, weights, message):
    with pytest.raises(ValueError, match=message):
        ZooClassifier().fit(np.arange(8.0).reshape(4, 2), np.array(labels), sample_weight=weights)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, -1, 1, 1], "sample_weight holds no negative numbers. Received: -1"),
        ([1, 1], r"sample_weight is one number a row, of shape \(4,\). Received: shape \(2,\)"),
        (0, "sample weights must contain at least one non-zero number"),
        ([1, 1, 1, np.nan], "Input sample_weight contains NaN"),
    ],
)
def test_weights_that_are_none_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        ZooRegressor().fit(np.arange(8.0).reshape(4, 2), np.arange(4.0), sample_weight=weights)


def test_faults_of_parameters_are_told_together_at_fit():
    estimator = ZooRegressor(training={"epochs": 3, "seed": 1, "weight_column": "w", "clipnorm": 1})

    with pytest.raises(SpecError) as caught:
        estimator.fit(np.arange(8.0).reshape(4, 2), np.arange(4.0))
    assert str(caught.value).splitlines() == [
        "ZooRegressor cannot be trained like this:",
        "  training.epochs: give epochs=... itself",
        "  training.seed: give random_state=...",
        "  training.weight_column: give fit(..., sample_weight=...)",
        "  training.clipnorm: there is no such setting. Did you mean 'clip_norm'?",
    ]


def test_a_whole_number_as_random_state_is_the_zoo_s_seed(frame, houses, regressor):
    rows = {**{name: houses[name] for name in frame.columns}, "price": houses["price"]}
    model = modelzoo.build("dnn", hidden=[8])
    model.fit(rows, target="price", optimizer="sgd", learning_rate=0.3, epochs=20, batch_size=512, seed=3, verbose=0)

    np.testing.assert_array_equal(regressor.predict(frame), model.predict(rows))


def test_rows_of_weight_zero_count_as_left_out_and_others_pull(numbers, price):
    low = price < np.median(price)
    weighted = ZooRegressor(**SMALL).fit(numbers, price, sample_weight=np.where(low, 1.0, 0.0))
    only_low = ZooRegressor(**SMALL).fit(numbers[low], price[low])
    pulled = ZooRegressor(**SMALL).fit(numbers, price, sample_weight=np.where(low, 20.0, 1.0))
    alike = ZooRegressor(**SMALL).fit(numbers, price)

    np.testing.assert_allclose(weighted.predict(numbers), only_low.predict(numbers), rtol=1e-5)
    assert pulled.predict(numbers[~low]).mean() < alike.predict(numbers[~low]).mean() - 10


@pytest.mark.parametrize("codec", [pickle, joblib], ids=["pickle", "joblib"])
@pytest.mark.parametrize("name", ["classifier", "regressor", "transformer"])
def test_a_pickled_estimator_gives_the_same_bits(request, frame, name, codec):
    fitted = request.getfixturevalue(name)
    file = io.BytesIO()
    codec.dump(fitted, file)
    file.seek(0)

    again = codec.load(file)

    method = "transform" if name == "transformer" else "predict_proba" if name == "classifier" else "predict"
    np.testing.assert_array_equal(getattr(again, method)(frame), getattr(fitted, method)(frame))
    assert again.get_params() == fitted.get_params()
    assert again.model_.fitted.history == fitted.model_.fitted.history


def test_a_pickle_holds_the_files_of_a_run_and_an_unfitted_one_none(classifier):
    files = classifier.__getstate__()["model_"]

    assert {"run.json", "weights.npz", "history.json", "SHA256SUMS"} <= set(files)
    assert all(isinstance(content, bytes) for content in files.values())
    assert pickle.loads(pickle.dumps(clone(classifier))).get_params() == classifier.get_params()


def test_the_fitted_model_is_the_zoo_s_own_and_exports(classifier, frame, tmp_path):
    folder = classifier.model_.export(tmp_path, formats="onnx")

    exported = modelzoo.load_export(folder).predict(frame)
    np.testing.assert_allclose(exported, classifier.predict_proba(frame)[:, 1], atol=1e-6)


def test_importing_it_leaves_build_a_function():
    assert callable(modelzoo.build)


def test_a_clone_has_the_parameters_and_nothing_learnt(classifier):
    copy = clone(classifier)

    assert copy.get_params() == classifier.get_params()
    assert not hasattr(copy, "model_")


def test_settings_are_parameters_of_their_own():
    given = {"hidden": [8]}
    dropout = {"name": "dropout", "rate": 0.2}
    estimator = ZooRegressor(settings=given, regularizers=["l2", dropout], training={"clip_norm": 1.0})

    inner = {name: value for name, value in estimator.get_params().items() if "__" in name}
    estimator.set_params(settings__hidden=[4], training__warmup=0.1, regularizers__l2__strength=0.1, epochs=2)

    assert inner == {"settings__hidden": [8], "regularizers__dropout__rate": 0.2, "training__clip_norm": 1.0}
    assert estimator.settings == {"hidden": [4]}
    assert estimator.training == {"clip_norm": 1.0, "warmup": 0.1}
    assert estimator.regularizers == [{"name": "l2", "strength": 0.1}, dropout]
    assert given == {"hidden": [8]}
    assert estimator.epochs == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("regularizers__l1__strength", "regularizers holds no 'l1'. It holds: l2"),
        ("hidden", "Invalid parameter 'hidden' for estimator ZooRegressor"),
    ],
)
def test_a_parameter_that_is_not_there_is_refused(name, message):
    with pytest.raises(ValueError, match=message):
        ZooRegressor(regularizers=["l2"]).set_params(**{name: 1})


def test_a_grid_search_goes_over_settings_of_models_and_regularizers(frame, houses):
    estimator = ZooClassifier(regularizers=["dropout"], **SMALL)
    grid = [{"settings__hidden": [[4], [8]]}, {"regularizers__dropout__rate": [0.9], "epochs": [1]}]

    search = GridSearchCV(estimator, grid, cv=2, error_score="raise").fit(frame, houses["sold"])

    assert [each.get("settings__hidden") for each in search.cv_results_["params"]] == [[4], [8], None]
    assert search.best_params_["settings__hidden"] in ([4], [8])
    assert search.best_estimator_.model_.spec.hidden == tuple(search.best_params_["settings__hidden"])
    assert search.score(frame, houses["sold"]) > 0.9
    assert estimator.settings == {"hidden": [8]}


def test_it_stands_in_pipelines_and_cross_validation(numbers, price):
    pipeline = make_pipeline(SimpleImputer(), StandardScaler(), ZooRegressor(**SMALL))

    scores = cross_val_score(pipeline, numbers, price, cv=2, error_score="raise")

    assert scores.shape == (2,)
    assert scores.min() > 0.5


def test_a_column_transformer_hands_on_frames_with_text(frame, houses):
    scaled = ColumnTransformer([("numbers", StandardScaler(), ["area", "rooms"])], remainder="passthrough")
    pipeline = make_pipeline(scaled.set_output(transform="pandas"), ZooClassifier(**SMALL))

    assert pipeline.fit(frame, houses["sold"]).score(frame, houses["sold"]) > 0.9
    assert pipeline[-1].feature_names_in_.tolist() == ["numbers__area", "numbers__rooms", "remainder__town"]
    assert pipeline[-1].model_.schema.columns[-1].name == "remainder__town"


def test_a_transformer_gives_the_codes_of_the_model(transformer, frame):
    codes = transformer.transform(frame)

    assert codes.shape == (160, 2)
    np.testing.assert_array_equal(codes, transformer.model_.encode(frame))
    assert transformer.get_feature_names_out().tolist() == ["zootransformer0", "zootransformer1"]
    assert transformer.score(frame) == pytest.approx(-transformer.model_.reconstruction_error(frame).mean())


def test_a_transformer_rebuilds_rows_from_their_codes(transformer, frame):
    rows = transformer.inverse_transform(transformer.transform(frame))

    rebuilt = transformer.model_.predict(frame)
    np.testing.assert_allclose(rows[:, 0].astype(float), rebuilt["area"], rtol=1e-5)
    assert rows[:, 2].tolist() == rebuilt["town"].tolist()
    with pytest.raises(ValueError, match=r"codes have 2 numbers a row\. Received: 3"):
        transformer.inverse_transform(np.zeros((1, 3)))


def test_codes_of_an_autoencoder_feed_a_classifier(frame, houses):
    codes = ZooTransformer(settings={"hidden": [4], "code": 2}, **QUICK | {"learning_rate": 0.1})
    pipeline = make_pipeline(codes.set_output(transform="pandas"), ZooClassifier("linear", **QUICK))

    chances = pipeline.fit(frame, houses["sold"]).predict_proba(frame)

    assert pipeline[-1].feature_names_in_.tolist() == ["zootransformer0", "zootransformer1"]
    assert chances.shape == (160, 2)
