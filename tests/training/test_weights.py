"""What rows weigh: by a column, by their class, or by both."""

import numpy as np
import pyarrow as pa
import pytest
from modelzoo_registry import DataError, SpecError

from modelzoo.columns.target import Target
from modelzoo.training.reading import Selection
from modelzoo.training.rows import prepare_rows
from modelzoo.training.weights import class_factors

COUNT = 20
TABLE = pa.table(
    {
        "size": [float(place) for place in range(COUNT)],
        "w": [float(place % 3) for place in range(COUNT)],
        "label": ["yes" if place % 5 == 0 else "no" for place in range(COUNT)],
        "price": [place * 1.5 for place in range(COUNT)],
    }
)
FAULTY = "the weights cannot be used:\n  "


def prepare(table=TABLE, target="label", validation=None, class_weight=None, weight=None, **selection):
    return prepare_rows(table, None, Selection(target, weight=weight, **selection), validation, 0, class_weight)


def refusal(*args, kind=DataError, **settings):
    with pytest.raises(kind) as caught:
        prepare(*args, **settings)
    return str(caught.value)


def with_weights(weights, table=TABLE):
    return table.set_column(table.column_names.index("w"), "w", pa.array(weights))


def test_without_weights_there_are_none():
    rows = prepare(validation=0.2)

    assert (rows.weights, rows.valid_weights) == (None, None)


def test_balanced_classes_weigh_the_same_in_all_and_one_a_row_on_average():
    rows = prepare(class_weight="balanced")

    yes = np.array(rows.train["label"].to_pylist()) == "yes"
    assert set(rows.weights[yes]) == {20 / (2 * 4)}
    assert set(rows.weights[~yes]) == {20 / (2 * 16)}


def test_balance_is_that_of_the_training_rows_alone():
    held_back = TABLE.filter(pa.array(np.arange(COUNT) % 2 == 0))

    assert np.array_equal(
        prepare(class_weight="balanced", validation=held_back).weights, prepare(class_weight="balanced").weights
    )
    rows = prepare(class_weight="balanced", validation=0.5)
    assert rows.weights.sum() == rows.train.num_rows
    assert rows.valid_weights is None


@pytest.mark.parametrize(
    ("labels", "weights", "factors"),
    [
        (("no", "yes"), {"yes": 3.0}, [1, 3]),
        ((0, 1, 2), {"1": 3.0, "2.0": 0.5}, [1, 3, 0.5]),
        ((False, True), {"true": 3.0}, [1, 3]),
        ((False, True), {"False": 3.0}, [3, 1]),
        ((0.5, 2.0), {"2": 3.0}, [1, 3]),
        (("1", "1.0"), {"1": 3.0}, [3, 1]),
    ],
)
def test_labels_are_named_by_their_text_and_weigh_1_when_left_out(labels, weights, factors):
    target = Target(name="y", task="multiclass", labels=labels)

    assert class_factors(weights, target, np.ones(len(labels))).tolist() == factors


def test_all_that_is_wrong_with_class_weights_is_told_at_once():
    target = Target(name="y", task="multiclass", labels=(1, 2, 3))

    with pytest.raises(SpecError) as caught:
        class_factors({"one": 1.0, "2": 1.0, "2.0": 2.0, "4": 1.0}, target, np.ones(3))

    assert str(caught.value) == (
        f"{FAULTY}class_weight.one: there is no such class. Classes: 1, 2, 3\n"
        "  class_weight.4: there is no such class. Classes: 1, 2, 3\n"
        "  class_weight: 2, 2.0 name one class, 2: give one of them"
    )


@pytest.mark.parametrize("task", ["regression", "reconstruction"])
def test_class_weights_without_classes_are_refused(task):
    target = "price" if task == "regression" else None

    assert refusal(target=target, task=task, class_weight="balanced", kind=SpecError, drop=["label"]) == (
        f"{FAULTY}class_weight: weighs classes, and {task} has none: give weight_column=..., a column of weights"
    )


def test_a_column_of_weights_is_no_feature_and_has_a_mean_of_1():
    rows = prepare(with_weights([1.0, 3.0] * 10), weight="w")

    assert rows.train.column_names == ["size", "price", "label"]
    assert rows.weights.tolist() == [0.5, 1.5] * 10


@pytest.mark.parametrize("selection", [{"columns": ["size"]}, {"drop": ["w", "price"]}])
def test_a_column_of_weights_is_read_whatever_features_are_chosen(selection):
    rows = prepare(with_weights([1.0, 3.0] * 10), weight="w", **selection)

    assert rows.train.column_names == ["size", "label"]
    assert rows.weights.tolist() == [0.5, 1.5] * 10


def test_rows_of_weight_0_change_nothing():
    kept = TABLE.filter(pa.array(np.arange(COUNT) % 3 > 0))

    rows, without = prepare(weight="w"), prepare(kept, weight="w")

    assert rows.train.equals(without.train)
    assert np.array_equal(rows.weights, without.weights)
    assert rows.notes == (*without.notes, "left out 7 training rows that weigh 0 by 'w'")


def test_classes_weigh_as_a_column_of_the_same_numbers_to_the_bit():
    labels = np.array(TABLE["label"].to_pylist())
    by_column = prepare(with_weights(np.where(labels == "yes", 3.0, 1.0)), weight="w", drop=["price"])
    mean = (3 * 4 + 16) / 20

    by_class = prepare(class_weight={"yes": 3 / mean, "no": 1 / mean}, drop=["w", "price"])

    assert by_class.train.equals(by_column.train)
    assert np.array_equal(by_class.weights, by_column.weights)


def test_classes_and_a_column_multiply():
    column, both = (prepare(weight="w", class_weight=chosen) for chosen in (None, {"yes": 3.0}))

    yes = np.array(both.train["label"].to_pylist()) == "yes"
    assert np.array_equal(both.weights, column.weights * np.where(yes, 3, 1))


def test_validation_rows_weigh_by_the_column_in_the_unit_of_training():
    rows = prepare(
        with_weights([2.0] * COUNT), weight="w", class_weight="balanced", validation=with_weights([8.0] * 20)
    )

    assert set(rows.valid_weights) == {4.0}
    split = prepare(weight="w", validation=0.2)
    unit = np.mean([place % 3 for place in split.train["size"].to_pylist()])
    assert split.valid_weights.tolist() == [place % 3 / unit for place in split.valid["size"].to_pylist()]


@pytest.mark.parametrize("huge", [1e308, 5e-324])
def test_extreme_weights_are_scaled_without_overflow(huge):
    assert set(prepare(with_weights([huge] * COUNT), weight="w").weights) == {1.0}


@pytest.mark.parametrize(
    ("weights", "fault"),
    [
        (
            [1.0, None, -1.0, float("inf"), float("nan"), *[1.0] * 15],
            "finite numbers from 0 on belong here. Received: row 2: missing, row 3: -1, row 4: inf, and more",
        ),
        (["1", "two", *"1" * 18], "a number belongs here. Received: row 2: 'two'"),
        ([0] * 20, "all 20 training rows weigh 0"),
    ],
)
def test_weights_that_cannot_be_are_refused_with_column_and_rows(weights, fault):
    assert refusal(with_weights(weights), weight="w") == f"{FAULTY}w: {fault}"


def test_rows_without_a_target_need_no_weight_and_keep_their_numbers():
    table = with_weights([None, -1.0, *[1.0] * 18]).set_column(
        2, "label", pa.array([None, *TABLE["label"].to_pylist()[1:]])
    )

    assert refusal(table, weight="w") == (f"{FAULTY}w: finite numbers from 0 on belong here. Received: row 2: -1")


@pytest.mark.parametrize(
    ("validation", "message"),
    [
        (
            with_weights([-1.0] + [1.0] * 19),
            (
                "validation (the Table): the weights cannot be used:\n"
                "  w: finite numbers from 0 on belong here. Received: row 1: -1"
            ),
        ),
        (with_weights([0.0] * 20), f"{FAULTY}w: all 20 validation rows weigh 0"),
        (
            TABLE.drop_columns(["w"]),
            (
                "validation (the Table): the data lacks columns that were named (it has: size, label, price):\n"
                "  w: is not there."
            ),
        ),
    ],
)
def test_validation_rows_need_weights_too(validation, message):
    assert refusal(weight="w", validation=validation) == message


def test_a_target_or_a_feature_is_no_column_of_weights():
    from modelzoo.columns.schema import make_schema

    schema = make_schema({"columns": [{"kind": "numeric", "name": "w"}]})

    assert refusal(weight="label") == (
        "the columns are not named rightly:\n  weight_column: 'label' is the target: name another column"
    )
    assert refusal(weight="w", schema=schema) == (
        "the columns are not named rightly:\n  weight_column: 'w' is a feature in the schema: leave it out there"
    )
