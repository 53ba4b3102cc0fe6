"""The target: the task it makes, its labels, its scale, and what cannot be one."""

import re
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from modelzoo_registry import ColumnError, DataError

from modelzoo import datasets
from modelzoo.columns.target import Target, fit_target, without_missing

UNFIT = "there is nothing to learn:\n  y: a target is numbers, text or booleans. Received: a column of "


def fit(values, task=None):
    table, left_out = without_missing(pa.table({"y": values}), "y")
    target, note = fit_target(table, "y", task)
    assert Target.model_validate_json(target.model_dump_json()) == target
    return target, note, left_out, target.encode(table.column("y"))


def refusal(values, task=None):
    with pytest.raises(DataError) as caught:
        fit(values, task)
    return str(caught.value)


@pytest.mark.parametrize(
    ("values", "task", "labels", "note"),
    [
        (["no", "yes", "no"], "binary", ("no", "yes"), "two values"),
        ([1, 0, 1], "binary", (0, 1), "two values"),
        ([2.5, 1.0], "binary", (1.0, 2.5), "two values"),
        ([True, False], "binary", (False, True), "two values"),
        ([0.0, -0.0, 1.0], "binary", (0.0, 1.0), "two values"),
        (["c", "a", "b"], "multiclass", ("a", "b", "c"), "text with 3 values"),
        ([3, 1, 2, 1, 2, 3], "multiclass", (1, 2, 3), "whole numbers with 3 values"),
        ([3.0, 1.0, 2.0, 1.0, 2.0, 3.0], "multiclass", (1.0, 2.0, 3.0), "whole numbers with 3 values"),
        ([1, 2, 3, 4, 5], "regression", (), "numbers with 5 values"),
        ([0.5, 1.5, 2.5] * 2, "regression", (), "numbers with 3 values"),
        (list(range(21)) * 2, "regression", (), "numbers with 21 values"),
        ([Decimal("1.5"), Decimal("2.5"), Decimal("4")], "regression", (), "numbers with 3 values"),
    ],
)
def test_the_task_is_inferred_and_said(values, task, labels, note):
    target, said, _, _ = fit(pa.array(values))

    assert (target.task, target.labels) == (task, labels)
    assert [type(label) for label in target.labels] == [type(label) for label in labels]
    assert said == f"target 'y': {note} → {task} (or give a task)"


def test_the_price_of_a_diamond_makes_a_regression():
    target, note = fit_target(datasets.load("diamonds"), "price")

    assert note == "target 'price': numbers with 11,602 values → regression (or give a task)"
    assert (target.center, target.spread) == pytest.approx((3932.8, 3989.4), abs=0.1)


def test_a_task_that_was_asked_for_is_kept_and_the_note_says_what_would_have_been():
    assert fit([1, 0, 1], "regression")[1] == "target 'y': two values → binary, trained as regression as asked"
    assert fit([1, 0, 1], "binary")[1] == "target 'y': two values → binary"


def test_numbers_are_scaled_and_written_as_float32():
    *_, encoded = fit(pa.array([1, 3, 1, 3]), "regression")

    assert (encoded.tolist(), encoded.dtype) == ([[-1], [1], [-1], [1]], np.float32)


def test_two_classes_become_zero_and_one():
    *_, encoded = fit(["yes", "no"])

    assert (encoded.tolist(), encoded.dtype) == ([[1], [0]], np.float32)


def test_more_classes_become_ids_in_the_order_of_the_labels():
    target, _, _, encoded = fit(["c", "a", "b"])

    assert (encoded.tolist(), encoded.dtype, target.units) == ([[2], [0], [1]], np.int32, 3)
    assert target.classes.tolist() == ["a", "b", "c"]


def test_whole_classes_beyond_2_53_are_told_apart():
    *_, encoded = fit(pa.array([2**53, 2**53 + 1, 2**53 + 2] * 2))

    assert encoded.ravel().tolist() == [0, 1, 2] * 2


@pytest.mark.parametrize(
    ("given", "later"), [([1, 2, 3] * 2, ["2", " 3 "]), ([1, 2, 3] * 2, [2.0, 3.0]), (["1", "2", "3"], [2, 3])]
)
def test_classes_are_found_again_in_another_type(given, later):
    assert fit(given)[0].encode(pa.chunked_array([later])).ravel().tolist() == [1, 2]


@pytest.mark.parametrize(
    ("values", "left_out"),
    [
        ([1.5, None, 2.5, float("nan"), 4], 2),
        (["a", "", None, "b"], 2),
        ([True, None, False], 1),
        (pa.array(["a", "", "b", None]).dictionary_encode(), 2),
        (pa.array(["a", "", "b"], pa.large_string()), 1),
        (pa.array(np.array([1.5, np.nan, 2.5], np.float16)), 1),
    ],
)
def test_rows_without_a_target_are_counted_and_left_out(values, left_out):
    *_, found, encoded = fit(values)

    assert (found, len(encoded)) == (left_out, len(values) - left_out)


@pytest.mark.parametrize(
    ("values", "task", "message"),
    [
        ([1, 1], None, "there is nothing to learn:\n  y: the target has one value only: 1 in all 2 rows"),
        (["a"], None, "there is nothing to learn:\n  y: the target has one value only: 'a' in all 1 rows"),
        ([None, None], None, "there is nothing to learn:\n  y: the target is missing in all 2 rows"),
        (["", ""], None, "there is nothing to learn:\n  y: the target is missing in all 2 rows"),
        (
            [None, 1.0, float("inf")],
            None,
            "the target does not fit the model:\n  y: row 3: a finite number belongs here. Received: inf",
        ),
        (
            [1.0, 2.0, float("-inf")],
            "binary",
            "the target does not fit the model:\n  y: row 3: a finite number belongs here. Received: -inf",
        ),
        (
            ["3", "x"],
            "regression",
            "the data does not fit the model:\n  y: a number belongs here. Received: row 2: 'x'",
        ),
        ([1, 2, 3], "binary", "the task does not fit:\n  y: binary needs two classes. Received: 3"),
        (
            pa.array([0, 1], pa.timestamp("s")),
            None,
            UNFIT + "timestamp[s]",
        ),
        (
            [[1, 2], [3, 4]],
            None,
            UNFIT + "list<item: int64>",
        ),
        (
            pa.FixedShapeTensorArray.from_numpy_ndarray(np.eye(3)),
            None,
            UNFIT.removesuffix("a column of ") + "arrays of shape (3,) (one-hot labels become class numbers by argmax)",
        ),
    ],
)
def test_what_cannot_be_a_target_is_refused(values, task, message):
    assert refusal(values, task) == message


def test_numbers_as_text_can_be_regressed():
    assert fit(["1", " 3 "], "regression")[0].center == 2


@pytest.mark.parametrize(
    ("given", "later", "row", "shown", "classes"),
    [
        (["a", "b", "c"], ["a", "d"], 2, "'d'", "a, b, c"),
        ([1, 2, 3] * 2, [4, 1], 1, "4", "1, 2, 3"),
        ([1, 2, 3] * 2, [1.5], 1, "1.5", "1, 2, 3"),
        (["a", "b"], ["a", None], 2, "None", "a, b"),
    ],
)
def test_a_class_that_was_not_in_training_is_refused_with_its_row(given, later, row, shown, classes):
    target = fit(given)[0]

    with pytest.raises(DataError) as caught:
        target.encode(pa.chunked_array([later]))

    assert str(caught.value) == (
        f"the target does not fit the model:\n  y: row {row}: class {shown} was not in training. Classes: {classes}"
    )


def test_a_missing_number_in_evaluation_is_refused_with_its_row():
    target = fit([1.5, 2.5, 3.5])[0]

    with pytest.raises(DataError, match=re.escape("y: row 2: a finite number belongs here. Received: None")):
        target.encode(pa.chunked_array([[1.5, None]]))


def test_a_table_without_the_target_gets_the_nearest_name():
    with pytest.raises(ColumnError) as caught:
        without_missing(datasets.load("diamonds"), "pirce")

    assert str(caught.value) == (
        "the data has no target:\n  pirce: no column has this name. Did you mean 'price'? "
        "Columns: carat, cut, color, clarity, depth, table, price, x, y, z"
    )
