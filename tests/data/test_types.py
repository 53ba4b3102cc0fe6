"""Whatever type a frame keeps a column in, it is read as the plain one."""

from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from modelzoo.columns.raw import RawInput
from modelzoo.columns.wire import to_numpy, to_wire
from modelzoo.data import to_table

TEXTS = ["a", None, "é", ""]
NUMBERS = [1, None, 2]
DECIMALS = [Decimal("1.50"), None, Decimal("-2.25")]
BOOLEANS = [True, None, False]
ROWS = [[1, 2], [3, 4]]


def wire(data, kind, shape=()):
    """Return the only column of the data as a model reads it."""
    (column,) = to_table(data).columns
    return to_numpy(to_wire(RawInput("a", kind, shape), column)).tolist()


def assert_same(data, plain, kind, shape=()):
    np.testing.assert_equal(wire(data, kind, shape), wire({"a": plain}, kind, shape))


def series(values, kind):
    return pd.DataFrame({"a": pd.Series(values, dtype=kind)})


def arrow(values, kind):
    return series(values, pd.ArrowDtype(kind))


@pytest.mark.parametrize(
    "data",
    [
        series(TEXTS, object),
        series(["a", pd.NA, "é", ""], object),
        series(["a", np.nan, "é", ""], object),
        series(TEXTS, "str"),
        series(TEXTS, "string"),
        series(TEXTS, "string[python]"),
        series(TEXTS, "string[pyarrow]"),
        series(TEXTS, pd.StringDtype("python", np.nan)),
        series(TEXTS, "category"),
        series(TEXTS, pd.CategoricalDtype(["é", "", "z", "a"], ordered=True)),
        arrow(TEXTS, pa.string()),
        arrow(TEXTS, pa.large_string()),
        arrow(TEXTS, pa.string_view()),
        arrow(TEXTS, pa.dictionary(pa.int8(), pa.string())),
        arrow(TEXTS, pa.dictionary(pa.int32(), pa.large_string())),
        pl.DataFrame({"a": TEXTS}),
        pl.DataFrame({"a": TEXTS}, {"a": pl.Categorical}),
        pl.DataFrame({"a": TEXTS}, {"a": pl.Enum(["é", "", "z", "a"])}),
        pa.table({"a": pa.array(TEXTS, pa.large_string())}),
        pa.table({"a": pa.array(TEXTS, pa.string_view())}),
        pa.table({"a": pa.array(TEXTS, pa.dictionary(pa.int8(), pa.large_string()))}),
        pa.table({"a": pa.DictionaryArray.from_arrays(pa.array([0, 1, 2, 3]), pa.array(TEXTS))}),
        pa.table({"a": pa.RunEndEncodedArray.from_arrays([1, 2, 3, 4], TEXTS)}),
        {"a": np.array(["a", "", "é", ""], np.dtypes.StringDType())},
        {"a": np.array(TEXTS, object)},
    ],
)
def test_text_is_text(data):
    assert_same(data, TEXTS, "string")


@pytest.mark.parametrize(
    "data",
    [
        series(NUMBERS, object),
        series([1, pd.NA, 2], object),
        series(NUMBERS, "Int64"),
        series(NUMBERS, "UInt8"),
        series(NUMBERS, "Float64"),
        series(NUMBERS, "Float32"),
        series(NUMBERS, float),
        series(NUMBERS, "category"),
        series(NUMBERS, pd.SparseDtype(float)),
        *(
            arrow(NUMBERS, kind)
            for kind in (pa.int8(), pa.uint64(), pa.float16(), pa.float32(), pa.float64())
        ),
        arrow([Decimal(1), None, Decimal(2)], pa.decimal128(20, 3)),
        *(
            pl.DataFrame({"a": NUMBERS}, {"a": kind})
            for kind in (pl.UInt8, pl.Int64, pl.UInt64, pl.Int128, pl.Float32, pl.Decimal(10, 2))
        ),
        *(
            pa.table({"a": pa.array(NUMBERS, kind)})
            for kind in (pa.uint64(), pa.float16(), pa.decimal32(5, 1), pa.dictionary(pa.int8(), pa.int64()))
        ),
        {"a": np.array([1, np.nan, 2], np.float16)},
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["number", "integer"])
def test_numbers_are_numbers(data, kind):
    assert_same(data, NUMBERS, kind)


def test_whole_numbers_beyond_int64_are_numbers():
    for data in (
        series([2**64 - 1, None], "UInt64"),
        series([2**64 - 1, 2**64], object),
        {"a": series([2**64 - 1, 2**64], object)["a"]},
        pl.DataFrame({"a": [2**64 - 1, None]}, {"a": pl.UInt64}),
        pl.DataFrame({"a": [2**64 - 1, 2**100]}, {"a": pl.Int128}),
    ):
        assert wire(data, "number")[0] == 2.0**64


@pytest.mark.parametrize(
    "data",
    [
        series(DECIMALS, object),
        arrow(DECIMALS, pa.decimal128(5, 2)),
        arrow(DECIMALS, pa.decimal256(50, 2)),
        pl.DataFrame({"a": DECIMALS}),
        pa.table({"a": pa.array(DECIMALS, pa.decimal32(5, 2))}),
        pa.table({"a": pa.array(DECIMALS, pa.decimal64(12, 2))}),
    ],
)
def test_decimals_are_numbers(data):
    assert_same(data, [1.5, None, -2.25], "number")


@pytest.mark.parametrize(
    "data",
    [
        series(BOOLEANS, object),
        series([True, pd.NA, False], object),
        series(BOOLEANS, "boolean"),
        series(BOOLEANS, "category"),
        arrow(BOOLEANS, pa.bool_()),
        pl.DataFrame({"a": BOOLEANS}),
        pa.table({"a": pa.array(BOOLEANS).dictionary_encode()}),
    ],
)
def test_booleans_are_numbers(data):
    assert_same(data, BOOLEANS, "number")


@pytest.mark.parametrize(
    "data",
    [
        series(ROWS, object),
        series([np.array(row) for row in ROWS], object),
        arrow(ROWS, pa.list_(pa.float16())),
        arrow(ROWS, pa.large_list(pa.int64())),
        pl.DataFrame({"a": ROWS}),
        pl.DataFrame({"a": ROWS}, {"a": pl.Array(pl.UInt8, 2)}),
        pa.table({"a": pa.array(ROWS, pa.large_list(pa.int8()))}),
        pa.table({"a": pa.array(ROWS, pa.list_view(pa.float32()))}),
        pa.table({"a": pa.array(ROWS, pa.list_(pa.float16(), 2))}),
    ],
)
def test_lists_of_one_length_are_arrays(data):
    assert_same(data, ROWS, "array", (2,))


@pytest.mark.parametrize(
    "data",
    [
        series([[True, False], [False, True]], object),
        arrow([[True, False], [False, True]], pa.list_(pa.bool_())),
        pl.DataFrame({"a": [[True, False], [False, True]]}),
        {"a": np.array([[True, False], [False, True]])},
    ],
)
def test_lists_of_booleans_are_arrays(data):
    assert_same(data, [[1, 0], [0, 1]], "array", (2,))


def test_a_frame_may_hold_images():
    images = np.arange(12.0).reshape(3, 2, 2)
    frame = pd.DataFrame({"a": list(images), "n": [1, 2, 3], "c": pd.Series(["x", "y", "x"], dtype="category")})

    table = to_table(frame)

    assert tuple(table.schema.field("a").type.shape) == (2, 2)
    np.testing.assert_array_equal(table["a"].combine_chunks().to_numpy_ndarray(), images)
    assert table.select(["n", "c"]).to_pydict() == {"n": [1, 2, 3], "c": ["x", "y", "x"]}
