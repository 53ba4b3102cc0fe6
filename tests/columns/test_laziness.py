"""What encoding a row imports, in a fresh process: no Arrow, unless a value needs it."""

import pytest

ENCODED = """
import json, sys
from modelzoo.columns.encoder import Encoder

columns = [
    {"kind": "numeric", "column": {"name": "size"}, "fill": 0.0, "indicator": True,
     "scaling": {"scale": "log", "center": 0.0, "spread": 1.0, "limit": 10.0}},
    {"kind": "categorical", "column": {"name": "town"}, "vocabulary": ["Rome", "Oslo"]},
    {"kind": "datetime", "column": {"name": "day", "dtype": "string"}, "indicator": False,
     "scaling": {"scale": "standard", "center": 0.0, "spread": 1e9, "limit": 10.0}},
]
encoder = Encoder.model_validate_json(json.dumps({"columns": columns}))
encoded = encoder.encode_row(json.loads(sys.argv[1]))
heavy = ("tensorflow", "pandas", "pyarrow", "modelzoo.data", "modelzoo_registry.plugins", "modelzoo_registry.training")
print(json.dumps([encoded["ids"].tolist(), encoded["dense"].shape, [name for name in heavy if name in sys.modules]]))
"""


def test_a_row_of_plain_values_is_encoded_without_arrow(outside):
    row = '{"size": 3, "town": "Oslo", "day": "2024-02-29"}'

    assert outside.answer(ENCODED, row) == [[[2]], [1, 9], []]


@pytest.mark.parametrize("size", ['"3"', "1" + "0" * 308])
def test_a_value_to_be_coerced_takes_the_way_of_tables(outside, size):
    row = f'{{"size": {size}, "town": "Rome", "day": null}}'

    ids, shape, loaded = outside.answer(ENCODED, row)

    assert (ids, shape, "pyarrow" in loaded) == ([[1]], [1, 9], True)
