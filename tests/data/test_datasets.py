"""The data sets that come along."""

import pyarrow as pa
import pytest
from modelzoo_registry import DataError

from modelzoo import datasets


def test_diamonds_have_their_rows_columns_and_types():
    diamonds = datasets.load("diamonds")

    assert diamonds.num_rows == 53_940
    assert {field.name: field.type for field in diamonds.schema} == {
        "carat": pa.float64(),
        "cut": pa.large_string(),
        "color": pa.large_string(),
        "clarity": pa.large_string(),
        "depth": pa.float64(),
        "table": pa.float64(),
        "price": pa.int64(),
        "x": pa.float64(),
        "y": pa.float64(),
        "z": pa.float64(),
    }
    assert sum(column.null_count for column in diamonds.columns) == 0


def test_diamonds_are_those_their_description_tells_of():
    diamonds = datasets.load("diamonds")

    assert set(diamonds["cut"].unique().to_pylist()) == {"Fair", "Good", "Very Good", "Premium", "Ideal"}
    assert (min(diamonds["price"].to_pylist()), max(diamonds["price"].to_pylist())) == (326, 18_823)


def test_an_unknown_name_gets_the_one_that_was_meant():
    with pytest.raises(DataError) as caught:
        datasets.load("diamond")

    assert str(caught.value) == "no data set is called 'diamond'. Did you mean 'diamonds'? Data sets: diamonds"


def test_the_file_can_be_named():
    assert datasets.path("diamonds").name == "diamonds.parquet"
