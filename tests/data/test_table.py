"""Whatever people hold rows in becomes one Arrow table, or is refused with what would be accepted."""

from datetime import date

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from modelzoo_registry import DataError

from modelzoo import datasets
from modelzoo.data import to_table

ACCEPTED = (
    "a pandas or polars frame, a pyarrow Table, a dict of arrays, a NumPy array or a tensor, a list of several, "
    "a list of row dicts or of lists of numbers, one row as a dict of single values, a tf.data.Dataset, PyDataset or "
    "generator of batches, or a path to CSV, Parquet or JSON Lines files: one, a folder or a pattern"
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


@pytest.mark.parametrize("form", [pd.DataFrame, lambda columns: {"a": pd.Series(columns["a"], dtype=object)}])
def test_text_of_a_frame_that_is_no_utf8_is_refused(form):
    assert refusal(form({"a": pd.Series(["x", "\ud800"], dtype=object)})) == (
        "columns cannot be read:\n  a: text must be UTF-8. Received: '\\ud800'"
    )


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


class Tensor:
    """An array of another library, of which only NumPy's protocol is known."""

    def __init__(self, values):
        self.values = np.asarray(values)
        self.shape = self.values.shape

    def __array__(self, dtype=None, copy=None):
        return self.values


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (Tensor([[1.0, 2.0], [3.0, 4.0]]), [[1, 2], [3, 4]]),
        (Tensor([1, 2]), [[1], [2]]),
        (Tensor([b"a", b"b"]), ["a", "b"]),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.array(["a", None], object), ["a", None]),
        (np.ma.array([1, 2], mask=[False, True]), [[1.0], [pytest.approx(np.nan, nan_ok=True)]]),
        ([[1, 2], [3, 4]], [[1, 2], [3, 4]]),
        (((1, 2.5), (3, 4)), [[1, 2.5], [3, 4]]),
        ([[[1, 2]], [[3, 4]]], [[1, 2], [3, 4]]),
        ([np.array([[1, 2], [3, 4]])], [[1, 2], [3, 4]]),
        ((Tensor([1, 2]),), [[1], [2]]),
    ],
)
def test_whatever_is_an_array_makes_the_column_of_an_array(data, expected):
    assert to_table(data).to_pydict() == {"x": expected}


@pytest.mark.parametrize("form", [list, tuple])
def test_several_arrays_are_columns_by_their_places(form):
    table = to_table(form([np.array([1, 2]), Tensor([[0.5, 1], [2, 3]]), np.array(["a", "b"])]))

    assert table.to_pydict() == {"x_0": [1, 2], "x_1": [[0.5, 1], [2, 3]], "x_2": ["a", "b"]}


def test_several_arrays_of_different_lengths_are_refused_with_all_lengths():
    assert refusal([np.zeros((2, 3)), np.zeros((3, 3))]) == (
        "the columns differ in length:\n  x_0: 2 rows\n  x_1: 3 rows"
    )


@pytest.mark.parametrize("form", [np.asarray, lambda array: array.view(np.recarray)])
def test_the_fields_of_a_structured_array_are_columns(form):
    array = form(
        np.array(
            [(1, 0.5, (1, 2), b"a", "é", None, True, "2020-01-01"), (2, np.nan, (3, 4), b"", "", "x", False, "NaT")],
            [
                *(("i", ">i2"), ("f", np.float32), ("v", np.uint8, (2,)), ("b", "S3"), ("u", "U2"), ("o", object)),
                *(("l", bool), ("d", "M8[D]")),
            ],
        )
    )

    table = to_table(array)

    assert table.to_pylist() == [
        {"i": 1, "f": 0.5, "v": [1, 2], "b": "a", "u": "é", "o": None, "l": True, "d": date(2020, 1, 1)},
        {"i": 2, "f": None, "v": [3, 4], "b": "", "u": "", "o": "x", "l": False, "d": None},
    ]
    assert tuple(table.schema.field("v").type.shape) == (2,)


def test_masked_values_of_a_structured_array_are_missing():
    array = np.ma.array([(1, 2.0), (3, 4.0)], [("a", int), ("b", float)], mask=[(False, True), (True, False)])

    assert to_table(array).to_pydict() == {"a": [1, None], "b": [None, 4]}


FIELDS = "one value a row belongs here. Received: dtype [('c', '<i8')]. Give each of its fields as a column of its own"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            np.zeros(2, [("a", int), ("b", [("c", int)])]),
            f"columns cannot be read:\n  b: {FIELDS}",
        ),
        (np.zeros(0, [("a", int)]), "the ndarray holds no rows"),
        (np.zeros(2, []), "the ndarray holds no rows"),
        (np.array(3.0), "one value is no rows: an array of rows has the shape (n, ...). Received: float64"),
        (Tensor(3), "one value is no rows: an array of rows has the shape (n, ...). Received: int64"),
        ([[1, 2], [3]], "the lists differ in length: every row has as many numbers as the others"),
        ([[], []], "columns cannot be read:\n  x: the array holds no numbers"),
        (pl.LazyFrame(COLUMNS), "cannot read rows from polars.lazyframe.frame.LazyFrame: call .collect() on it first"),
    ],
)
def test_arrays_and_queries_that_hold_no_rows_are_refused_with_what_to_do(data, message):
    assert refusal(data) == message


@pytest.mark.parametrize(
    ("data", "name"), [(COLUMNS, "the dict"), ([COLUMNS], "the list"), ("d.csv", "d.csv"), (None, "the NoneType")]
)
def test_steps_are_refused_for_data_that_does_not_come_in_batches(data, name):
    with pytest.raises(DataError) as caught:
        to_table(data, steps=2)

    assert str(caught.value) == f"steps counts batches, and {name} does not come in batches: leave steps out"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ([{"a": 1}, 3], "builtins.list"),
        ([1, 2], "builtins.list"),
        ([[1, 2], np.zeros(2)], "builtins.list"),
        ((pd.DataFrame(COLUMNS), pd.DataFrame(COLUMNS)), "builtins.tuple"),
        ((pa.record_batch(COLUMNS), pl.Series([1])), "builtins.tuple"),
        ((pd.DataFrame(COLUMNS), np.zeros(3)), "builtins.tuple"),
        (pd.Series([1]), "pandas.Series"),
        (pl.Series([1]), "polars.series.series.Series"),
        (pa.array([1]), "pyarrow.lib.Int64Array"),
        (None, "builtins.NoneType"),
        (3, "builtins.int"),
        (b"diamonds.csv", "builtins.bytes"),
        (np.float64(3), "numpy.float64"),
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
        "  x: an array column holds numbers, of one shape in every row. Received: dtype <U1, shape (1, 2). "
        "Text is one value a row, (n,); columns of different types belong in a frame, or in a dict by name"
    )


@pytest.mark.parametrize(("shape", "what"), [((0, 3), "rows"), ((3, 0), "numbers")])
def test_an_empty_array_is_refused(shape, what):
    assert refusal(np.zeros(shape)) == f"columns cannot be read:\n  x: the array holds no {what}"


def test_a_dict_of_single_values_is_a_table_of_one_row():
    table = to_table({"a": 1, "b": "x", "c": None, "d": np.float32(0.5)})

    assert table.to_pylist() == [{"a": 1, "b": "x", "c": None, "d": 0.5}]
