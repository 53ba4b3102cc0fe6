"""Rows with large arrays are encoded some at a time, which nobody sees."""

import numpy as np
import pyarrow as pa
import pytest
from modelzoo_registry import DataError

from modelzoo.columns import Encoder, Schema
from modelzoo.columns.array import ArrayColumn
from modelzoo.columns.categorical import CategoricalColumn
from modelzoo.columns.crossed import CrossedColumn
from modelzoo.columns.numeric import NumericColumn
from modelzoo.columns.table import BLOCK_BYTES, in_blocks

WIDTH = BLOCK_BYTES // 8
"""Numbers of an array of which two rows make a block."""
SCHEMA = Schema(
    columns=(
        ArrayColumn(name="image", shape=(WIDTH,)),
        NumericColumn(name="size"),
        CategoricalColumn(name="kind"),
        CategoricalColumn(name="place"),
        CrossedColumn(name="both", sources=("kind", "place")),
    )
)


@pytest.fixture(scope="module")
def table():
    """Return five rows: three blocks, the last one short."""
    image = np.random.default_rng(0).normal(3, 2, (5, WIDTH)).astype(np.float32)
    image[1, 0] = np.nan
    columns = {
        "size": [1.0, None, 2.0, 4.0, 8.0],
        "kind": ["a", "b", "a", None, "c"],
        "place": ["x", "y", "y", "x", "x"],
    }
    return pa.table({"image": pa.FixedShapeTensorArray.from_numpy_ndarray(image), **columns})


def test_rows_are_encoded_in_blocks_as_they_are_one_by_one(table):
    encoder = Encoder.fit(SCHEMA, table)
    rows = [encoder.encode(table.slice(row, 1)) for row in range(5)]

    encoded = encoder.encode(table)

    assert [len(wire["image"]) for _, wire in in_blocks(encoder.raw, table)] == [2, 2, 1]
    assert {name: array.tobytes() for name, array in encoded.items()} == {
        name: b"".join(row[name].tobytes() for row in rows) for name in ("array_0", "dense", "ids")
    }


def test_an_encoder_learns_from_all_blocks(table):
    known = np.ma.masked_invalid(table["image"].combine_chunks().to_numpy_ndarray().astype(np.float64))

    image, size, kind, *_ = Encoder.fit(SCHEMA, table).columns

    np.testing.assert_allclose(image.center, known.mean(axis=0), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(image.spread, known.std(axis=0), rtol=1e-5)
    assert (size.scaling.center, kind.vocabulary) == (3.75, ("a", "b", "c"))


def fit(_, spoilt):
    """Fit an encoder to spoilt rows."""
    Encoder.fit(SCHEMA, spoilt)


def encode(table, spoilt):
    """Encode spoilt rows by what whole ones taught."""
    Encoder.fit(SCHEMA, table).encode(spoilt)


@pytest.mark.parametrize("read", [fit, encode])
def test_faults_of_all_blocks_and_columns_are_told_at_once(table, read):
    spoilt = table.set_column(1, "size", [["1", "big", "2", "4", "huge"]])
    spoilt = spoilt.set_column(2, "kind", [[["a"], ["b"], ["a"], ["c"], ["c"]]])

    with pytest.raises(DataError) as caught:
        read(table, spoilt)

    assert str(caught.value).splitlines() == [
        "the data does not fit the model:",
        "  size: a number belongs here. Received: row 2: 'big', row 5: 'huge'",
        "  kind: text belongs here. Received: a column of list<item: string>",
    ]
