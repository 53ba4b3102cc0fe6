"""Rows that are streamed stay out of memory."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

PIECE = 100_000
TRAIN_BOTH = """
    import json, resource, sys
    import modelzoo

    def peak(file):
        settings = {"memory": "20MB", "epochs": 1, "batch_size": 8192, "verbose": 0}
        modelzoo.build("linear").fit(file, target="target", **settings)
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    few = peak(sys.argv[1])
    print(json.dumps(peak(sys.argv[2]) - few))
"""


def write_rows(path, pieces):
    """Write pieces of 100,000 rows: seven numbers and a target."""
    draw = np.random.default_rng(0)
    columns = {f"x{place}": draw.integers(0, 200, PIECE) / 8 for place in range(7)}
    with parquet.ParquetWriter(path, pa.schema([(name, pa.float64()) for name in [*columns, "target"]])) as file:
        for number in range(pieces):
            file.write_table(pa.table({**columns, "target": columns["x0"] - columns["x1"] * (number % 3)}))
    return path


@pytest.mark.parametrize("pieces", [30, pytest.param(100, marks=pytest.mark.full)])
def test_many_rows_take_hardly_more_memory_than_few(outside, tmp_path, pieces):
    few, many = write_rows(tmp_path / "few.parquet", 5), write_rows(tmp_path / "many.parquet", pieces)

    grown = outside.answer(TRAIN_BOTH, few, many)

    in_memory = pieces * PIECE * 8 * 8
    assert grown < in_memory / 3, f"{grown / 1e6:.0f} MB of {in_memory / 1e6:.0f}"
