"""Raw columns of every Arrow type reach their wire form, or are refused with column, row and value."""

import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from modelzoo_registry import DataError

from modelzoo.columns.base import MISSING_INTEGER
from modelzoo.columns.one_row import reader
from modelzoo.columns.raw import RawInput
from modelzoo.columns.required import is_missing
from modelzoo.columns.wire import to_numpy, to_wire

NAN = float("nan")


def wire(kind, values, shape=()):
    column = values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values])
    return to_wire(RawInput("c", kind, shape), column)


def refusal(kind, values, shape=()):
    with pytest.raises(DataError) as caught:
        wire(kind, values, shape)
    return str(caught.value).removeprefix("the data does not fit the model:\n  c: ")


NUMBERS = {
    "int8 with null": (pa.array([1, None], pa.int8()), [1, NAN]),
    "uint64": (pa.array([2**64 - 1], pa.uint64()), [2.0**64]),
    "int64 beyond 2**53": (pa.array([2**53 + 1]), [2.0**53]),
    "float16": (pa.array(np.array([1.5, NAN], np.float16)), [1.5, NAN]),
    "float32": (pa.array([0.5, None, float("inf")], pa.float32()), [0.5, NAN, float("inf")]),
    "bool": (pa.array([True, None, False]), [1, NAN, 0]),
    "decimal": (pa.array([Decimal("1.50"), None]), [1.5, NAN]),
    "short decimal": (pa.array([Decimal("1.50")], pa.decimal32(5, 2)), [1.5]),
    "all null": (pa.nulls(2), [NAN, NAN]),
    "text": (pa.array(["3", " 4.5\t", "1e3", "-inf", "nan", "", "  ", None]), [3, 4.5, 1e3, -np.inf, *[NAN] * 4]),
    "large text": (pa.array(["3"], pa.large_string()), [3]),
    "text view": (pa.array(["3"], pa.string_view()), [3]),
    "bytes": (pa.array([b"3"]), [3]),
    "bytes view": (pa.array([b"3"], pa.binary_view()), [3]),
    "dictionary of text": (pa.array(["3", None, "", "3"]).dictionary_encode(), [3, NAN, NAN, 3]),
    "dictionary of integers": (pa.array([3, None]).dictionary_encode(), [3, NAN]),
    "run ends": (pc.run_end_encode(pa.array([3, 3, 4])), [3, 3, 4]),
    "several chunks": (pa.chunked_array([[1], [2, None]]), [1, 2, NAN]),
    "no chunk": (pa.chunked_array([], pa.string()), []),
}


@pytest.mark.parametrize(("values", "expected"), NUMBERS.values(), ids=NUMBERS)
def test_a_number_is_float64_with_nan_for_missing(values, expected):
    found = wire("number", values)

    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, expected)


INTEGERS = {
    "int8 with null": (pa.array([1, None], pa.int8()), [1, MISSING_INTEGER]),
    "the extremes of int64": (pa.array([2**63 - 1, -(2**63)]), [2**63 - 1, MISSING_INTEGER]),
    "beyond 2**53": (pa.array([2**53 + 1]), [2**53 + 1]),
    "whole floats": (pa.array([1.0, -0.0, NAN, None]), [1, 0, MISSING_INTEGER, MISSING_INTEGER]),
    "bool": (pa.array([True, None]), [1, MISSING_INTEGER]),
    "decimal": (pa.array([Decimal(2**53 + 1)]), [2**53 + 1]),
    "short decimal": (pa.array([Decimal("3.00")], pa.decimal32(5, 2)), [3]),
    "all null": (pa.nulls(1), [MISSING_INTEGER]),
    "text": (pa.array(["3", " 4 ", ""]), [3, 4, MISSING_INTEGER]),
    "dictionary": (pa.array(["3", None]).dictionary_encode(), [3, MISSING_INTEGER]),
}


@pytest.mark.parametrize(("values", "expected"), INTEGERS.values(), ids=INTEGERS)
def test_an_integer_is_int64_with_the_least_for_missing(values, expected):
    found = wire("integer", values)

    assert found.dtype == np.int64
    assert found.tolist() == expected


STRINGS = {
    "text": (pa.array(["a", "", None, " "]), ["a", None, None, " "]),
    "large text": (pa.array(["a", ""], pa.large_string()), ["a", None]),
    "text view": (pa.array(["é", ""], pa.string_view()), ["é", None]),
    "bytes": (pa.array(["日本".encode(), b"a\0b"]), ["日本", "a\0b"]),
    "dictionary": (pa.array(["a", "", None, "a"]).dictionary_encode(), ["a", None, None, "a"]),
    "chunks of dictionaries": (
        pa.chunked_array([pa.array(["a"]).dictionary_encode(), pa.array(["b"]).dictionary_encode()]),
        ["a", "b"],
    ),
    "integers": (pa.array([2**53 + 1, None]), ["9007199254740993", None]),
    "floats": (pa.array([1.0, 0.5, NAN]), ["1", "0.5", None]),
    "bool": (pa.array([True, False]), ["true", "false"]),
    "decimal": (pa.array([Decimal(2**53 + 1)]), ["9007199254740993"]),
    "date": (pa.array([datetime.date(2020, 1, 31)]), ["2020-01-31"]),
    "all null": (pa.nulls(1), [None]),
}


@pytest.mark.parametrize(("values", "expected"), STRINGS.values(), ids=STRINGS)
def test_a_string_is_text_with_null_for_missing(values, expected):
    found = wire("string", values)

    assert found.type == pa.string()
    assert found.to_pylist() == expected


def test_strings_become_a_tensor_with_empty_text_for_missing():
    assert to_numpy(wire("string", pa.array(["a", None]))).tolist() == ["a", ""]


ARRAYS = {
    "tensors": (pa.FixedShapeTensorArray.from_numpy_ndarray(np.eye(2)), [[1, 0], [0, 1]]),
    "lists": (pa.array([[1, 2], None, [3, None]]), [[1, 2], [NAN, NAN], [3, NAN]]),
    "lists of fixed size": (pa.array([[1.0, 2.0]], pa.list_(pa.float64(), 2)), [[1, 2]]),
    "text of numbers": (pa.array([["1", "2"]]), [[1, 2]]),
    "beyond float32": (pa.array([[1e308, -1e308]]), [[np.inf, -np.inf]]),
    "all null": (pa.nulls(1), [[NAN, NAN]]),
}


@pytest.mark.parametrize(("values", "expected"), ARRAYS.values(), ids=ARRAYS)
def test_an_array_is_float32_with_nan_for_missing(values, expected):
    found = wire("array", values, (2,))

    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.asarray(expected, np.float32))


def test_tensors_survive_slices_chunks_and_missing_rows():
    images = pa.FixedShapeTensorArray.from_numpy_ndarray(np.arange(12.0).reshape(3, 2, 2))
    column = pa.chunked_array([images.slice(1), images.slice(0, 1)]).take(pa.array([2, None, 0]))

    found = wire("array", column, (2, 2))

    np.testing.assert_array_equal(found, [[[0, 1], [2, 3]], np.full((2, 2), NAN), [[4, 5], [6, 7]]])


def test_whole_columns_of_missing_tensors_are_missing():
    images = pa.FixedShapeTensorArray.from_numpy_ndarray(np.zeros((1, 2)))

    assert np.isnan(wire("array", pa.chunked_array([images]).take(pa.array([None], pa.int64())), (2,))).all()


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        ("number", pa.array(["1", "abc"]), "a number belongs here. Received: row 2: 'abc'"),
        ("number", pa.array(["1,5"]).dictionary_encode(), "a number belongs here. Received: row 1: '1,5'"),
        (
            "number",
            pa.array(["a", "1", "b", "c", "d"]),
            "a number belongs here. Received: row 1: 'a', row 3: 'b', row 4: 'c', and more",
        ),
        ("integer", pa.array([1.5, 2.0]), "a whole number belongs here. Received: row 1: 1.5"),
        (
            "integer",
            pa.array([1, 2**64 - 1], pa.uint64()),
            f"a whole number belongs here. Received: row 2: {2**64 - 1}",
        ),
        ("integer", pa.array([float("inf")]), "a whole number belongs here. Received: row 1: inf"),
        ("integer", pa.array(["3.0"]), "a whole number belongs here. Received: row 1: '3.0'"),
        ("integer", pa.array([Decimal("1.5")]), "a whole number belongs here. Received: row 1: Decimal('1.5')"),
        ("string", pa.array([b"a", b"\xff"]), r"text in UTF-8 belongs here. Received: row 2: b'\xff'"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_row_counted_from_one(kind, values, message):
    assert refusal(kind, values) == message


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [("number", "numbers belong here"), ("integer", "whole numbers belong here")],
)
@pytest.mark.parametrize(
    ("values", "name"),
    [
        (pa.array([0], pa.timestamp("us")), "timestamp[us]"),
        (pa.array([datetime.date(2020, 1, 1)]), "date32[day]"),
        (pa.array([[1]]), "list<item: int64>"),
        (pa.array([b"1"], pa.binary(1)), "fixed_size_binary[1]"),
    ],
)
def test_a_column_of_another_type_is_refused_by_its_type(kind, wanted, values, name):
    assert refusal(kind, values) == f"{wanted}. Received: a column of {name}"


@pytest.mark.parametrize(
    ("values", "name"),
    [(pa.array([{"a": 1}]), "struct<a: int64>"), (pa.array([b"1"], pa.binary(1)), "fixed_size_binary[1]")],
)
def test_text_is_not_made_of_what_has_no_text(values, name):
    assert refusal("string", values) == f"text belongs here. Received: a column of {name}"


@pytest.mark.parametrize(
    ("values", "received"),
    [
        (pa.array([[1, 2], [3], [4, 5, 6]]), "row 2: (1,), row 3: (3,)"),
        (pa.array([[[1], [2]]]), "row 1: (2, 1)"),
        (pa.array([["a", "b"]]), "row 1: no numbers of one shape"),
        (pa.array([[[1], [2, 3]]]), "row 1: no numbers of one shape"),
        (pa.array([{"a": 1}]), "row 1: no numbers of one shape"),
        (pa.array([1.0]), "a column of double"),
        (pa.array(["[1, 2]"]), "a column of string"),
        (pa.FixedShapeTensorArray.from_numpy_ndarray(np.zeros((1, 3))), "(3,)"),
    ],
)
def test_an_array_of_another_shape_is_refused(values, received):
    assert refusal("array", values, (2,)) == f"arrays of shape (2,) belong here. Received: {received}"


@pytest.mark.parametrize("kind", ["number", "integer", "string", "timestamp", "array"])
@pytest.mark.parametrize("values", [pa.array([NAN, NAN]), pa.nulls(2, pa.date32()), pa.nulls(2, pa.list_(pa.int8()))])
def test_a_column_without_a_value_is_missing_whatever_its_type(kind, values):
    raw = RawInput("c", kind, (2,) if kind == "array" else ())

    assert is_missing(raw, wire(kind, values, raw.shape)).tolist() == [True, True]


INSTANTS = {
    "seconds": (pa.array([-1, None], pa.timestamp("s")), [-1_000_000, MISSING_INTEGER]),
    "nanoseconds, rounded down": (pa.array([-1, 1001, None], pa.timestamp("ns")), [-1, 1, MISSING_INTEGER]),
    "the first nanosecond": (pa.array([-(2**63) + 1], pa.timestamp("ns")), [-(2**63) // 1000]),
    "with a zone": (pa.array([5], pa.timestamp("ns", "+02:00")), [0]),
}


@pytest.mark.parametrize(("values", "expected"), INSTANTS.values(), ids=INSTANTS)
def test_an_instant_is_int64_microseconds(values, expected):
    assert wire("timestamp", values).tolist() == expected


@pytest.mark.parametrize(
    ("values", "row"),
    [
        (pa.array([0, 2**62], pa.timestamp("s")), f"row 2: <value out of range: {2**62}>"),
        (pa.array([2**62], pa.timestamp("ms", "UTC")), f"row 1: <value out of range: {2**62}>"),
        (pa.array([2**31 - 1], pa.date32()), f"row 1: <value out of range: {2**31 - 1}>"),
        (pa.array([-(10**13)], pa.timestamp("s")), f"row 1: <value out of range: {-(10**13)}>"),
    ],
)
def test_an_instant_beyond_what_microseconds_hold_is_refused_with_its_row(values, row):
    assert refusal("timestamp", values) == f"a date belongs here. Received: {row}"


UTC, PLAIN = datetime.UTC, datetime.datetime(1970, 1, 1)  # noqa: DTZ001
ONE = {
    "number": {0: 0.0, 2.5: 2.5, True: 1.0, np.float64(3): 3.0, np.int8(4): 4.0, float("inf"): np.inf, 1e308: 1e308},
    "integer": {7: 7, False: 0, np.int64(9): 9, np.bool_(True): 1},
    "string": {"": "", "é": "é", "3": "3"},
    "timestamp": {PLAIN: 0, PLAIN.replace(tzinfo=UTC): 0, "1970-01-01T00:00:01+00:01": -59_000_000},
}


@pytest.mark.parametrize(
    ("kind", "value", "expected"), [(kind, given, found) for kind in ONE for given, found in ONE[kind].items()]
)
def test_a_plain_value_takes_the_short_way(kind, value, expected):
    assert reader(RawInput("c", kind))(value) == expected


@pytest.mark.parametrize("value", [None, NAN, np.float64(NAN)])
@pytest.mark.parametrize(
    ("kind", "missing"),
    [("number", NAN), ("integer", MISSING_INTEGER), ("string", ""), ("timestamp", MISSING_INTEGER)],
)
def test_a_missing_value_takes_the_short_way_unless_one_is_required(kind, missing, value):
    np.testing.assert_equal(reader(RawInput("c", kind))(value), missing)
    assert reader(RawInput("c", kind, required=True))(value) is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [("number", 2**1001), ("number", "3"), ("integer", 2**63), ("integer", -(2**63)), ("integer", 3.0),
     ("string", 3), ("string", "\ud800"), ("timestamp", "x"), ("timestamp", 0), ("number", np.timedelta64(1, "ns"))],
)  # fmt: skip
def test_any_other_value_takes_the_long_way(kind, value):
    assert reader(RawInput("c", kind))(value) is None
