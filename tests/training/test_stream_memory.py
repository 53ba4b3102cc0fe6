"""Rows that are streamed stay out of memory."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

PIECE = 100_000
BASELINE = """
    import json, resource
    from modelzoo.runtime import require_tensorflow
    {then}
    print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024))
"""
TRAIN = """
    require_tensorflow("training")
    import sys, modelzoo
    modelzoo.build("linear").fit(
        sys.argv[1], target="target", memory="50MB", epochs=1, batch_size=4096, verbose=0
    )
"""


def write_rows(path, pieces):
    """Write pieces of 100,000 rows: seven numbers and a target."""
    draw = np.random.default_rng(0)
    columns = {f"x{place}": draw.integers(0, 200, PIECE) / 8 for place in range(7)}
    with parquet.ParquetWriter(path, pa.schema([(name, pa.float64()) for name in [*columns, "target"]])) as file:
        for number in range(pieces):
            file.write_table(pa.table({**columns, "target": columns["x0"] - columns["x1"] * (number % 3)}))


def peak(outside, then, *arguments):
    lines = "\n    ".join(line.strip() for line in then.strip().splitlines())
    return outside.answer(BASELINE.format(then=lines), *arguments)


@pytest.mark.parametrize("pieces", [15, pytest.param(80, marks=pytest.mark.full)])
def test_many_rows_take_no_more_memory_than_a_training_of_few(outside, tmp_path, pieces):
    write_rows(tmp_path / "few.parquet", 4)
    write_rows(tmp_path / "many.parquet", pieces)

    few, many = (peak(outside, TRAIN, tmp_path / name) for name in ("few.parquet", "many.parquet"))

    assert many - few < 150e6 if pieces > 15 else many - few < 100e6
