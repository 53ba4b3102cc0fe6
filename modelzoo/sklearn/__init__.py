"""The zoo's models as scikit-learn estimators: in pipelines, in grid searches, on arrays and on raw frames.

    from modelzoo.sklearn import ZooClassifier

    search = GridSearchCV(ZooClassifier("dnn", epochs=20), {"settings__hidden": [[32], [64, 32]]})
    search.fit(frame, labels).best_estimator_.model_.export("exports/best")

Frames keep their columns, text and dates among them; arrays hold numbers, NaN for missing ones.
"""

from __future__ import annotations

from modelzoo_registry import MissingDependencyError

try:
    from .checks import expected_failed_checks
    from .classifier import ZooClassifier
    from .regressor import ZooRegressor
    from .transformer import ZooTransformer
except ModuleNotFoundError as error:
    if error.name != "sklearn":
        raise
    raise MissingDependencyError(
        'modelzoo.sklearn needs scikit-learn, which is not installed here: pip install "modelzoo-keras[sklearn]"'
    ) from error

__all__ = ["ZooClassifier", "ZooRegressor", "ZooTransformer", "expected_failed_checks"]
