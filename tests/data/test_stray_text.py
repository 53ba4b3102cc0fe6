"""One bad value makes a reader take a column of numbers for text: that is noticed, with the row as it was given."""

import numpy as np
import pandas as pd
import pytest
from modelzoo_registry import DataError

from modelzoo.columns import Schema
from modelzoo.training.reading import Selection
from modelzoo.training.rows import prepare_rows

SIZES = [str(value) for value in range(60)]
SCHEMA = Schema.model_validate({"columns": [{"kind": "numeric", "name": "size"}, {"kind": "numeric", "name": "age"}]})


def frame(**columns):
    return pd.DataFrame({"size": SIZES, "age": range(60), "price": range(60)} | columns)


def refusal(data, **selection):
    with pytest.raises(DataError) as caught:
        prepare_rows(data, None, Selection("price", **selection), 0.5, 0)
    return str(caught.value)


def test_text_among_numbers_is_told_in_all_columns_at_once_with_row_and_value():
    sizes, prices = list(SIZES), list(SIZES)
    sizes[16], prices[3], prices[9] = "abc", "n.a.", "?"
    prices[0] = None

    assert refusal(frame(size=sizes, price=prices)) == (
        "the data cannot be used:\n"
        "  price: a number belongs here. Received: row 4: 'n.a.', and 1 more. Mend or empty these values, or give the "
        "task multiclass\n"
        "  size: a number belongs here. Received: row 17: 'abc'. Mend or empty these values, or leave out the column "
        "(drop=['size'], --drop size)"
    )


def test_rows_without_a_target_do_not_move_the_numbers_of_rows():
    sizes = list(SIZES)
    sizes[16] = "abc"

    assert "row 17: 'abc'" in refusal(frame(size=sizes, price=[None] * 10 + list(range(50))))


def test_a_schema_decides_what_belongs_in_a_column():
    sizes = list(SIZES)
    sizes[16] = "abc"

    assert refusal(frame(size=sizes, age=["old"] * 60), schema=SCHEMA) == (
        "the data cannot be used:\n"
        "  size: a number belongs here. Received: row 17: 'abc'. Read by columns.0 (size)\n"
        "  age: a number belongs here. Received: row 1: 'old', row 2: 'old', row 3: 'old', and more. "
        "Read by columns.1 (age)"
    )


def test_a_number_that_is_not_whole_is_told_by_its_row_before_rows_are_split_off():
    schema = Schema.model_validate({"columns": [{"kind": "categorical", "dtype": "integer", "name": "age"}]})
    ages = [*range(16), 16.5, *range(17, 60)]

    assert refusal(frame(age=ages, price=[None] * 10 + list(range(50))), schema=schema) == (
        "the data cannot be used:\n  age: a whole number belongs here. Received: row 17: 16.5. Read by columns.0 (age)"
    )


def test_the_task_decides_what_belongs_in_the_target():
    prices = list(SIZES)
    prices[16] = "abc"

    assert refusal(frame(price=prices), task="regression") == (
        "the data cannot be used:\n  price: a number belongs here. Received: row 17: 'abc'"
    )


@pytest.mark.parametrize(
    "sizes",
    [
        SIZES,
        [*SIZES[:52], *"abcdefgh"],
        ["1", "2", "x"] * 20,
        ["", *SIZES[1:]],
    ],
    ids=["all numbers", "too many words", "few values", "a missing one"],
)
def test_codes_and_words_stay_text(sizes):
    rows = prepare_rows(frame(size=sizes), None, Selection("price"), None, 0)

    assert rows.train["size"].to_pylist() == sizes


def test_a_class_that_only_validation_rows_have_is_one_of_the_classes():
    labels = ["rare", *["often", "seldom"] * 30][:60]
    day = [90, *range(59)]

    rows = prepare_rows(frame(price=labels, day=day), None, Selection("price"), "time:day", 0)

    assert "rare" not in rows.train["price"].to_pylist()
    assert rows.target.labels == ("often", "rare", "seldom")


def test_a_number_is_scaled_by_the_training_rows_alone():
    rows = prepare_rows(frame(), None, Selection("price"), 0.5, 0)
    kept = rows.train["price"].to_numpy()

    assert (rows.target.center, rows.target.spread) == pytest.approx((np.mean(kept), np.std(kept)))


def test_an_identifier_is_no_class():
    names = [f"stone {number}" for number in range(60)]

    assert refusal(frame(price=names)) == (
        "there is nothing to learn:\n  price: has 60 values in 60 rows: an identifier or free text, no classes"
    )
