"""Write a folder of Parquet files with as many rows as asked for, to measure what streams them.

    python benchmarks/make_rows.py FOLDER --rows 20000000

Ten columns: x0 to x7 are float64, and x0 misses a value in a hundred; ``category`` is text of 1,000 values, few of
which are common; ``target`` is float64, a sum of what the others say and of noise. A chunk is made and written at a
time, and equal seeds make equal rows.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

CATEGORIES = 1000
CHUNK = 250_000


def main() -> None:
    """Write the files, and say where and how much."""
    arguments = _arguments()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    bounds = np.linspace(0, arguments.rows, arguments.files + 1, dtype=int)
    for number in range(arguments.files):
        path = arguments.folder / f"part-{number:03}.parquet"
        write(path, int(bounds[number]), int(bounds[number + 1]), arguments.seed, arguments.group)
        print(f"{path}: {bounds[number + 1] - bounds[number]:,} rows, {path.stat().st_size / 1e6:,.0f} MB")


def write(path: Path, start: int, stop: int, seed: int, group: int) -> None:
    """Write rows ``start`` to ``stop`` as one file, in row groups of ``group`` rows."""
    words = pa.array([f"word{number:03}" for number in range(CATEGORIES)])
    effects = np.random.default_rng(seed).normal(size=CATEGORIES)
    with parquet.ParquetWriter(path, chunk(0, 0, words, effects, seed).schema) as writer:
        for first in range(start, stop, group):
            last = min(first + group, stop)
            pieces = [chunk(at, min(at + CHUNK, last), words, effects, seed) for at in range(first, last, CHUNK)]
            writer.write_table(pa.concat_tables(pieces), row_group_size=group)


def chunk(start: int, stop: int, words: pa.Array, effects: np.ndarray, seed: int) -> pa.Table:
    """Return rows ``start`` to ``stop``, which are the same whenever they are asked for together."""
    random = np.random.default_rng((seed, start))
    x = random.standard_normal((8, stop - start))
    places = (CATEGORIES * random.random(stop - start) ** 3).astype(np.int32)
    target = x[:4].sum(axis=0) + x[4] * x[5] + effects[places] + random.standard_normal(stop - start)
    columns = {f"x{number}": pa.array(values) for number, values in enumerate(x)}
    columns["x0"] = pa.array(x[0], mask=random.random(stop - start) < 0.01)
    return pa.table({**columns, "category": words.take(pa.array(places)), "target": target})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Write a folder of Parquet files to measure what streams them.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--group", type=int, default=1_000_000, help="rows of a row group")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
