"""Batches from anything that hands them out become one table, or are refused with the batch and the column."""

import csv

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from modelzoo_registry import DataError

from modelzoo.data import to_table
from modelzoo.data.batches import collect, is_batches

ROWS = [{"a": 1, "b": "x"}, {"a": 2, "b": None}, {"a": 3, "b": "é"}]
COLUMNS = {"a": [1, 2, 3], "b": ["x", None, "é"]}


def collected(*batches, steps=None):
    return collect(iter(batches), steps)


def refusal(*batches, steps=None):
    with pytest.raises(DataError) as caught:
        collected(*batches, steps=steps)
    return str(caught.value)


class Frames:
    """Hand out frames by their place, as a Keras PyDataset does."""

    def __init__(self, count):
        self.count = count

    @property
    def num_batches(self):
        if self.count is NotImplemented:
            raise NotImplementedError
        return self.count

    def __getitem__(self, place):
        return pd.DataFrame({"a": [place]}), np.array([place])


@pytest.mark.parametrize(
    "data",
    [
        (row for row in ROWS),
        iter(ROWS),
        map(dict, ROWS),
        csv.reader(["a,b"]),
        Frames(2),
        Frames(NotImplemented),
    ],
)
def test_whatever_hands_out_its_items_one_by_one_is_batches(data):
    assert is_batches(data)


@pytest.mark.parametrize(
    "data",
    [
        [COLUMNS],
        (COLUMNS,),
        COLUMNS,
        np.zeros((2, 2)),
        np.zeros(2, [("num_batches", int), ("element_spec", int)]).view(np.recarray),
        pd.DataFrame({"element_spec": [1], "as_numpy_iterator": [1]}),
        pl.DataFrame(COLUMNS),
        pl.LazyFrame(COLUMNS),
        pa.table(COLUMNS),
        pa.table(COLUMNS).to_reader(),
        "diamonds.csv",
        None,
        Frames,
    ],
)
def test_whatever_holds_all_its_rows_is_no_batches(data):
    assert not is_batches(data)


def test_an_open_file_is_no_batches(file):
    with file("d.csv", "a\n1\n").open() as lines:
        assert not is_batches(lines)


@pytest.mark.parametrize(
    "form",
    [
        dict,
        pa.table,
        pa.record_batch,
        lambda columns: pa.table(columns).to_reader(),
        pd.DataFrame,
        lambda columns: pd.DataFrame(columns).astype({"b": "category"}),
        pl.DataFrame,
        lambda columns: pl.DataFrame(columns).with_columns(pl.col("b").cast(pl.Categorical)),
        lambda columns: (columns,),
        lambda columns: [columns],
        lambda columns: (columns, None),
        lambda columns: (columns, None, None),
        lambda columns: {"a": np.array(columns["a"]), "b": np.array([b and b.encode() for b in columns["b"]], object)},
    ],
)
def test_batches_in_any_form_make_the_same_table(form):
    cut = [form({name: values[:2] for name, values in COLUMNS.items()}), form({"a": [3], "b": ["é"]})]

    both = collect(iter(cut))

    assert both.table.to_pylist() == ROWS
    assert both.table.schema.field("a").type == pa.int64()
    assert both.target is None


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (np.array([0, 1]), [0, 1]),
        (np.array([[0], [1]]), [0, 1]),
        (np.array([[True], [False]]), [True, False]),
        (np.array([[b"no"], [b"ja"]], object), ["no", "ja"]),
        (np.ma.array([[0], [1]], mask=[[False], [True]]), [0.0, None]),
        ([0.5, None], [0.5, None]),
        ([[0], [1]], [0, 1]),
        (["no", "ja"], ["no", "ja"]),
        (pd.Series(["no", "ja"], dtype="category"), ["no", "ja"]),
        (pd.DataFrame({"t": pd.array([0, None], "Int64")}), [0, None]),
        (pl.Series([0, 1]), [0, 1]),
        (pl.DataFrame({"t": [0, 1]}), [0, 1]),
        (pa.array([0, 1]), [0, 1]),
        (pa.table({"t": [0, 1]}), [0, 1]),
    ],
)
@pytest.mark.parametrize("pair", [tuple, list])
def test_targets_come_one_value_a_row_in_any_form(pair, y, expected):
    both = collected(pair([np.zeros((2, 3)), y]), pair([np.ones((2, 3)), y]))

    assert both.table.column_names == ["x"]
    assert both.target.to_pylist() == expected * 2


def test_several_inputs_make_columns_by_their_places():
    first = (np.zeros((2, 3), np.float32), np.array([1, 2])), [0, 1]
    second = [np.ones((1, 3), np.float32), np.array([3])], [1]

    both = collected(first, second)

    assert both.table.column_names == ["x_0", "x_1"]
    assert both.table.to_pylist() == [
        {"x_0": [0, 0, 0], "x_1": 1},
        {"x_0": [0, 0, 0], "x_1": 2},
        {"x_0": [1, 1, 1], "x_1": 3},
    ]
    assert both.target.to_pylist() == [0, 1, 1]


def test_a_generator_may_fill_the_same_arrays_again():
    def batches():
        image, number, target = np.zeros((1, 2, 2)), np.zeros(1), np.zeros(1)
        for place in range(3):
            image[:], number[:], target[:] = place, place, place
            yield {"image": image, "number": number}, target

    both = collect(batches())

    assert both.table["image"].to_pylist() == [[0.0] * 4, [1.0] * 4, [2.0] * 4]
    assert both.table["number"].to_pylist() == both.target.to_pylist() == [0.0, 1.0, 2.0]


def test_the_columns_may_come_in_any_order():
    assert collected({"a": [1], "b": ["x"]}, {"b": ["y"], "a": [2]}).table.to_pydict() == {"a": [1, 2], "b": ["x", "y"]}


def category(*values):
    return pd.Series(values, dtype="category")


@pytest.mark.parametrize(
    ("parts", "kind", "expected"),
    [
        ([[1], [2.5]], pa.float64(), [1.0, 2.5]),
        ([[2.5], [1]], pa.float64(), [2.5, 1.0]),
        ([[2**53 + 1], [0.5]], pa.float64(), [2.0**53, 0.5]),
        ([np.array([1], np.uint8), np.array([-1], np.int8)], pa.int16(), [1, -1]),
        ([np.array([2**64 - 1], np.uint64), np.array([-1])], pa.float64(), [2.0**64, -1.0]),
        ([np.array([1], np.uint8), np.array([0.5], np.float16)], pa.float16(), [1.0, 0.5]),
        ([pa.array([1]).cast(pa.decimal128(20)), [0.5]], pa.float64(), [1.0, 0.5]),
        ([[None], ["x"], [None]], pa.string(), [None, "x", None]),
        ([[None], [1]], pa.int64(), [None, 1]),
        ([[None], [True]], pa.bool_(), [None, True]),
        ([[None], [None]], pa.null(), [None, None]),
        ([["x"], pl.Series(["y"])], pa.large_string(), ["x", "y"]),
        ([pa.array([b"x"]), ["y"]], pa.binary(), [b"x", b"y"]),
        ([category("a", "b"), category("c"), category("b", None)], pa.large_string(), ["a", "b", "c", "b", None]),
        ([category("a"), ["b"]], pa.large_string(), ["a", "b"]),
        ([category(1, 2), category(1.5)], pa.float64(), [1.0, 2.0, 1.5]),
        ([pd.Series([], dtype=object), [1]], pa.int64(), [1]),
        ([pa.array([[1], None]), pa.array([[0.5, 2]])], pa.list_(pa.float64()), [[1.0], None, [0.5, 2.0]]),
        ([pa.array([1], pa.timestamp("s")), pa.array([1], pa.timestamp("ms"))], pa.timestamp("ms"), None),
    ],
)
def test_columns_whose_types_differ_a_little_join(parts, kind, expected):
    batches = [{"a": part, "n": np.zeros(len(part))} for part in parts if len(part)]

    column = collect(iter(batches)).table["a"]

    assert column.type == kind
    assert expected is None or column.to_pylist() == expected


def test_arrays_of_other_numbers_and_missing_ones_join():
    whole, half = np.array([[1, 2]], np.uint8), np.array([[0.5, 2]], np.float32)

    column = collected({"a": whole}, {"a": [None]}, {"a": half}).table["a"]

    assert column.type == pa.fixed_shape_tensor(pa.float32(), (2,))
    assert column.to_pylist() == [[1, 2], None, [0.5, 2]]


def test_a_column_is_one_piece_however_many_batches_there_were():
    table = collect({"a": [place], "x": np.zeros((1, 2))} for place in range(100)).table

    assert [column.num_chunks for column in table.columns] == [1, 1]
    assert table["a"].to_pylist() == list(range(100))


cells = {
    "float": st.floats(width=32),
    "integer": st.integers(-(2**31), 2**31 - 1),
    "number": st.none() | st.integers(-1000, 1000) | st.floats(),
    "text": st.none() | st.sampled_from(["", "a", "é", "\0"]) | st.text(max_size=3),
    "boolean": st.none() | st.booleans(),
}


@st.composite
def columns_and_sizes(draw):
    """Draw columns of a few rows, and the sizes of the batches they are cut into."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=5))
    rows = sum(sizes)
    columns = {}
    for name in draw(st.lists(st.sampled_from([*cells, "array", "category"]), unique=True, min_size=1)):
        if name == "array":
            shape = (rows, *draw(st.sampled_from([(1,), (2,), (2, 3)])))
            drawn = draw(st.lists(cells["float"], min_size=int(np.prod(shape)), max_size=int(np.prod(shape))))
            columns[name] = np.array(drawn, np.float32).reshape(shape)
        elif name == "category":
            columns[name] = pd.Series(draw(st.lists(st.sampled_from("abc"), min_size=rows, max_size=rows)))
        else:
            columns[name] = draw(st.lists(cells[name], min_size=rows, max_size=rows))
    return columns, sizes


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=columns_and_sizes(), with_target=st.booleans())
def test_cutting_a_table_into_batches_and_collecting_them_gives_the_table_back(drawn, with_target):
    columns, sizes = drawn
    ends = np.cumsum(sizes)

    def batches():
        for end, size in zip(ends, sizes, strict=True):
            cut = {name: values[end - size : end] for name, values in columns.items()}
            if "category" in cut:
                cut["category"] = cut["category"].astype("category")
            yield (cut, list(range(end - size, end))) if with_target else cut

    both, whole = collect(batches()), to_table(columns)

    assert both.table.schema == whole.schema
    assert repr(both.table.to_pylist()) == repr(whole.to_pylist())
    assert both.target is None or both.target.to_pylist() == list(range(ends[-1]))


def test_of_a_generator_not_one_batch_more_than_the_steps_is_taken():
    batches = ({"a": [place]} for place in range(5))

    assert collect(batches, 2).table["a"].to_pylist() == [0, 1]
    assert next(batches) == {"a": [2]}
    assert collect(batches, 2).table["a"].to_pylist() == [3, 4]


def test_a_generator_without_end_is_read_for_its_steps():
    assert collect(iter(lambda: {"a": [1]}, None), np.int64(3)).table.num_rows == 3


def test_batches_by_their_places_are_read_in_order():
    both = collect(Frames(3))

    assert both.table["a"].to_pylist() == both.target.to_pylist() == [0, 1, 2]
    assert collect(Frames(3), 2).table["a"].to_pylist() == [0, 1]
    assert collect(Frames(None), 2).table["a"].to_pylist() == [0, 1]


@pytest.mark.parametrize("count", [None, NotImplemented])
def test_what_does_not_end_is_refused_without_steps(count):
    with pytest.raises(DataError) as caught:
        collect(Frames(count))

    assert str(caught.value) == "the Frames does not end: give steps=..., the number of batches to read"


def test_too_few_batches_are_refused_with_how_many_there_were():
    with pytest.raises(DataError) as caught:
        collect(({"a": [place]} for place in range(3)), 5)

    assert str(caught.value) == "the generator ended after 3 of 5 batches: lower steps, or leave it out"


@pytest.mark.parametrize("steps", [0, -1, 1.5, True, "3"])
def test_steps_that_count_nothing_are_refused(steps):
    assert refusal(COLUMNS, steps=steps) == f"steps is a whole number of batches, from 1. Received: {steps!r}"


def test_no_batch_at_all_is_refused():
    empty = "the tuple_iterator holds no batch: one that was read to its end has nothing left, make a new one"

    assert refusal() == empty
    assert refusal(steps=2) == empty
    with pytest.raises(DataError, match=r"^the Frames holds no batch$"):
        collect(Frames(0))


MISFIT = "batch 2: does not fit the batches before:\n"


def test_everything_in_a_batch_that_does_not_fit_is_told_at_once():
    first = {"n": [1], "t": ["x"], "b": [True], "v": np.zeros((1, 2)), "d": np.array(["2020"], "M8[D]"), "o": [1]}
    other = {"n": ["x"], "t": [1], "b": [1], "v": np.zeros((1, 3)), "d": [1], "p": [1]}

    assert refusal(({**first, "s": ["x"]}, [0]), ({**other, "s": np.zeros((1, 2))}, ["a"])) == MISFIT + "\n".join(
        [
            "  o: is not there, but in the batches before",
            "  n: the batches before hold numbers. Received: text",
            "  t: the batches before hold text. Received: numbers",
            "  b: the batches before hold booleans. Received: numbers",
            "  v: the batches before hold arrays of shape (2,). Received: arrays of shape (3,)",
            "  d: the batches before hold a column of date32[day]. Received: numbers",
            "  p: is not in the batches before",
            "  s: the batches before hold text. Received: arrays of shape (2,)",
            "  y: the batches before hold numbers. Received: text",
        ]
    )


def test_structs_of_other_fields_do_not_join():
    structs = [{"a": pa.array([{field: 1}])} for field in ("f", "g")]

    assert refusal(*structs) == (
        f"{MISFIT}  a: the batches before hold a column of struct<f: int64>. Received: a column of struct<g: int64>"
    )


def test_times_that_no_common_unit_holds_do_not_join():
    late, exact = pa.array([253_370_764_800], pa.timestamp("s")), pa.array([1], pa.timestamp("ns"))

    assert refusal({"a": late}, {"a": exact}) == (
        "the batches cannot be joined:\n  a: Casting from timestamp[s] to timestamp[ns] would result in "
        "out of bounds timestamp: 253370764800"
    )


@pytest.mark.parametrize(
    ("batches", "message"),
    [
        ([(COLUMNS, [1, 2, 3]), COLUMNS], "y: is not there, but in the batches before"),
        ([COLUMNS, (COLUMNS, [1, 2, 3])], "y: is not in the batches before"),
    ],
)
def test_targets_in_some_batches_only_are_refused(batches, message):
    assert refusal(*batches) == f"{MISFIT}  {message}"


ONE_HOT = (
    "one value a row belongs here, (n,) or (n, 1). Received: arrays of shape (3,) "
    "(one-hot labels become class numbers by argmax)"
)
NO_COLUMN = "one value a row belongs here, as a list or an array"
REPEATED = "stands there more than once; rename or drop one"


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        ((np.zeros((3, 2)), [1, 2]), "x has 3 rows and y has 2"),
        (
            (COLUMNS, [1, 2, 3], [1, 1, 1]),
            (
                "sample weights are not taken beside x and y: hand out (x, y) with the weights as a column of x, "
                "and give weight_column=..., its name"
            ),
        ),
        ([1, 2, 3, 4], "a batch is x, (x,) or (x, y). Received: a list of 4"),
        ((), "a batch is x, (x,) or (x, y). Received: a tuple of 0"),
        ((COLUMNS, np.eye(3)), f"y cannot be read:\n  y: {ONE_HOT}"),
        ((COLUMNS, {"a": [1, 2, 3]}), f"y cannot be read:\n  y: {NO_COLUMN}. Received: dict"),
        ({"a": [1], "b": {2}}, f"columns cannot be read:\n  b: {NO_COLUMN}. Received: set"),
        ({"a": [1], "b": [1, 2]}, "the columns differ in length:\n  a: 1 rows\n  b: 2 rows"),
        ({1: [1], "1": [2]}, f"column names repeat:\n  1: {REPEATED}"),
        (pa.table([[1], [2]], names=["a", "a"]), f"column names repeat:\n  a: {REPEATED}"),
        (pd.DataFrame({"a": []}), "holds no rows"),
        ({}, "holds no rows"),
        (np.zeros((0, 2)), "columns cannot be read:\n  x: the array holds no rows"),
    ],
)
def test_a_batch_that_cannot_be_read_is_refused_with_its_number(batch, message):
    assert refusal(batch) == f"batch 1: {message}"


@pytest.mark.parametrize("batch", [None, object, {1, 2}, ([1, 2], [0, 1]), pd.Series([1]), (pl.Series([1]), [1])])
def test_a_batch_of_something_else_is_refused_with_what_it_may_be(batch):
    x = batch[0] if isinstance(batch, tuple) else batch

    assert refusal(COLUMNS, batch) == (
        f"batch 2: cannot read columns from {type(x).__module__}.{type(x).__qualname__}: hand out a dict of columns, "
        "an array, a list of arrays or a frame, alone or as x in (x, y)"
    )


@pytest.mark.parametrize(
    "row", [*ROWS, {"a": np.float64(1), "b": None}, (np.zeros(3), 1), (np.zeros(3), np.array(1)), 1.5, "d.csv", b"d"]
)
def test_single_rows_are_refused_with_what_to_do(row):
    assert refusal(row) == ("batch 1: is a single row: hand out several as arrays (n, ...), or give all rows as a list")


def test_an_error_of_the_generator_itself_is_left_as_it_is():
    def broken():
        yield COLUMNS
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        collect(broken())


def test_a_table_of_batches_has_neither_targets_nor_weights():
    batches = [(COLUMNS, np.eye(3), [1, 1, 1]), (COLUMNS, np.eye(3), [1, 1, 1])]

    assert to_table(iter(batches)).to_pylist() == ROWS * 2
    assert to_table(iter(batches), steps=1).to_pylist() == ROWS
