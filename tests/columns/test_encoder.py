"""The encoder as a whole: what it reads, packs and refuses."""

import numpy as np
import pyarrow as pa
import pytest
from modelzoo_registry import ColumnError, DataError, SchemaError

from modelzoo.columns import Encoder, Schema
from modelzoo.columns.array import ArrayColumn
from modelzoo.columns.bucketized import BucketizedColumn
from modelzoo.columns.categorical import CategoricalColumn
from modelzoo.columns.crossed import CrossedColumn
from modelzoo.columns.numeric import NumericColumn

ROWS = pa.table({"carat": [0.5, 1.0, None], "cut": ["Ideal", "Good", "Ideal"], "size": [1, 2, 2]})
SCHEMA = Schema(
    columns=(
        NumericColumn(name="carat"),
        BucketizedColumn(name="carat_cut", source="carat", edges=(0.75,)),
        CategoricalColumn(name="cut"),
        CategoricalColumn(name="size", dtype="integer", wide=False, deep=False),
        CrossedColumn(name="both", sources=("carat_cut", "size")),
    )
)


def test_columns_are_packed_in_schema_order_and_those_that_are_only_crossed_left_out():
    encoder = Encoder.fit(SCHEMA, ROWS)

    encoded = encoder.encode(ROWS)

    assert encoded["dense"].tolist() == [[-1, 0], [1, 0], [0, 1]]
    assert [layout.name for layout in encoder.id_layout] == ["carat_cut", "cut", "both"]
    assert encoded["ids"].tolist() == [[1, 1, 2], [2, 2, 3], [0, 1, 1]]
    assert (encoder.dense_width, encoded["ids"].dtype, encoded["dense"].dtype) == (2, np.int32, np.float32)


def test_what_would_be_empty_is_not_there():
    only_array = Encoder.fit(
        Schema(columns=(ArrayColumn(name="x", shape=(2,)),)),
        pa.table({"x": pa.FixedShapeTensorArray.from_numpy_ndarray(np.eye(2))}),
    )

    assert only_array.array_shapes == {"array_0": (2,)}
    assert list(only_array.encode(pa.table({"x": [[1.0, 0.0]]}))) == ["array_0"]


def test_each_raw_column_is_read_once_and_further_ones_are_passed_over():
    encoder = Encoder.fit(SCHEMA, ROWS)

    assert [raw.name for raw in encoder.raw] == ["carat", "cut", "size"]
    assert encoder.encode(ROWS.append_column("more", [["x"] * 3])).keys() == {"dense", "ids"}


def test_unseen_and_missing_values_are_zero():
    encoder = Encoder.fit(SCHEMA, ROWS)

    encoded = encoder.encode(pa.table({"carat": [None], "cut": ["Fair"], "size": [9]}))

    assert encoded["ids"].tolist() == [[0, 0, 0]]
    assert encoded["dense"].tolist() == [[0, 1]]


def test_the_schema_it_was_fitted_from_can_be_read_back():
    assert Encoder.fit(SCHEMA, ROWS).source_schema == SCHEMA


def test_all_missing_columns_are_named_with_the_nearest_there_is():
    encoder = Encoder.fit(SCHEMA, ROWS)

    with pytest.raises(ColumnError) as caught:
        encoder.encode(pa.table({"Carat": [1.0], "price": [1], "cutt": ["x"]}))

    assert str(caught.value) == "\n".join(
        [
            "the data lacks columns the model reads (it has: Carat, price, cutt):",
            "  carat: is not there. Did you mean 'Carat'?",
            "  cut: is not there. Did you mean 'cutt'?",
            "  size: is not there.",
        ]
    )


def test_all_bad_columns_are_told_at_once():
    encoder = Encoder.fit(SCHEMA, ROWS)

    with pytest.raises(DataError) as caught:
        encoder.encode(pa.table({"carat": ["1", "abc"], "cut": ["x", "y"], "size": [1.5, 2.0]}))

    assert str(caught.value) == "\n".join(
        [
            "the data does not fit the model:",
            "  carat: a number belongs here. Received: row 2: 'abc'",
            "  size: a whole number belongs here. Received: row 1: 1.5",
        ]
    )


def test_values_of_another_type_are_coerced_on_the_host():
    encoder = Encoder.fit(SCHEMA, ROWS)
    as_text = pa.table({"carat": ["0.5", " 1.0 ", ""], "cut": ["Ideal", "Good", "Ideal"], "size": ["1", "2", "2"]})

    before, after = encoder.encode(ROWS), encoder.encode(as_text)

    assert {name: array.tolist() for name, array in before.items()} == {
        name: array.tolist() for name, array in after.items()
    }


def test_a_schema_that_does_not_fit_together_is_refused_before_it_is_fitted():
    twice = Schema(columns=(NumericColumn(name="carat"), NumericColumn(name="carat")))

    with pytest.raises(SchemaError, match=r"columns\.1 \(carat\)\.name: is the name of columns\.0 \(carat\) too"):
        Encoder.fit(twice, ROWS)
