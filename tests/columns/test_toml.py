"""A schema as TOML: one entry a line, and the same schema when it is read again."""

import re
import tomllib
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from modelzoo_registry import DataError, SchemaError
from pydantic import ValidationError

import modelzoo
from modelzoo import Schema
from modelzoo.columns import Encoder
from modelzoo.columns.schema import KINDS, make_schema
from modelzoo.data import to_table
from modelzoo.toml import comment, write_columns

HOSTILE = [
    "a.b",
    '"',
    "'",
    "'''",
    "\\",
    "a\nb",
    "a\r\nb",
    "\x00",
    "\x7f",
    "\x85",
    "\u2028",
    "#",
    "{}",
    " ",
    "東京",
    "🙂",
]
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1) | st.sampled_from(HOSTILE)
DOCS = Path(__file__).parents[2] / "docs" / "reference" / "schema.md"


def bounds(metadata) -> dict[str, Any]:
    """Return what a field's annotations allow, such as ``{"ge": 1, "le": 9}``."""
    return {key: value for each in metadata if is_dataclass(each) for key, value in asdict(each).items()}


def values(kind: Any, limits: dict[str, Any]) -> st.SearchStrategy:
    """Draw values of a field's type within its bounds; numbers in a list rise, as edges must."""
    inner = get_args(kind)
    if get_origin(kind) is Annotated:
        return values(inner[0], limits | bounds(inner[1:]))
    if get_origin(kind) in (Union, UnionType):
        return st.one_of(values(one, limits) for one in inner)
    if get_origin(kind) is Literal:
        return st.sampled_from(inner)
    if get_origin(kind) is tuple:
        least = limits.get("min_length", 0)
        rising = st.lists(values(inner[0], {}), min_size=least, max_size=least + 3, unique=True)
        return rising.map(sorted) if inner[0] is float else rising
    if kind is float:
        return st.floats(
            limits.get("gt", limits.get("ge", -1e308)), limits.get("le", 1e308), exclude_min="gt" in limits
        )
    if kind is int:
        return st.integers(limits.get("ge", 1), limits.get("le", 2**62))
    return {str: NAMES, bool: st.booleans(), NoneType: st.none()}[kind]


@st.composite
def columns(draw):
    """Draw an entry of any kind, with any of the settings its class declares."""
    kind = draw(st.sampled_from(list(KINDS.values())))
    drawn = {}
    for name, field in kind.model_fields.items():
        if field.is_required() or draw(st.booleans()):
            drawn[name] = draw(values(field.annotation, bounds(field.metadata)))
    try:
        return kind(**drawn)
    except ValidationError:  # settings that do not go together
        return kind(**{name: drawn[name] for name, field in kind.model_fields.items() if field.is_required()})


SCHEMAS = st.lists(columns(), min_size=1, max_size=5).map(lambda drawn: Schema(columns=tuple(drawn)))


@given(SCHEMAS)
def test_any_schema_is_the_same_once_it_is_read_again(schema):
    text = schema.to_toml()
    read = Schema.model_validate(tomllib.loads(text))

    assert read == schema
    assert read.to_toml() == text


@given(SCHEMAS)
def test_the_full_table_a_run_stores_is_the_same_schema(schema):
    full = schema.model_dump(mode="json", exclude_none=True)

    assert Schema.model_validate(tomllib.loads(write_columns(full["columns"]))) == schema


def test_an_entry_is_a_line_with_what_differs_from_the_defaults():
    schema = make_schema(
        {
            "columns": [
                {"kind": "numeric", "name": "x", "clip": 10},
                {"kind": "bucketized", "name": "x cut", "source": "x", "wide": True, "edges": [0, 2.5], "embedding": 4},
                {"kind": "categorical", "name": 'a "b"\n', "dtype": "integer", "deep": False},
                {"kind": "crossed", "name": "both", "sources": ["x cut", 'a "b"\n']},
            ]
        }
    )

    assert schema.to_toml() == (
        "# What each column is.\n"
        "# One entry a line: change, add or take out entries, in any order; what is left out of one has its default.\n"
        "# `zoo schema --kinds` explains every kind of entry and its settings.\n"
        "columns = [\n"
        '  {name = "x", kind = "numeric"},\n'
        '  {name = "x cut", kind = "bucketized", source = "x", edges = [0.0, 2.5], embedding = 4},\n'
        '  {name = "a \\"b\\"\\n", kind = "categorical", dtype = "integer", deep = false},\n'
        '  {name = "both", kind = "crossed", sources = ["x cut", "a \\"b\\"\\n"]},\n'
        "]\n"
    )


def test_a_comment_holds_no_line_break_of_a_name():
    assert comment(["left out 'a\nb\x00\u2028é'"]) == "# left out 'a\\nb\\x00\\u2028é'\n"


def test_a_file_is_read_in_any_form_toml_has(tmp_path):
    path = tmp_path / "schema.toml"
    path.write_text(
        '[[columns]]\nname = "東京"\nkind = "numeric"\n[[columns]]\nkind = "categorical"\nname = "b"\n', "utf-8"
    )

    schema = Schema.from_toml(path)

    assert [(column.name, column.kind) for column in schema.columns] == [("東京", "numeric"), ("b", "categorical")]
    assert modelzoo.build("linear", schema=path).schema == modelzoo.build("linear", schema=f"{path}").schema == schema


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (
            b'columns = [\n  {name = "a" kind = 3}\n]\n',
            DataError,
            "{} is not TOML: Unclosed inline table (at line 2, column 15)",
        ),
        (b"\xff", DataError, "{} is not TOML: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (b"", SchemaError, "the schema of {} cannot be used:\n  columns: is required."),
        (None, DataError, "there is no file {}"),
    ],
)
def test_a_file_that_holds_no_schema_is_refused_by_its_name(tmp_path, content, error, message):
    path = tmp_path / "schema.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(error) as caught:
        modelzoo.build("linear", schema=path)

    assert str(caught.value) == message.format(path)


def test_the_example_of_the_docs_is_a_schema_and_every_kind_is_explained_there():
    text = DOCS.read_text(encoding="utf-8")
    (example,) = re.findall(r"^```toml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)

    schema = make_schema(tomllib.loads(example))

    assert re.findall(r"^### (.*)$", text, re.MULTILINE) == list(KINDS)
    assert schema.to_toml().partition("columns")[2] == example.partition("columns")[2]


def test_the_example_of_the_docs_encodes_rows_of_such_columns():
    (example,) = re.findall(r"^```toml\n(.*?)^```", DOCS.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    rides = {
        "passengers": [1, 2],
        "distance": [0.7, None],
        "latitude": [40.7, 40.8],
        "longitude": [-73.9, -74.0],
        "payment": ["cash", None],
        "zone": [4, 7],
        "driver": ["d1", "d2"],
        "pickup": [datetime(2024, 2, 29, 14, tzinfo=UTC)] * 2,
        "camera": np.zeros((2, 8, 8)),
    }

    encoder = Encoder.fit(make_schema(tomllib.loads(example)), to_table(rides))

    assert [raw.name for raw in encoder.raw] == list(rides)
    # two numbers, whether distance was missing, and sine and cosine of hour and weekday
    assert {name: array.shape for name, array in encoder.encode(to_table(rides)).items()} == {
        "dense": (2, 7),
        "ids": (2, 5),
        "array_0": (2, 8, 8),
    }
