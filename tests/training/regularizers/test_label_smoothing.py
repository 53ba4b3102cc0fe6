"""``label_smoothing`` asks for less than certainty, in training alone."""

import numpy as np
import pytest
from modelzoo_plugins.regularizers.label_smoothing import LabelSmoothing
from modelzoo_registry import SpecError

import modelzoo

pytestmark = pytest.mark.xdist_group("regularizers")


def smoothed(targets, amount=0.1):
    targets = np.asarray(targets, np.float32)
    return LabelSmoothing(LabelSmoothing.Spec(amount=amount)).transform_targets(targets, targets.shape[1])


def test_each_class_gets_its_part_of_the_amount():
    np.testing.assert_allclose(smoothed([[0, 1, 0, 0]], 0.2), [[0.05, 0.85, 0.05, 0.05]], rtol=1e-6)


def test_of_two_classes_there_is_one_target():
    np.testing.assert_allclose(smoothed([[0], [1]]), [[0.05], [0.95]], rtol=1e-6)


def test_an_amount_of_zero_leaves_the_targets_themselves():
    targets = np.ones((2, 1), np.float32)

    assert LabelSmoothing(LabelSmoothing.Spec(amount=0)).transform_targets(targets, 1) is targets


@pytest.mark.parametrize(("towns", "certainty"), [(["Ulm", "Bonn"], 0.9), (["Ulm", "Bonn", "Trier"], 1 - 0.2 * 2 / 3)])
def test_what_a_column_says_for_certain_is_predicted_with_what_is_left(towns, certainty):
    rows = {"town": towns * 64, "name": [f"of {town}" for town in towns * 64]}
    model = modelzoo.build("linear", regularizers=[{"name": "label_smoothing", "amount": 0.2}])
    model.fit(rows, target="name", epochs=40, learning_rate=0.05, batch_size=16, verbose=0)

    predicted = model.predict(rows)

    most = np.maximum(predicted, 1 - predicted) if len(towns) == 2 else predicted.max(axis=1)
    np.testing.assert_allclose(most, certainty, atol=5e-3)


def test_it_is_refused_for_numbers():
    model = modelzoo.build("linear", regularizers=["label_smoothing"])

    with pytest.raises(SpecError) as caught:
        model.fit({"a": [1.0, 2.0], "y": [0.5, 1.5]}, target="y", task="regression")

    assert [str(fault) for fault in caught.value.faults] == [
        "regularizers.0: label_smoothing is for binary, multiclass, not for regression"
    ]


def test_an_amount_of_one_is_refused_with_the_reason():
    with pytest.raises(ValueError, match="an amount of 1 makes all labels the same and learns nothing"):
        LabelSmoothing.Spec(amount=1)
