"""A schema whose entries do not fit together is refused with everything that is wrong."""

import pytest
from modelzoo_registry import SchemaError
from pydantic import ValidationError

from modelzoo.columns import Schema
from modelzoo.columns.bucketized import BucketizedColumn
from modelzoo.columns.categorical import CategoricalColumn
from modelzoo.columns.crossed import CrossedColumn
from modelzoo.columns.numeric import NumericColumn
from modelzoo.columns.schema import make_schema


def test_all_that_does_not_fit_is_told_at_once():
    schema = Schema(
        columns=(
            NumericColumn(name="a"),
            CategoricalColumn(name="a"),
            CategoricalColumn(name="city"),
            CrossedColumn(name="c", sources=("a_cut", "ctiy")),
            BucketizedColumn(name="a_cut", source="a"),
            CrossedColumn(name="d", sources=("number", "city")),
            NumericColumn(name="number"),
        )
    )

    with pytest.raises(SchemaError) as caught:
        schema.check()

    assert str(caught.value) == "\n".join(
        [
            "the schema does not fit together:",
            "  a: 2 entries have this name",
            "  c: crosses 'a_cut', which no entry above it has the name of.",
            "  c: crosses 'ctiy', which no entry above it has the name of. Did you mean 'city'?",
            "  d: crosses 'number', which no entry above it has the name of.",
            "  a: is read as number and as string; one column is one of them",
        ]
    )


def test_a_number_is_crossed_only_once_it_is_bucketized():
    schema = Schema(
        columns=(
            NumericColumn(name="n"),
            CategoricalColumn(name="city"),
            CrossedColumn(name="c", sources=("n", "city")),
        )
    )

    with pytest.raises(SchemaError, match="c: crosses 'n', which has no ids: bucketize it first"):
        schema.check()


def test_edges_must_rise():
    with pytest.raises(ValidationError, match="edges must rise"):
        BucketizedColumn(name="b", source="n", edges=(1.0, 1.0))


def test_an_entry_with_an_unknown_field_is_refused():
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Schema.model_validate({"columns": [{"kind": "numeric", "name": "n", "clipp": 3}]})


def test_a_schema_needs_a_column():
    with pytest.raises(ValidationError, match="at least 1 item"):
        Schema(columns=())


def test_a_schema_survives_json():
    schema = Schema(
        columns=(
            BucketizedColumn(name="b", source="n", edges=(0.1, 1e308)),
            CategoricalColumn(name="é", dtype="integer", embedding=3),
            CrossedColumn(name="c", sources=("b", "é"), max_size=7),
        )
    )

    assert Schema.model_validate_json(schema.model_dump_json()) == schema


def test_what_is_no_table_of_columns_is_refused():
    with pytest.raises(SchemaError) as caught:
        make_schema([])

    assert str(caught.value) == (
        "the schema cannot be read:\n"
        '  a Schema, or a dict such as {"columns": [{"kind": "numeric", "name": "x"}]}, is expected. Received: []'
    )
