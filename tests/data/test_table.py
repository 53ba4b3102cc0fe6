"""Whatever people hold rows in becomes one Arrow table, or is refused with what would be accepted."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from modelzoo_registry import DataError

from modelzoo import datasets
from modelzoo.data import to_table

ACCEPTED = (
    "a pandas or polars frame, a pyarrow Table, a dict of arrays, a NumPy array, a list of row dicts, "
    "or a path to a CSV, Parquet or JSON Lines file"
)
ROWS = [{"a": 1, "b": "x"}, {"a": 2, "b": None}, {"a": 3, "b": "é"}]
COLUMNS = {"a": [1, 2, 3], "b": ["x", None, "é"]}


def refusal(data):
    with pytest.raises(DataError) as caught:
        to_table(data)
    return str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        pd.DataFrame(COLUMNS),
        pd.DataFrame(COLUMNS).convert_dtypes(),
        pd.DataFrame(COLUMNS).astype({"b": "category"}),
        pd.DataFrame(COLUMNS).astype(object),
        pl.DataFrame(COLUMNS),
        pl.DataFrame(COLUMNS).with_columns(pl.col("b").cast(pl.Categorical)),
        pa.table(COLUMNS),
        pa.record_batch(COLUMNS),
        pa.table(COLUMNS).to_reader(),
        COLUMNS,
        {"a": np.array([1, 2, 3]), "b": ("x", None, "é")},
        {"a": range(1, 4), "b": np.array([b"x", None, "é".encode()], object)},
        {"a": pd.Series([1, 2, 3], index=[7, 8, 9]), "b": pl.Series(["x", None, "é"])},
        {"a": pa.array([1, 2, 3]), "b": pa.chunked_array([["x", None], ["é"]])},
        ROWS,
        tuple(ROWS),
        [{"a": 1, "b": "x"}, {"a": 2}, {"b": "é", "a": 3}],
    ],
)
def test_the_same_rows_in_any_form_make_the_same_table(data):
    assert to_table(data).to_pylist() == ROWS


def test_all_columns_can_be_filtered_and_taken_from_whatever_the_frame_keeps_text_in():
    frame = pl.DataFrame(
        {"text": ["a", "b"], "category": ["a", "b"], "bytes": [b"a", b"b"]},
        schema_overrides={"category": pl.Categorical},
    )

    table = to_table(frame)

    assert table.take([1]).to_pylist() == table.filter([False, True]).to_pylist()
    assert table.take([1]).to_pylist() == [{"text": "b", "category": "b", "bytes": b"b"}]


def test_the_index_a_split_leaves_is_no_column():
    frame = datasets.load("diamonds").slice(0, 100).to_pandas()

    kept = to_table(frame.sample(frac=0.5, random_state=0))

    assert kept.column_names == list(frame.columns)
    assert to_table(frame.set_index("cut")).column_names == [name for name in frame.columns if name != "cut"]
    assert to_table(pa.Table.from_pandas(frame.iloc[[5, 7]])).column_names == list(frame.columns)


def test_a_pandas_column_of_mixed_types_becomes_text_and_the_others_stay():
    frame = pd.DataFrame(
        {"mixed": [1, "x", 2.5, None, pd.NA, float("nan"), b"y", True], "n": range(8)}, index=range(3, 11)
    )

    table = to_table(frame)

    assert table["mixed"].to_pylist() == ["1", "x", "2.5", None, None, None, "y", "True"]
    assert table["n"].to_pylist() == list(range(8))


def test_nullable_columns_keep_their_types():
    frame = pd.DataFrame(
        {
            "i": pd.array([1, None], dtype="Int64"),
            "f": pd.array([1.5, None], dtype="Float64"),
            "b": pd.array([True, None], dtype="boolean"),
        }
    )

    table = to_table(frame)

    assert table.schema.types == [pa.int64(), pa.float64(), pa.bool_()]
    assert table.to_pylist()[1] == {"i": None, "f": None, "b": None}


def test_sparse_columns_become_dense():
    assert to_table(pd.DataFrame({"s": pd.arrays.SparseArray([0, 0, 1])}))["s"].to_pylist() == [0, 0, 1]


def test_names_that_are_no_text_become_text():
    assert to_table(pd.DataFrame(np.eye(2))).column_names == ["0", "1"]
    assert to_table(pd.DataFrame(np.eye(2), columns=["a", 1])).column_names == ["a", "1"]
    assert to_table({5: [1]}).column_names == ["5"]


@pytest.mark.parametrize(
    ("array", "shape"), [(np.zeros(3), (1,)), (np.zeros((3, 4)), (4,)), (np.zeros((3, 2, 2), np.uint8), (2, 2))]
)
def test_a_bare_array_makes_one_column_of_arrays(array, shape):
    table = to_table(array)

    assert table.column_names == ["x"]
    assert tuple(table.schema.field("x").type.shape) == shape
    np.testing.assert_array_equal(table["x"].combine_chunks().to_numpy_ndarray(), array.reshape(3, *shape))


def test_an_array_of_one_column_or_one_row_may_lie_in_any_order_in_memory():
    array = np.asfortranarray(np.arange(6.0).reshape(3, 2))

    assert to_table(array[:, :1])["x"].to_pylist() == [[0.0], [2.0], [4.0]]
    assert to_table(array[:1])["x"].to_pylist() == [[0.0, 1.0]]
    assert to_table(array.T.reshape(2, 3, 1)[:1])["x"].combine_chunks().to_numpy_ndarray().shape == (1, 3, 1)


def test_arrays_and_single_values_can_stand_side_by_side():
    table = to_table({"image": np.zeros((2, 3, 3)), "label": [0, 1], "vector": [[1, 2], [3, 4]]})

    assert [tuple(table.schema.field(name).type.shape) for name in ("image", "vector")] == [(3, 3), (2,)]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ((row for row in ROWS), "builtins.generator"),
        (iter(ROWS), "builtins.list_iterator"),
        ([[1, 2], [3, 4]], "builtins.list"),
        ([{"a": 1}, 3], "builtins.list"),
        (pd.Series([1]), "pandas.Series"),
        (pl.Series([1]), "polars.series.series.Series"),
        (pl.LazyFrame(COLUMNS), "polars.lazyframe.frame.LazyFrame"),
        (pa.array([1]), "pyarrow.lib.Int64Array"),
        (None, "builtins.NoneType"),
        (3, "builtins.int"),
        (b"diamonds.csv", "builtins.bytes"),
        (dict, "builtins.type"),
    ],
)
def test_anything_else_is_refused_with_what_is_accepted(data, name):
    assert refusal(data) == f"cannot read rows from {name}: give {ACCEPTED}"


REPEATED = "column names repeat:\n  a: stands there more than once; rename or drop one"


@pytest.mark.parametrize(
    "data",
    [
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame([[1, "x"], ["y", 2]], columns=["a", "a"]),
        pa.table([[1], [2]], names=["a", "a"]),
    ],
)
def test_repeated_names_are_refused(data):
    assert refusal(data) == REPEATED


@pytest.mark.parametrize("data", [{1: [1], "1": [2]}, [{1: 1}, {"1": 2}], pd.DataFrame([[1, 2]], columns=[1, "1"])])
def test_names_that_repeat_once_they_are_text_are_refused(data):
    assert refusal(data) == REPEATED.replace("a:", "1:")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pd.DataFrame({"a": []}), "the DataFrame holds no rows"),
        (pl.DataFrame(), "the DataFrame holds no rows"),
        (pa.table({"a": pa.array([], pa.int64())}), "the Table holds no rows"),
        ({}, "the dict holds no rows"),
        ({"a": []}, "the dict holds no rows"),
        ([], "the list holds no rows"),
    ],
)
def test_a_table_without_rows_is_refused(data, message):
    assert refusal(data) == message


def test_columns_of_different_lengths_are_refused_with_all_lengths():
    assert refusal({"a": [1, 2], "b": [1]}) == "the columns differ in length:\n  a: 2 rows\n  b: 1 rows"


def test_all_columns_that_cannot_be_read_are_told_at_once():
    data = {"a": 1, "b": "text", "c": {1, 2}, "d": None, "e": [b"\xff"], "f": ["x", [1]], "g": ["\ud800"], "h": [1]}

    assert refusal(data) == "\n".join(
        [
            "columns cannot be read:",
            "  a: one value a row belongs here, as a list or an array. Received: int",
            "  b: one value a row belongs here, as a list or an array. Received: str",
            "  c: one value a row belongs here, as a list or an array. Received: set",
            "  d: one value a row belongs here, as a list or an array. Received: NoneType",
            "  e: bytes must be text in UTF-8",
            "  f: one value a row belongs here. Received: list among single values",
            r"  g: text must be UTF-8. Received: '\ud800'",
        ]
    )


def test_an_array_of_text_is_refused_with_where_it_belongs():
    assert refusal(np.array([["a", "b"]])) == (
        "columns cannot be read:\n"
        "  x: an array column holds numbers, of one shape in every row. Received: dtype <U1. "
        "Columns of different types belong in a frame, or in a dict by name"
    )


@pytest.mark.parametrize(("shape", "what"), [((0, 3), "rows"), ((3, 0), "numbers")])
def test_an_empty_array_is_refused(shape, what):
    assert refusal(np.zeros(shape)) == f"columns cannot be read:\n  x: the array holds no {what}"
