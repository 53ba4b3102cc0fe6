"""Rows that fit into memory are held there once, encoded, beside what the caller holds."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

ROWS, FEATURES, FEW = 40_000, 400, 512
ENCODED = ROWS * (FEATURES + 1) * 4
GROWTH = """
    import json, resource, sys
    import numpy as np
    import modelzoo

    def read(path):
        return np.load(path) if path.endswith(".npy") else path

    def peak(data):
        target = {"target": "y"} if isinstance(data, str) else {"y": np.arange(len(data)) % 2}
        modelzoo.build("linear").fit(data, **target, epochs=1, batch_size=512, verbose=0)
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    few, many = map(read, sys.argv[1:])
    before = peak(few)
    print(json.dumps(peak(many) - before))
"""


def save_array(path, values):
    """Write rows as NumPy does."""
    np.save(path, values)


def save_parquet(path, values):
    """Write rows as one column of lists, with a target."""
    lists = pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), FEATURES)
    parquet.write_table(pa.table({"x": lists, "y": np.arange(len(values)) % 2}), path)


@pytest.mark.parametrize(
    ("name", "save", "most"),
    [
        pytest.param("rows.npy", save_array, 2.0, id="an array of the caller's, the encoded rows, and chunks of them"),
        pytest.param("rows.parquet", save_parquet, 3.0, id="a table, which goes once the rows are encoded"),
    ],
)
def test_a_training_holds_rows_hardly_more_than_once(outside, tmp_path, name, save, most):
    values = np.random.default_rng(0).standard_normal((ROWS, FEATURES), dtype=np.float32)
    few, many = tmp_path / f"few_{name}", tmp_path / f"many_{name}"
    save(few, values[:FEW])
    save(many, values)

    grown = outside.answer(GROWTH, few, many)

    assert grown < most * ENCODED, f"{grown / ENCODED:.2f} times the encoded rows"
