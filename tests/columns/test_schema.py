"""A schema whose entries do not fit together is refused with everything that is wrong."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from modelzoo_registry import SchemaError
from pydantic import ValidationError

from modelzoo.columns import Encoder, Schema
from modelzoo.columns.bucketized import BucketizedColumn
from modelzoo.columns.categorical import CategoricalColumn
from modelzoo.columns.crossed import CrossedColumn
from modelzoo.columns.numeric import NumericColumn
from modelzoo.columns.order import arrange
from modelzoo.columns.schema import KINDS, make_schema

ALL_KINDS = f"Kinds: {', '.join(KINDS)}"
NUMBER = {"name": "n", "kind": "numeric"}
CITY = {"name": "city", "kind": "categorical"}
BUCKETS = {"name": "cut", "kind": "bucketized", "source": "n"}


def cross(name, *sources, **settings):
    return {"name": name, "kind": "crossed", "sources": sources, **settings}


def faults(*entries):
    with pytest.raises(SchemaError) as caught:
        make_schema({"columns": entries})
    assert caught.value.title == "the schema cannot be used"
    return [str(fault) for fault in caught.value.faults]


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_entries():
    assert faults(
        {"name": "a", "kind": "numeric", "clip": 0, "clipp": 3},
        {"name": "a", "kind": "categorical"},
        cross("c", "a", "ctiy"),
        {**CITY, "kind": "catgorical"},
        cross("p", "q", "cut"),
        cross("q", "p", "cut"),
        {"name": "cut", "kind": "bucketized", "source": "s", "edges": [1, 1]},
        {"kind": "numeric"},
        7,
    ) == [
        "columns.0 (a).clip: Input should be greater than 0. Received: 0",
        f"columns.0 (a).clipp: unknown setting. Did you mean 'clip'? Settings: {', '.join(NumericColumn.model_fields)}",
        "columns.1 (a).name: is the name of columns.0 (a) too: each entry needs its own",
        "columns.2 (c).sources.0: 'a' has no ids: bucketize it first",
        "columns.2 (c).sources.1: no entry is called 'ctiy'. Did you mean 'city'?",
        f"columns.3 (city).kind: no kind is called 'catgorical'. Did you mean 'categorical'? {ALL_KINDS}",
        "columns.4 (p).sources: go in a circle: p -> q -> p",
        "columns.6 (cut).edges: edges must rise. Received: [1, 1]",
        "columns.7.name: is required.",
        'columns.8: an entry such as {name = "x", kind = "numeric"} is expected. Received: 7',
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"name": "x"}, f".kind: is required. {ALL_KINDS}"),
        ({"name": "x", "kind": 3}, f".kind: text is expected. Received: 3. {ALL_KINDS}"),
        (
            {"name": "x", "kind": "embedded", "source": "city"},
            ".kind: 'embedded' is no kind of its own: write deep = true, embedding = 8 on the entry that has the ids",
        ),
        (
            {"name": "x", "kind": "bucketized", "source": "n", "edges": []},
            ".edges: The list should have at least 1 item after validation, not 0. Received: []",
        ),
        (
            {"name": "x", "kind": "bucketized", "source": "n", "edges": [0, float("inf")]},
            ".edges.1: Input should be a finite number. Received: inf",
        ),
        *[
            (
                {"name": "x", "kind": kind, "dtype": dtype, "missing": "constant", "fill": fill},
                f': fill is a value of the column, whose dtype is "{dtype}"',
            )
            for kind in ("categorical", "hashed")
            for dtype, fill in (("integer", "7"), ("string", 7))
        ],
        (cross("x", "cut", "n"), ".sources.1: 'n' has no ids: cross 'cut' instead"),
        (cross("x", "cut", "x"), ".sources: go in a circle: x -> x"),
        (cross("x", "cut", "image"), ".sources.1: 'image' has no ids; what can be crossed is "),
        ({"name": "x", "kind": "bucketized", "source": "city"}, ": reads 'city' as number, and columns.1 (city) reads"),
    ],
)
def test_an_entry_is_refused_with_its_place_and_name(entry, fault):
    image = {"name": "image", "kind": "array", "shape": [2]}

    (told,) = faults(NUMBER, CITY, BUCKETS, image, entry)

    assert told.startswith(f"columns.4 (x){fault}")


def test_an_entry_that_could_not_be_read_is_none_that_is_missing():
    assert faults(BUCKETS, {**CITY, "max_size": 0}, cross("c", "cut", "city")) == [
        "columns.1 (city).max_size: Input should be greater than or equal to 1. Received: 0"
    ]


def test_a_name_in_a_fault_stays_on_one_line_and_short():
    (told,) = faults({"name": "a\nb" * 30, "kind": "numeric", "clip": 0})

    assert told.startswith("columns.0 (" + r"a\nb" * 15 + "…).clip: ")


def test_entries_made_in_python_are_refused_alike():
    schema = Schema(
        columns=(
            NumericColumn(name="a"),
            CategoricalColumn(name="a"),
            CrossedColumn(name="c", sources=("a", "ctiy")),
        )
    )

    with pytest.raises(SchemaError) as caught:
        schema.check()

    assert str(caught.value) == (
        "the schema cannot be used:\n"
        "  columns.1 (a).name: is the name of columns.0 (a) too: each entry needs its own\n"
        "  columns.1 (a): reads 'a' as string, and columns.0 (a) reads it as number\n"
        "  columns.2 (c).sources.0: 'a' has no ids: bucketize it first\n"
        "  columns.2 (c).sources.1: no entry is called 'ctiy'."
    )


def test_edges_must_rise():
    with pytest.raises(ValidationError, match="edges must rise"):
        BucketizedColumn(name="b", source="n", edges=(1.0, 1.0))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "  columns: is required."),
        ({"columns": []}, "  columns: a list of entries is expected. Received: []"),
        ({"columns": 3}, "  columns: a list of entries is expected. Received: 3"),
        (
            {"columns": [7], "colums": []},
            (
                "  colums: unknown setting. Did you mean 'columns'? Settings: columns\n"
                '  columns.0: an entry such as {name = "x", kind = "numeric"} is expected. Received: 7'
            ),
        ),
        (
            [],
            (
                "  a Schema, the path of a .toml file, or a dict such as "
                '{"columns": [{"kind": "numeric", "name": "x"}]}, is expected. Received: []'
            ),
        ),
    ],
)
def test_what_is_no_table_of_entries_is_refused(given, told):
    with pytest.raises(SchemaError) as caught:
        make_schema(given)

    assert str(caught.value) == f"the schema cannot be used:\n{told}"


def test_a_schema_survives_json():
    schema = Schema(
        columns=(
            BucketizedColumn(name="b", source="n", edges=(0.1, 1e308)),
            CategoricalColumn(name="é", dtype="integer", embedding=3),
            CrossedColumn(name="c", sources=("b", "é"), max_size=7),
        )
    )

    assert Schema.model_validate_json(schema.model_dump_json()) == schema


def test_entries_may_stand_in_any_order():
    rows = pa.table({"n": [1.0, 2.0, 3.0], "city": ["a", "b", "a"]})
    entries = [cross("deeper", "both", "city"), cross("both", "cut", "city"), NUMBER, BUCKETS, CITY]
    schema = make_schema({"columns": entries})

    encoder = Encoder.fit(schema, rows)

    assert [column.name for column in schema.ordered] == ["cut", "city", "both", "deeper", "n"]
    assert tuple(fitted.column for fitted in encoder.columns) == schema.ordered
    assert encoder.encode(rows)["ids"].tolist() == [[1, 1, 1, 1], [2, 2, 3, 3], [2, 1, 2, 2]]
    assert Encoder.fit(encoder.source_schema, rows).model_dump() == encoder.model_dump()


class TestArranging:
    @given(st.permutations("abcdefgh"), st.data())
    def test_each_name_stands_behind_its_sources(self, names, data):
        sources = {
            name: data.draw(st.lists(st.sampled_from(names[:place]), max_size=3)) if place else []
            for place, name in enumerate(names)
        }
        shuffled = {name: sources[name] for name in data.draw(st.permutations(names))}

        order, cycles = arrange(shuffled)

        assert (sorted(order), cycles) == (sorted(names), [])
        assert all(order.index(source) < order.index(name) for name in names for source in sources[name])
        assert arrange(sources)[0] == list(names)

    def test_every_cycle_is_told(self):
        sources = {"a": ["b"], "b": ["c", "x"], "c": ["a"], "d": ["d", "a"], "e": ["d"]}

        assert arrange(sources)[1] == [["a", "b", "c", "a"], ["d", "d"]]

    def test_a_long_chain_is_no_recursion(self):
        assert arrange({str(n): [str(n + 1)] for n in range(10_000)})[0][-1] == "0"


def test_buckets_are_made_of_raw_columns_alone():
    again = {"name": "again", "kind": "bucketized", "source": "cut"}

    assert faults(BUCKETS, again) == [
        "columns.1 (again).source: 'cut' is an entry of its own: name the raw column that is to be cut"
    ]
    make_schema({"columns": [NUMBER, {"name": "n_cut", "kind": "bucketized", "source": "n"}]})
