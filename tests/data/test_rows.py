"""The rows of a training: the target attached, columns selected, validation held apart."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from modelzoo_registry import ColumnError, DataError

from modelzoo import datasets
from modelzoo.columns import Encoder, Schema, infer_schema
from modelzoo.columns.datetime import DatetimeColumn
from modelzoo.training.reading import Selection, read_rows
from modelzoo.training.rows import prepare_rows

FRAME = pd.DataFrame({"carat": np.arange(10) / 2, "cut": list("abcdefghij"), "price": range(10)})
X = FRAME.drop(columns="price")


def prepare(data=FRAME, y=None, *, target="price", validation=None, seed=0, **selection):
    return prepare_rows(data, y, Selection(target, **selection), validation, seed)


def refusal(*args, kind=DataError, **settings):
    with pytest.raises(kind) as caught:
        prepare(*args, **settings)
    return str(caught.value)


@pytest.mark.parametrize("fraction", [0.2, np.float32(0.2), Fraction(1, 5)])
def test_a_fraction_of_the_rows_is_held_back_and_none_is_in_both(fraction):
    rows = prepare(validation=fraction)

    held_back, kept = rows.valid["price"].to_pylist(), rows.train["price"].to_pylist()
    assert (len(kept), len(held_back)) == (8, 2)
    assert sorted(kept + held_back) == list(range(10))
    assert kept == sorted(kept)


def test_the_same_seed_holds_back_the_same_rows_and_another_others():
    diamonds = datasets.load("diamonds")

    first, again, other = (prepare(diamonds, validation=0.1, seed=seed) for seed in (3, 3, 4))

    assert first.valid.equals(again.valid)
    assert not first.valid.equals(other.valid)
    assert first.valid.num_rows == 5394


def test_nothing_of_validation_reaches_the_encoder():
    table = pa.table({"carat": [1.0] * 9 + [2.0] * 9, "cut": ["a"] * 9 + ["b"] * 9, "price": range(18)})
    held_back = {"carat": [1e9], "cut": ["never seen"], "price": [5]}

    rows = prepare(table, validation=held_back)
    features = rows.train.drop_columns(["price"])
    encoder = Encoder.fit(infer_schema(features, rows.train["price"].to_numpy())[0], features)

    assert encoder.columns[0].scaling.center == 1.5
    assert encoder.columns[1].vocabulary == ("a", "b")
    assert encoder.encode(rows.valid)["ids"].tolist() == [[0]]


TIMED = pa.table(
    {
        "id": range(100),
        "size": np.random.default_rng(0).normal(size=100),
        "town": list("abcde") * 20,
        "t": [f"2024-01-{1 + place * 7 % 100 // 4:02}" for place in range(100)],
        "kind": ["rare" if place % 10 == 0 else "common" for place in range(100)],
        "price": np.arange(100) * 1.5,
    }
)
"""100 rows, of four each on 25 days."""


def encoder_of(table, target, validation):
    rows = prepare(table, target=target, validation=validation, drop=["id", "t"])
    features = rows.target.features(rows.train)
    return Encoder.fit(infer_schema(features, rows.target.read(rows.train)[:, 0])[0], features).model_dump()


@pytest.mark.parametrize(
    ("target", "validation"), [("price", 0.2), ("kind", 0.2), ("price", "time:t=0.2"), ("kind", "rows")]
)
def test_values_of_rows_held_back_reach_neither_schema_nor_encoder(target, validation):
    given = TIMED.slice(0, 20) if validation == "rows" else validation
    held_back = prepare(TIMED, target=target, validation=given).valid["id"].to_numpy()
    changed = np.isin(np.arange(100), held_back)
    town = np.where(changed, [f"new {place}" for place in range(100)], TIMED["town"].to_numpy(zero_copy_only=False))
    other = TIMED.set_column(1, "size", pa.array(np.where(changed, 1e6, TIMED["size"].to_numpy())))
    other = other.set_column(2, "town", pa.array(town))

    if validation == "rows":
        assert encoder_of(TIMED, target, other.slice(0, 20)) == encoder_of(TIMED, target, given)
    else:
        assert changed.sum() == 20
        assert encoder_of(other, target, validation) == encoder_of(TIMED, target, validation)


def test_each_class_gives_its_share_of_a_fraction():
    rows = prepare(TIMED, target="kind", validation=0.2)

    assert rows.valid["kind"].to_pylist().count("rare") == 2
    assert rows.valid.num_rows == 20


def test_numbers_are_split_as_ever_by_one_permutation():
    rows = prepare(TIMED, validation=0.2, seed=3)

    order = np.random.default_rng([3, 100]).permutation(100)
    assert rows.valid["id"].to_pylist() == sorted(order[:20])


@pytest.mark.parametrize(("validation", "days"), [("time:t", 2), ("time:t=0.2", 5), ("time:t=0.98", 24)])
def test_the_last_part_in_time_is_held_back_day_by_day(validation, days):
    rows = prepare(TIMED, validation=validation)

    times = sorted(set(TIMED["t"].to_pylist()))
    assert sorted(set(rows.valid["t"].to_pylist())) == times[-days:]
    assert sorted(set(rows.train["t"].to_pylist())) == times[:-days]


@pytest.mark.parametrize("selection", [{"drop": ["t"]}, {"columns": ["size"]}])
def test_a_time_that_is_no_feature_splits_all_the_same(selection):
    rows, whole = prepare(TIMED, validation="time:t", **selection), prepare(TIMED, validation="time:t")

    assert "t" not in rows.train.column_names
    assert rows.valid["price"].equals(whole.valid["price"])


def test_rows_without_a_time_are_trained_on_with_a_note():
    times = [None if place < 3 else text for place, text in enumerate(TIMED["t"].to_pylist())]

    rows = prepare(TIMED.set_column(3, "t", pa.array(times)), validation="time:t")

    assert {0, 1, 2} <= set(rows.train["id"].to_pylist())
    assert rows.notes[-1] == "3 rows have no 't': they are trained on, none validates"


def test_a_time_that_is_none_is_named_by_its_row_in_the_data():
    table = FRAME.assign(price=[None, *range(9)], cut=["", "", *["2024-01-01"] * 7, "soon"])

    assert refusal(table, validation="time:cut") == (
        "validation has no last part in time:\n  cut: a date in ISO 8601 belongs here, such as 2024-02-29 14:05. "
        "Received: row 10: 'soon'"
    )


def test_a_time_that_is_not_there_gets_the_nearest_name():
    assert refusal(validation="time:cutt", kind=ColumnError) == (
        "the data lacks columns that were named (it has: carat, cut, price):\n  cutt: is not there. Did you mean 'cut'?"
    )


def test_a_file_named_as_a_split_is_reached_through_its_folder(file, monkeypatch):
    monkeypatch.chdir(file("time:carat.csv", "carat,cut,price\n1,a,7\n").parent)

    for path in ("./time:carat.csv", Path("time:carat.csv")):
        assert prepare(validation=path).valid["price"].to_pylist() == [7]


@pytest.mark.parametrize("none", [None, 0, 0.0])
def test_without_validation_all_rows_are_trained_on(none):
    rows = prepare(validation=none)

    assert (rows.valid, rows.train.num_rows) == (None, 10)


@pytest.mark.parametrize("fraction", [1, 1.0, 1.5, -0.2, True, float("nan"), float("inf")])
def test_what_is_no_fraction_is_refused(fraction):
    assert refusal(validation=fraction) == (
        f"validation is a fraction of the rows above 0 and below 1, or rows. Received: {float(fraction):g}"
    )


@pytest.mark.parametrize(("fraction", "kept", "held_back"), [(0.01, 10, 0), (0.99, 0, 10)])
def test_a_fraction_that_leaves_no_row_is_refused(fraction, kept, held_back):
    assert refusal(validation=fraction) == (
        f"validation={fraction} of 10 rows leaves {kept} to train on and {held_back} to validate on: give more rows"
    )


@pytest.mark.parametrize(
    "validation",
    [
        FRAME.tail(3),
        FRAME.tail(3).to_dict("records"),
        pl.DataFrame(FRAME.tail(3).to_dict("list")),
        (X.tail(3), FRAME["price"].tail(3)),
        (X.tail(3), [7, 8, 9]),
        (X.tail(3), np.array([[7], [8], [9]])),
    ],
)
def test_validation_may_be_rows_in_any_form(validation):
    assert prepare(validation=validation).valid["price"].to_pylist() == [7, 8, 9]


def test_validation_may_be_a_file(file):
    path = file("valid.csv", "price,cut,carat\n7,a,1\n")

    assert prepare(validation=path).valid.to_pylist() == [{"price": 7, "cut": "a", "carat": 1}]
    assert prepare(validation=str(path)).provenance.validation == str(path)


def test_a_validation_file_without_a_header_has_the_names_of_the_training_file(file):
    training, valid = file("train.csv", "1,a,3\n2,b,4\n"), file("valid.csv", "5,c,6\n")

    rows = prepare(training, validation=valid, columns=["carat", "cut", "price"])

    assert rows.valid.to_pylist() == [{"carat": 5, "cut": "c", "price": 6}]
    assert rows.provenance.names == ("carat", "cut", "price")


def test_what_was_text_in_training_is_text_in_a_validation_file_that_looks_like_numbers(file):
    training, valid = file("train.csv", "zip,price\n007,1\nA7,2\n"), file("valid.csv", "zip,price\n007,5\n")

    rows = prepare(training, validation=valid)

    assert rows.valid.to_pylist() == [{"zip": "007", "price": 5}]
    assert rows.provenance.text == ("zip",)


def test_validation_may_lack_the_columns_that_are_dropped():
    validation = FRAME[["carat", "price"]]

    assert prepare(validation=validation, drop=["cut"]).valid.num_rows == 10
    assert prepare(validation=validation, columns=["carat", "cut"], drop=["cut"]).valid.num_rows == 10


@pytest.mark.parametrize(
    ("validation", "message"),
    [
        (
            X,
            (
                "validation (the DataFrame): the data has no target:\n"
                "  price: no column has this name. Columns: carat, cut"
            ),
        ),
        ((X, [1]), "validation (the DataFrame): x has 10 rows and y has 1"),
        (
            FRAME.assign(price=None),
            "validation (the DataFrame): there is nothing to learn:\n  price: the target is missing in all 10 rows",
        ),
        (
            FRAME.assign(price=float("inf")),
            (
                "validation (the DataFrame): the target does not fit the model:\n"
                "  price: row 1: a finite number belongs here. Received: inf"
            ),
        ),
        ("nowhere.csv", "validation (nowhere.csv): there is no file nowhere.csv"),
        (FRAME.head(0), "validation (the DataFrame): the DataFrame holds no rows"),
    ],
)
def test_what_is_wrong_with_validation_is_said_to_be(validation, message):
    assert refusal(validation=validation).startswith(message)


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (2, "the list_iterator ended after 1 of 2 batches: lower validation_steps, or leave it out"),
        (0, "validation_steps is a whole number of batches, from 1. Received: 0"),
    ],
)
def test_what_is_wrong_with_the_steps_of_validation_names_them(steps, message):
    assert refusal(validation=iter([FRAME]), validation_steps=steps) == f"validation (the list_iterator): {message}"


def test_rows_without_a_target_are_left_out_with_a_note():
    rows = prepare(FRAME.assign(price=[None, 1, None, *range(7)]))

    assert rows.train.num_rows == 8
    assert rows.notes == (
        "left out 2 rows that have no 'price'",
        "target 'price': numbers with 7 values → regression (or give a task)",
    )


def test_an_infinite_target_is_named_by_its_row_in_the_data():
    assert refusal(FRAME.assign(price=[None, None, 1, float("inf"), *range(6)])) == (
        "the target does not fit the model:\n  price: row 4: a finite number belongs here. Received: inf"
    )


@pytest.mark.parametrize(
    ("y", "name"),
    [
        (list(range(10)), "y"),
        (np.arange(10), "y"),
        (np.arange(10)[:, None], "y"),
        (range(10), "y"),
        (FRAME["price"], "price"),
        (FRAME[["price"]], "price"),
        (FRAME["price"].rename(7), "7"),
        (pl.Series("price", range(10)), "price"),
        (pl.Series(range(10)), "y"),
        (pa.array(range(10)), "y"),
    ],
)
def test_the_target_may_come_by_itself_and_bring_its_name(y, name):
    read = read_rows(X, y, Selection())

    assert read.target == name
    assert read.table.column_names == ["carat", "cut", name]
    assert read.table[name].to_pylist() == list(range(10))


def test_a_target_is_matched_by_place_and_not_by_index():
    shuffled = FRAME.sample(frac=1, random_state=0)

    table = read_rows(shuffled.drop(columns="price"), shuffled["price"], Selection()).table

    assert [2 * carat for carat in table["carat"].to_pylist()] == table["price"].to_pylist()


def test_a_target_without_a_name_gets_one_that_is_free():
    assert read_rows(X.rename(columns={"cut": "y"}), [0] * 10, Selection()).target == "y_"


@pytest.mark.parametrize(("y", "target"), [(FRAME["price"], None), (range(10), "price")])
def test_a_target_that_is_a_column_of_x_too_is_refused(y, target):
    assert refusal(FRAME, y, target=target) == (
        "the target is given twice:\n  price: is a column of x too: drop it there, or leave out y"
    )


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ("price", "y is the values themselves; to name a column of the data, write target='price'"),
        ([1, 2], "x has 10 rows and y has 2"),
        (FRAME, "y is one column. Received: carat, cut, price"),
        (
            iter([1]),
            "y cannot be read:\n  y: one value a row belongs here, as a list or an array. Received: list_iterator",
        ),
        (
            np.zeros((10, 2)),
            (
                "there is nothing to learn:\n  y: a target is numbers, text or booleans. "
                "Received: arrays of shape (2,) (one-hot labels become class numbers by argmax)"
            ),
        ),
    ],
)
def test_a_target_that_is_no_column_of_values_is_refused(y, message):
    assert refusal(X, y, target=None) == message


def test_without_a_target_its_name_is_asked_for():
    assert refusal(target=None) == (
        "name the target: fit(data, target=...), or fit(x, y) with its values. Columns: carat, cut, price"
    )


def test_a_target_that_is_not_there_gets_the_nearest_name():
    assert refusal(target="prize", kind=ColumnError) == (
        "the data has no target:\n  prize: no column has this name. Did you mean 'price'? Columns: carat, cut, price"
    )


def test_columns_and_drop_select_and_the_target_stays():
    assert prepare(columns=["cut", "cut"]).train.column_names == ["cut", "price"]
    assert prepare(drop=["cut"]).train.column_names == ["carat", "price"]


def test_all_named_columns_that_are_not_there_are_told_at_once():
    assert refusal(columns=["carat", "cutt"], drop=["weight"], kind=ColumnError) == "\n".join(
        [
            "the data lacks columns that were named (it has: carat, cut, price):",
            "  cutt: is not there. Did you mean 'cut'?",
            "  weight: is not there.",
        ]
    )


def test_one_text_where_a_list_of_names_belongs_is_refused():
    assert refusal(columns="cut", drop="carat") == "\n".join(
        [
            "the columns are not named rightly:",
            "  columns: a list of names belongs here. Received: 'cut'",
            "  drop: a list of names belongs here. Received: 'carat'",
        ]
    )


def test_a_list_that_names_no_column_is_refused():
    assert refusal(columns=[]) == (
        "the columns are not named rightly:\n  columns: a list of names belongs here. Received: []"
    )


def test_a_target_that_is_named_by_no_text_is_refused():
    assert refusal(target=2) == (
        "the columns are not named rightly:\n  target: the name of a column belongs here, as text. Received: 2"
    )


def test_columns_may_be_the_index_of_a_frame():
    assert prepare(columns=X.columns).train.column_names == ["carat", "cut", "price"]


@pytest.mark.parametrize("content", ["0.5,Good,326\n0.6,Fair,327\n", "1,1,2\n3,4,5\n", "0.5,Good,326\n"])
def test_a_file_that_seems_to_lack_its_header_is_said_to(file, content):
    path = file("d.csv", content)

    first = content.splitlines()[0].replace(",", ", ")
    assert refusal(path, kind=ColumnError) == (
        f"{path} seems to have no header line: name all its columns in order (columns=[...], --columns a,b,c):\n"
        f"  price: is not in its first line: {first}"
    )


def test_a_header_without_the_target_is_not_taken_for_data(file):
    assert refusal(file("d.csv", "carat,cut\n0.5,Good\n"), kind=ColumnError) == (
        "the data has no target:\n  price: no column has this name. Columns: carat, cut"
    )


def test_the_file_rows_came_from_is_kept(file):
    path = file("d.csv", "carat,price\n1,2\n2,3\n")

    assert prepare(path).provenance.data == str(path)
    assert prepare(FRAME).provenance.data is None


def test_row_numbers_are_told_as_such_also_where_rows_are_held_back():
    noise = np.random.default_rng(0).normal(size=(2, 400))
    table = pa.table({"stone": np.arange(400), "size": noise[0], "price": noise[1]})

    for validation in (None, 0.3, "time:size"):
        _, left_out = prepare(table, validation=validation).infer_schema()
        assert left_out == ["left out 'stone': row numbers: whole numbers, all different, one after the other"]


TEXTS = {"sold": ["01/02/2024", "2024-02-01", None, "2024-02-02 12:00"] * 20, "price": range(80)}
SOLD = Schema(columns=(DatetimeColumn(name="sold", dtype="string"),))


def test_texts_that_are_no_dates_count_as_missing_with_a_line():
    rows = prepare(pa.table(TEXTS), schema=SOLD)

    assert rows.fit_encoder(SOLD)[1] == ["20 of 60 texts in 'sold' are no dates in ISO 8601: they count as missing"]


def test_a_column_of_dates_of_which_no_text_is_one_is_refused():
    rows = prepare(pa.table({**TEXTS, "sold": ["01/02/2024", None] * 40}), schema=SOLD)

    with pytest.raises(DataError) as caught:
        rows.fit_encoder(SOLD)
    assert str(caught.value) == (
        "the data does not fit the schema:\n  sold: none of its 40 texts is a date in ISO 8601, such as 2024-02-29 "
        "14:05. Write them so, or read the column as another kind"
    )
