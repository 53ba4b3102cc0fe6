"""scikit-learn's own checks, each a test, of each estimator; those it must fail are expected to."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from modelzoo.sklearn import ZooClassifier, ZooRegressor, ZooTransformer, expected_failed_checks

QUICK = {"optimizer": "sgd", "epochs": 10, "batch_size": 512}
"""One batch holds all rows that the checks train on: one program to trace, one call an epoch."""


def checks(*estimators):
    return parametrize_with_checks([*estimators], expected_failed_checks=expected_failed_checks)


@pytest.mark.xdist_group("sklearn classifier")
@checks(ZooClassifier(settings={"hidden": [8]}, learning_rate=0.5, training={"metrics": ["accuracy"]}, **QUICK))
def test_the_classifier_passes(estimator, check):
    check(estimator)


@pytest.mark.xdist_group("sklearn regressor")
@checks(ZooRegressor(settings={"hidden": [8]}, learning_rate=0.3, training={"metrics": ["mae"]}, **QUICK))
def test_the_regressor_passes(estimator, check):
    check(estimator)


@pytest.mark.xdist_group("sklearn transformer")
@checks(ZooTransformer(settings={"hidden": [4], "code": 2}, learning_rate=0.1, **QUICK))
def test_the_transformer_passes(estimator, check):
    check(estimator)


@pytest.mark.full
@pytest.mark.xdist_group("sklearn models")
@checks(
    ZooClassifier("linear", epochs=20, batch_size=64, learning_rate=0.1),
    ZooClassifier("wide_deep", epochs=20, batch_size=64, learning_rate=0.02),
    ZooRegressor("linear", epochs=20, batch_size=64, learning_rate=0.1),
    ZooRegressor("deep_dnn", epochs=20, batch_size=64, learning_rate=0.02, regularizers=["l2", "dropout"]),
)
def test_other_models_pass(estimator, check):
    check(estimator)
