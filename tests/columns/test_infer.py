"""What a schema is inferred to be: useful columns, and crosses where columns say more together."""

import numpy as np
import pyarrow as pa
import pytest
from modelzoo_registry import SchemaError

from modelzoo import datasets
from modelzoo.columns import Encoder, infer_schema
from modelzoo.data.arrow import to_arrow


def entries(schema):
    return [(column.kind, column.name) for column in schema.columns]


def flip(size=400, seed=0):
    return np.random.default_rng(seed).integers(0, 2, size)


def text(bits):
    return pa.array(np.where(bits > 0, "on", "off"))


def infer(columns, labels=None):
    table = pa.table(columns)
    schema, notes = infer_schema(table, flip(table.num_rows, 9) if labels is None else labels)
    Encoder.fit(schema, table)
    return entries(schema), notes


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        (np.arange(100) / 3, ["numeric", "bucketized"]),
        (np.arange(100) % 8, ["numeric"]),
        (np.arange(100) % 2 == 0, ["numeric"]),
        ([None, 1.0] * 50, ["numeric"]),
        (["a", "b"] * 50, ["categorical"]),
        (["a", None] * 50, ["categorical"]),
        (pa.array(["a", "b"] * 50).dictionary_encode(), ["categorical"]),
        (pa.array(["a", "b"] * 50, pa.large_string()), ["categorical"]),
        (pa.array([b"a", b"b"] * 50), ["categorical"]),
        (pa.array([1, 2] * 50).dictionary_encode(), ["numeric"]),
        (pa.FixedShapeTensorArray.from_numpy_ndarray(np.ones((100, 2, 3))), ["array"]),
        ([[1, None]] * 100, ["array"]),
        ([[True, False]] * 100, ["array"]),
    ],
)
def test_the_kind_of_a_column_follows_from_its_values(values, kinds):
    assert [kind for kind, _ in infer({"c": values})[0]] == kinds


@pytest.mark.parametrize(
    ("distinct", "rows", "min_count"), [(10, 100, 1), (11, 100, 5), (20, 40, 1)], ids=["few", "many", "too few rows"]
)
def test_rare_values_get_no_id_of_their_own_where_there_are_many(distinct, rows, min_count):
    values = [f"v{row % distinct}" for row in range(rows)]

    schema, _ = infer_schema(pa.table({"c": values}), flip(rows))

    assert schema.columns[0].min_count == min_count


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([7] * 100, "it is constant"),
        (["x"] * 100, "it is constant"),
        ([None] * 100, "it is empty"),
        ([float("nan")] * 100, "it is empty"),
        (["", None] * 50, "it is empty"),
        ([f"id-{row}" for row in range(100)], "an identifier or free text: 100 different values in 100 rows"),
        (pa.array(range(100), pa.duration("s")), "columns of duration[s] are not understood yet"),
        ([[1, 2], [3]] * 50, "its lists hold no numbers of one shape"),
        ([["a", "b"]] * 100, "its lists hold no numbers of one shape"),
        (to_arrow(np.full((100, 2), np.nan)), "it is empty"),
        (to_arrow(np.zeros((100, *[1] * 9))), "arrays of 9 dimensions are too many: at most 8"),
        ([f"z{row % 40}" for row in range(100)], "none of its 40 different values is in 5 rows or more"),
    ],
)
def test_a_column_that_tells_nothing_is_left_out_with_a_line(values, why):
    assert infer({"c": values, "kept": np.arange(100) % 3}) == ([("numeric", "kept")], [f"left out 'c': {why}"])


def test_a_column_without_a_name_is_left_out_with_a_line():
    assert infer({"": np.arange(100), "kept": np.arange(100) % 3}) == (
        [("numeric", "kept")],
        ["left out '': it has no name, as the row numbers that pandas writes to CSV files"],
    )


def test_few_different_texts_are_no_identifiers():
    assert infer({"c": ["a", "b", "c"]})[0] == [("categorical", "c")]


def test_when_no_column_can_be_used_all_reasons_are_told():
    with pytest.raises(SchemaError) as caught:
        infer({"c": [1, 1], "e": [None, None]})

    assert str(caught.value) == "no column can be used: left out 'c': it is constant; left out 'e': it is empty"


def test_a_table_of_the_target_alone_is_refused():
    with pytest.raises(SchemaError, match="no column can be used: the table has only the target"):
        infer_schema(pa.table({"y": [1, 2]}).select([]), np.array([1, 2]))


def test_columns_that_only_tell_something_together_are_crossed():
    a, b = flip(seed=1), flip(seed=2)

    found, _ = infer({"a": text(a), "b": text(b), "noise": text(flip(seed=3))}, a ^ b)

    assert [name for kind, name in found if kind == "crossed"] == ["a_x_b"]


def test_numbers_that_only_tell_something_together_are_crossed_by_their_buckets():
    u, v = np.random.default_rng(0).uniform(-1, 1, (2, 4000))

    found, _ = infer({"u": u, "v": v}, (u > 0) ^ (v > 0))

    assert [name for kind, name in found if kind == "crossed"] == ["u_buckets_x_v_buckets"]


def test_columns_that_tell_nothing_are_not_crossed():
    columns = {name: text(flip(seed=seed)) for seed, name in enumerate("abcd")}

    assert "crossed" not in dict(infer(columns, np.random.default_rng(9).normal(size=400))[0])


def test_copies_of_a_column_are_not_crossed():
    a = flip()

    assert "crossed" not in dict(infer({"a": text(a), "b": text(a)}, a)[0])


def test_names_that_are_taken_get_underscores():
    u, v = np.random.default_rng(0).uniform(-1, 1, (2, 4000))
    taken = {"u_buckets": flip(4000, 1), "u_buckets__x_v_buckets": flip(4000, 2)}

    found, _ = infer({"u": u, "v": v} | taken, (u > 0) ^ (v > 0))

    names = [name for _, name in found]
    assert len(set(names)) == len(names)
    assert ("bucketized", "u_buckets_") in found
    assert ("crossed", "u_buckets__x_v_buckets_") in found


def test_the_same_table_gives_the_same_schema():
    diamonds = datasets.load("diamonds")
    features, price = diamonds.drop_columns(["price"]), diamonds["price"].to_numpy()

    assert infer_schema(features, price) == infer_schema(features, price)


def test_diamonds_are_crossed_by_what_sets_their_price():
    diamonds = datasets.load("diamonds")

    schema, notes = infer_schema(diamonds.drop_columns(["price"]), diamonds["price"].to_numpy())

    assert notes == []
    assert entries(schema)[:5] == [
        ("numeric", "carat"),
        ("bucketized", "carat_buckets"),
        ("categorical", "cut"),
        ("categorical", "color"),
        ("categorical", "clarity"),
    ]
    assert ("crossed", "carat_buckets_x_clarity") in entries(schema)


def test_chance_crosses_no_columns_however_few_the_rows():
    crossed = []
    for seed, rows in enumerate([50, 100, 200, 400, 1000] * 8):
        draws = np.random.default_rng(seed)
        columns = {name: draws.integers(0, draws.integers(2, 6), rows).astype(str) for name in "abcdef"}
        crossed += [name for kind, name in infer(columns, draws.normal(size=rows))[0] if kind == "crossed"]

    assert crossed == []


NUMBERED = {"noise": np.random.default_rng(3).normal(size=200), "size": np.random.default_rng(4).normal(size=200)}


@pytest.mark.parametrize(
    ("name", "numbers", "labels", "is_left_out"),
    [
        ("stone", np.arange(200) + 17, NUMBERED["noise"], True),
        ("stone", np.random.default_rng(5).permutation(200), NUMBERED["noise"], True),
        ("stone", np.arange(200), np.arange(200) * 2.0, False),
        ("stone_id", np.arange(200), np.arange(200) * 2.0, True),
        ("stone", np.arange(200) * 3, NUMBERED["noise"], False),
        ("stone", np.arange(200) // 2, NUMBERED["noise"], False),
    ],
    ids=["in order", "shuffled", "that tell the target", "by name", "far apart", "twice each"],
)
def test_row_numbers_are_left_out_unless_they_tell_the_target(name, numbers, labels, is_left_out):
    schema, notes = infer_schema(pa.table({name: numbers, "size": NUMBERED["size"]}), labels)

    told = [f"left out {name!r}: row numbers: whole numbers, all different, one after the other"]
    assert notes == (told if is_left_out else [])
    assert (name not in [column.name for column in schema.columns]) == is_left_out
