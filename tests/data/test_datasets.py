"""The data sets that come along."""

import hashlib

import numpy as np
import pyarrow as pa
import pytest
from modelzoo_registry import DataError

from modelzoo import datasets
from modelzoo.data.files import read


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


def images_of(digits):
    return digits["image"].combine_chunks().to_numpy_ndarray()


def test_digits_have_their_rows_columns_and_types():
    digits = datasets.load("digits")

    assert digits.num_rows == 1_797
    assert {field.name: field.type for field in digits.schema} == {
        "image": pa.fixed_shape_tensor(pa.uint8(), (8, 8)),
        "digit": pa.int64(),
    }
    assert sum(column.null_count for column in digits.columns) == 0


def test_digits_are_images_of_counts_from_0_to_16():
    images = images_of(datasets.load("digits"))

    assert (images.shape, images.dtype, images.min(), images.max()) == ((1_797, 8, 8), np.uint8, 0, 16)


def test_the_first_digit_is_a_0():
    digits = datasets.load("digits")

    assert digits["digit"][0].as_py() == 0
    assert images_of(digits)[0].tolist() == [
        [0, 0, 5, 13, 9, 1, 0, 0],
        [0, 0, 13, 15, 10, 15, 5, 0],
        [0, 3, 15, 2, 0, 11, 8, 0],
        [0, 4, 12, 0, 0, 8, 8, 0],
        [0, 5, 8, 0, 0, 9, 8, 0],
        [0, 4, 11, 0, 1, 12, 7, 0],
        [0, 2, 14, 5, 10, 12, 0, 0],
        [0, 0, 6, 13, 10, 0, 0, 0],
    ]


def test_each_digit_occurs_as_often_as_its_description_tells():
    counts = np.bincount(datasets.load("digits")["digit"].to_numpy())

    assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_every_value_of_the_digits_is_that_of_their_source():
    digits = datasets.load("digits")
    lines = np.column_stack([images_of(digits).reshape(-1, 64), digits["digit"].to_numpy()]).tolist()
    source = "".join(",".join(map(str, line)) + "\n" for line in lines)

    described = datasets.path("digits").with_name("DIGITS.md").read_text(encoding="utf-8")
    assert f"`{hashlib.sha256(source.encode()).hexdigest()}`" in described


def test_digits_are_read_where_pandas_is_not_installed(outside):
    (outside.folder / "pandas.py").write_text("raise ModuleNotFoundError('No module named pandas')")

    assert outside.answer(
        """
        import json, sys
        from modelzoo import datasets
        images = datasets.load("digits")["image"].combine_chunks().to_numpy_ndarray()
        print(json.dumps([images.shape, str(images.dtype), int(images.sum()), "pandas" in sys.modules]))
        """
    ) == [[1_797, 8, 8], "uint8", 561_718, False]  # fmt: skip


def test_an_unknown_name_gets_the_one_that_was_meant():
    with pytest.raises(DataError) as caught:
        datasets.load("diamond")

    assert str(caught.value) == "no data set is called 'diamond'. Did you mean 'diamonds'? Data sets: diamonds, digits"


@pytest.mark.parametrize("name", ["diamonds", "digits"])
def test_the_file_can_be_named(name):
    assert datasets.path(name).name == f"{name}.parquet"
    assert read(datasets.path(name)).equals(datasets.load(name))
