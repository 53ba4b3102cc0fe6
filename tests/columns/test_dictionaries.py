"""Text that comes as a dictionary is encoded as the text it stands for."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from modelzoo_registry import DataError

from modelzoo.columns import Encoder
from modelzoo.columns.raw import RawInput
from modelzoo.columns.schema import make_schema
from modelzoo.columns.wire import to_wire

VALUES = ["up", "down", "Löwe", "new", "", None]
COLUMNS = [
    {"kind": "categorical", "missing": "own"},
    {"kind": "categorical", "missing": "constant", "fill": "down"},
    {"kind": "categorical"},
    {"kind": "hashed", "buckets": 5},
    {"kind": "datetime", "dtype": "string"},
]


def dictionary(words, places):
    return pa.DictionaryArray.from_arrays(pa.array(places, pa.int32()), pa.array(words, pa.string()))


CHUNKS = st.lists(
    st.lists(st.sampled_from(VALUES), min_size=1, max_size=6).flatmap(
        lambda words: st.lists(st.none() | st.integers(0, len(words) - 1), min_size=1, max_size=12).map(
            lambda places: dictionary(words, places)
        )
    ),
    min_size=1,
    max_size=3,
)
"""Chunks with a dictionary each, in which values may repeat, be empty, missing, or there for no row."""


@given(CHUNKS, st.sampled_from(COLUMNS))
def test_a_dictionary_encodes_as_its_values(chunks, column):
    encoder = Encoder.fit(
        make_schema({"columns": [{"name": "word", **column}]}), pa.table({"word": ["up", "up", "down", "Löwe", None]})
    )
    column = pa.chunked_array(chunks)

    encoded = encoder.encode(pa.table({"word": column}))
    expected = encoder.encode(pa.table({"word": column.cast(pa.string())}))

    assert encoded.keys() == expected.keys()
    for name, array in expected.items():
        assert encoded[name].dtype == array.dtype
        np.testing.assert_array_equal(encoded[name], array)


@given(CHUNKS)
def test_what_is_missing_in_a_dictionary_is_a_missing_index(chunks):
    column = pa.chunked_array(chunks)

    wire = to_wire(RawInput("word", "string"), column, dictionaries=True)

    assert wire.is_null().to_pylist() == [not value for value in column.cast(pa.string()).to_pylist()]


def test_only_a_dictionary_shorter_than_the_column_stays_one():
    raw = RawInput("word", "string")
    short, long = dictionary(["a", "b"], [0, 1, 0]), dictionary(["a", "b", "c"], [0, 1, 0])

    assert pa.types.is_dictionary(to_wire(raw, pa.chunked_array([short]), dictionaries=True).type)
    assert to_wire(raw, pa.chunked_array([long]), dictionaries=True).type == pa.string()
    assert to_wire(raw, pa.chunked_array([short])).type == pa.string()


@pytest.mark.parametrize("places", [[0, None, 0, 0], [0, 1, 0, 0]])
def test_a_required_value_that_a_dictionary_lacks_is_told(places):
    table = pa.table({"word": dictionary(["up", ""], places)})
    schema = make_schema({"columns": [{"name": "word", "kind": "categorical", "missing": "reject"}]})
    encoder = Encoder.fit(schema, pa.table({"word": ["up"]}))

    with pytest.raises(DataError, match=r"Received none: row 12$"):
        encoder.encode(table, first_row=11)
