"""Rows that are too many for memory are read again and again, each once, from wherever they are."""

import json
import os
import subprocess
import sys
import tempfile
from itertools import pairwise

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from modelzoo_registry import ColumnError, DataError
from pyarrow import csv, dataset, parquet

from modelzoo.data import Stream, open_rows, to_table
from modelzoo.data.files import write
from modelzoo.data.parts import GROUP, ParquetPart, TablePart

ROWS = 1000
BASIC = pa.table(
    {
        "row": pa.array(range(ROWS)),
        "x": pa.array([None if row % 7 == 0 else row / 2 for row in range(ROWS)]),
        "word": pa.array([f"w{row % 13}" for row in range(ROWS)]),
    }
)


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Return the folder that temporary files go to, which every test must leave empty."""
    folder = tmp_path / "kept"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def files(tmp_path):
    """Return a folder of three Parquet files with the rows in groups of 30."""
    for number, start in enumerate((0, 400, 490)):
        stop = (400, 490, ROWS)[number]
        part = BASIC.slice(start, stop - start)
        parquet_file(tmp_path / "files" / f"{number}.parquet", part, row_group_size=30)
    return tmp_path / "files"


def parquet_file(path, table, **options):
    path.parent.mkdir(exist_ok=True)
    parquet.write_table(table, path, **options)
    return path


def text_files(folder, suffix):
    folder.mkdir()
    for number, start in enumerate(range(0, ROWS, 300)):
        write(BASIC.slice(start, 300), folder / f"{number}.{suffix}")
    return folder


def generator():
    for start in range(0, ROWS, 70):
        yield BASIC.slice(start, 70).combine_chunks().to_batches()[0]


def rows_of(batches):
    """Return all rows of numbered batches as one table in plain order, after checking the numbers."""
    batches = list(batches)
    for first, table in batches:
        assert table["row"].to_pylist() == list(range(first, first + table.num_rows))
    batches.sort(key=lambda batch: batch[0])
    return pa.concat_tables([table for _, table in batches])


def refusal(read, *given, **options):
    with pytest.raises(DataError) as caught:
        read(*given, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    "source",
    [
        lambda _, files: files,
        lambda _, files: str(files / "*.parquet"),
        lambda folder, _: text_files(folder / "csv", "csv"),
        lambda folder, _: text_files(folder / "jsonl", "jsonl"),
        lambda folder, _: parquet_file(folder / "one" / "a.parquet", BASIC, row_group_size=64),
        lambda *_: BASIC,
        lambda *_: BASIC.to_pandas(),
        lambda *_: pl.from_arrow(BASIC),
        lambda *_: generator(),
        lambda *_: (pa.table(batch) for batch in generator()),
        lambda *_: pa.RecordBatchReader.from_batches(BASIC.schema, generator()),
        lambda _, files: dataset.dataset(files),
        lambda _, files: dataset.dataset(files).scanner(batch_size=11),
    ],
)
def test_the_same_rows_come_from_every_source_as_often_as_they_are_asked_for(source, tmp_path, files, kept):
    with open_rows(source(tmp_path, files), memory=2000) as stream:
        assert (stream.rows, stream.nbytes) == (ROWS, 24 * ROWS)
        for _ in range(2):
            assert rows_of(stream.batches(size=64)).to_pylist() == BASIC.to_pylist()
            assert rows_of(stream.shuffled_batches(seed=3, size=64)).to_pylist() == BASIC.to_pylist()
        assert all(table.schema.equals(stream.schema) for _, table in stream.batches())


def test_batches_are_no_longer_than_asked_for_and_in_order(files):
    stream = open_rows(files, memory=2000)
    batches = list(stream.batches(["word", "row"], size=50))

    assert [table.column_names for _, table in batches[:1]] == [["word", "row"]]
    assert max(table.num_rows for _, table in batches) <= 50
    assert [first for first, _ in batches] == list(np.cumsum([0, *(table.num_rows for _, table in batches)])[:-1])


def test_tiny_row_groups_are_read_many_at_a_time(tmp_path):
    path = parquet_file(tmp_path / "a.parquet", BASIC, row_group_size=10)

    assert [table.num_rows for _, table in open_rows(path, memory=2000).batches(size=500)] == [500, 500]


def test_a_seed_draws_the_order_of_the_row_groups(files):
    stream = open_rows(files, memory=2000)
    orders = [[first for first, _ in stream.shuffled_batches(["row"], seed=seed)] for seed in (0, 0, 1)]

    assert orders[0] == orders[1] != orders[2]
    assert orders[0] != sorted(orders[0])
    assert sorted(orders[0]) == sorted(orders[2]) == [*range(0, 400, 30), *range(400, 490, 30), *range(490, ROWS, 30)]


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda stream: next(stream.batches(size=0)), "`size` must be at least 1. Received: size=0"),
        (lambda stream: next(stream.batches([])), "`columns` must name at least one, or be None. Received: columns=[]"),
    ],
)
def test_asking_for_nothing_is_refused(read, message):
    with pytest.raises(ValueError, match="at least") as caught:
        read(open_rows(BASIC, memory=1))

    assert str(caught.value) == message


@given(
    groups=st.lists(st.integers(0, 40), min_size=1, max_size=6).filter(any),
    size=st.integers(1, 50),
    seed=st.integers(0, 2**32),
)
@settings(deadline=None, max_examples=60)
def test_any_parts_give_each_row_once_with_its_number(groups, size, seed):
    bounds = np.cumsum([0, *groups])
    tables = [pa.table({"row": pa.array(range(low, high), pa.int64())}) for low, high in pairwise(bounds)]
    stream = Stream([TablePart(table, str(place)) for place, table in enumerate(tables)], "the parts")
    rows = list(range(sum(groups)))

    assert rows_of(stream.batches(size=size))["row"].to_pylist() == rows
    assert rows_of(stream.shuffled_batches(seed=seed, size=size))["row"].to_pylist() == rows


def test_the_groups_of_a_table_share_its_memory():
    table = pa.table({"row": np.arange(2 * GROUP + 5)})
    stream = open_rows(table, memory=1000)
    before = pa.total_allocated_bytes()
    batches = list(stream.shuffled_batches(seed=0))

    assert sorted(batch.num_rows for _, batch in batches) == [5, GROUP, GROUP]
    assert pa.total_allocated_bytes() == before


def test_files_that_differ_a_little_in_type_are_read_as_a_type_for_all(tmp_path):
    plain = {"n": [1, 2], "d": ["x", "y"], "v": ["x", None], "m": [[1, 2], [3, 4]]}
    parquet_file(tmp_path / "d" / "a.parquet", pa.table(plain))
    kinds = [pa.float64(), pa.string(), pa.string_view(), pa.list_(pa.float32())]
    other = pa.table(
        [pa.array(values, kind) for values, kind in zip(plain.values(), kinds, strict=True)], names=list(plain)
    )
    other = other.set_column(1, "d", other["d"].dictionary_encode()).select(["m", "v", "d", "n"])
    parquet_file(tmp_path / "d" / "b.parquet", other)
    parquet_file(tmp_path / "d" / "c.parquet", pa.table({name: pa.nulls(1) for name in plain}))

    parquet_file(tmp_path / "d" / "d.parquet", pa.table(plain).slice(0, 0))

    stream = open_rows(tmp_path / "d", memory=1)

    assert stream.schema.names == ["n", "d", "v", "m"]
    assert stream.schema.types[:3] == [pa.float64(), pa.string(), pa.large_string()]
    rows = [row for _, table in stream.batches() for row in table.to_pylist()]
    whole = pa.table(plain).to_pylist()
    assert rows == [*whole, *whole, dict.fromkeys(plain)]
    assert to_table(tmp_path / "d").schema.equals(stream.schema)


def test_arrays_keep_their_shape_and_count_by_their_numbers(kept):
    images = np.arange(600 * 12, dtype=np.float32).reshape(600, 3, 4)
    column = pa.FixedShapeTensorArray.from_numpy_ndarray(images)
    batches = (pa.table({"image": column.slice(start, 100)}) for start in range(0, 600, 100))

    with open_rows(batches, memory=10_000) as stream:
        assert stream.nbytes == 600 * 12 * 4
        tables = [table for _, table in stream.batches(size=250)]
        read = [chunk.to_numpy_ndarray() for table in tables for chunk in table["image"].chunks]
        assert np.array_equal(np.concatenate(read), images)


@pytest.mark.parametrize("memory", [1, 3000, 10**6])
def test_a_generator_may_fill_the_same_memory_again(kept, memory):
    def refilled():
        numbers = np.zeros(10)
        for start in range(0, 1000, 10):
            numbers[:] = np.arange(start, start + 10)
            yield pa.table({"row": pa.array(numbers)})

    opened = open_rows(refilled(), memory=memory)
    with opened if isinstance(opened, Stream) else open_rows(opened, memory=1) as stream:
        assert rows_of(stream.batches())["row"].to_pylist() == list(range(1000))


def test_batches_that_need_wider_types_later_are_taken(kept):
    batches = (
        pa.table({"a": pa.array([value], kind)})
        for value, kind in [(None, pa.null()), (1, pa.int8()), (2.5, pa.float64()), (3, pa.int64()), (None, pa.null())]
    )

    with open_rows(batches, memory=1) as stream:
        assert [table["a"].to_pylist() for _, table in stream.batches()] == [[None], [1.0], [2.5, 3.0, None]]


class TestBelowTheBound:
    """What fits into memory is handed on for ``to_table``."""

    @pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
    def test_files_stay_files(self, tmp_path, suffix):
        path = tmp_path / f"a.{suffix}"
        write(BASIC, path)

        assert open_rows(path, memory=10**6) is path
        assert isinstance(open_rows(path, memory=5000), Stream)

    @pytest.mark.parametrize("data", [BASIC, BASIC.to_pandas(), BASIC.to_pydict()])
    def test_rows_in_memory_become_a_table(self, data):
        assert open_rows(data, memory=10**6).to_pylist() == BASIC.to_pylist()

    def test_record_batches_become_a_table(self):
        assert open_rows(generator(), memory=10**6).to_pylist() == BASIC.to_pylist()

    def test_other_batches_stay_as_they_are_and_none_is_lost(self):
        batches = [({"a": np.arange(3)}, np.zeros(3)), ({"a": np.arange(3)}, np.ones(3))]

        assert to_table(open_rows(iter(batches), memory=1))["a"].to_pylist() == [0, 1, 2, 0, 1, 2]

    @pytest.mark.parametrize("data", [3, None, {}, [], BASIC.slice(0, 0), iter([])])
    def test_what_holds_no_rows_is_left_for_to_table_to_refuse(self, data):
        assert open_rows(data, memory=1) is data

    def test_narrow_text_counts_as_what_it_becomes(self, tmp_path):
        path = tmp_path / "a.csv"
        path.write_text("a,b\n" + "1,2\n" * 1000)

        assert open_rows(path, memory=17_000) is path
        with open_rows(path, memory=15_000) as stream:
            assert stream.nbytes == 16_000

    def test_arrays_in_json_count_by_their_numbers(self, tmp_path):
        path = tmp_path / "a.jsonl"
        path.write_text((json.dumps({"image": [[0, 1], [1, 0]] * 10}, separators=(",", ":")) + "\n") * 100)

        assert open_rows(path, memory=16_000) is path
        assert isinstance(open_rows(path, memory=15_000), Stream)

    def test_nothing_heavy_is_imported_for_a_small_file(self, files):
        code = (
            "import sys; from modelzoo.data import open_rows; "
            "open_rows(sys.argv[1], memory=10**9); open_rows(sys.argv[1], memory=1); "
            "print([name for name in ('pyarrow.dataset', 'pandas', 'tensorflow') if name in sys.modules])"
        )

        said = subprocess.run([sys.executable, "-c", code, files], capture_output=True, text=True, check=True)

        assert said.stdout == "[]\n"


class TestTemporaryFiles:
    """They go when the rows are done with, however that comes."""

    def test_they_are_removed_when_the_stream_is_closed(self, kept):
        stream = open_rows(generator(), memory=1)
        assert [path.suffix for folder in kept.iterdir() for path in folder.iterdir()] == [".parquet"]

        stream.close()
        stream.close()

        assert list(kept.iterdir()) == []
        assert refusal(next, stream.batches()) == "the rows of the generator are closed: open them again"

    def test_they_are_removed_when_the_stream_is_forgotten(self, kept):
        stream = open_rows(generator(), memory=1)
        batches = stream.batches(size=100)
        next(batches)
        del stream
        assert next(batches)[0] == 100
        del batches

        assert list(kept.iterdir()) == []

    def test_they_are_removed_when_the_process_ends(self, kept, tmp_path):
        write(BASIC, tmp_path / "a.csv")
        code = (
            "import sys; from modelzoo.data import open_rows; "
            "stream = open_rows(sys.argv[1], memory=1); print(stream.rows); raise SystemExit(3)"
        )

        ended = subprocess.run(
            [sys.executable, "-c", code, tmp_path / "a.csv"],
            env={**os.environ, "TMPDIR": str(kept)},
            capture_output=True,
            text=True,
        )

        assert (ended.returncode, ended.stdout, ended.stderr) == (3, "1000\n", "")

    def test_they_are_removed_when_the_batches_fail(self, kept):
        def failing():
            yield from generator()
            raise RuntimeError("boom")

        with pytest.raises(RuntimeError, match="boom"):
            open_rows(failing(), memory=1)

    def test_a_full_disk_is_told_with_the_folder_and_how_to_choose_another(self, kept):
        code = (
            "import resource, numpy as np, pyarrow as pa; from modelzoo.data.opening import open_rows\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))\n"
            "batches = (pa.table({'a': np.random.default_rng(seed).random(50_000)}) for seed in range(9))\n"
            "try: open_rows(batches, memory=1)\n"
            "except Exception as error: print(type(error).__name__, error)"
        )

        said = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "TMPDIR": str(kept)},
            capture_output=True,
            text=True,
            check=True,
        )

        assert said.stderr == ""
        assert said.stdout.startswith(f"DataError there is no room left for the rows in {kept}/modelzoo-rows-")
        assert said.stdout.endswith("Make room, or choose another folder with the environment variable TMPDIR\n")


class TestRefusals:
    """What cannot be streamed is told before, or where, it is met."""

    def test_a_parquet_file_that_was_cut_off(self, files):
        broken = files / "1.parquet"
        broken.write_bytes(broken.read_bytes()[:-20])

        told = refusal(open_rows, files, memory=1)
        assert told.startswith(f"{broken} is a Parquet file cut short: its end is missing")

    def test_a_parquet_file_with_damaged_pages(self, files):
        broken = files / "1.parquet"
        content = bytearray(broken.read_bytes())
        content[4:400] = b"\xff" * 396
        broken.write_bytes(content)
        stream = open_rows(files, memory=1)

        assert refusal(list, stream.batches()).startswith(f"{broken} is a damaged Parquet file: ")

    def test_a_file_that_is_written_again_meanwhile(self, files):
        stream = open_rows(files, memory=1)
        batches = stream.batches()
        next(batches)
        parquet_file(files / "1.parquet", BASIC)

        assert refusal(list, batches) == f"{files / '1.parquet'} has changed while it was read: start again"

    def test_files_of_other_columns(self, files):
        parquet_file(files / "3.parquet", BASIC.drop_columns(["x"]).append_column("y", BASIC["x"]))

        assert refusal(open_rows, files, memory=1) == (
            f"the files of {files} do not fit together:\n"
            f"  {files / '3.parquet'}: lacks the column 'x' of {files / '0.parquet'}\n"
            f"  {files / '3.parquet'}: has the column 'y', which {files / '0.parquet'} lacks"
        )

    @pytest.mark.parametrize("memory", [1, 10**6])
    def test_batches_of_other_types(self, kept, memory):
        batches = (pa.table({"a": values}) for values in ([1], ["x"]))

        assert refusal(open_rows, batches, memory=memory) == (
            "the batches of the generator do not fit together:\n"
            "  batch 2: holds text in the column 'a'; before it stand numbers"
        )

    @pytest.mark.parametrize("memory", [1, 10**6])
    def test_a_batch_that_is_none(self, kept, memory):
        assert refusal(open_rows, iter([BASIC, {"a": [1]}]), memory=memory) == (
            "batch 2 is no record batch, as those before were. Received: builtins.dict"
        )

    def test_files_without_rows(self, tmp_path):
        parquet_file(tmp_path / "a.parquet", BASIC.slice(0, 0))

        assert refusal(Stream, [ParquetPart.open(tmp_path / "a.parquet")], "it") == "it holds no rows"

    def test_names_that_repeat(self, tmp_path):
        parquet_file(tmp_path / "a.parquet", pa.table([[1], [2]], names=["a", "a"]))

        assert refusal(open_rows, tmp_path, memory=1) == (
            "column names repeat:\n  a: stands there more than once; rename or drop one"
        )

    def test_columns_that_are_not_there(self, files):
        stream = open_rows(files, memory=1)

        with pytest.raises(ColumnError) as caught:
            next(stream.batches(["row", "wrod"]))

        assert str(caught.value) == (
            f"{files} lacks columns (it has: row, x, word):\n  wrod: is not there. Did you mean 'word'?"
        )


class TestText:
    """CSV files become the rows that ``to_table`` reads."""

    def test_columns_are_text_where_text_belongs_or_any_file_holds_words(self, tmp_path, kept):
        for name, content in {"a": "zip,n\n007,1\n", "b": "zip,n\n7,x\n", "c": "zip,n\n008,NA\n"}.items():
            (tmp_path / f"{name}.csv").write_text(content)

        with open_rows(tmp_path / "*.csv", text=["zip"], memory=1) as stream:
            rows = [row for _, table in stream.batches() for row in table.to_pylist()]

        assert rows == [{"zip": "007", "n": "1"}, {"zip": "7", "n": "x"}, {"zip": "008", "n": None}]
        assert rows == to_table(tmp_path / "*.csv", text=["zip"]).to_pylist()

    def test_columns_are_named_where_no_line_names_them(self, tmp_path, kept):
        path = tmp_path / "a.csv"
        csv.write_csv(BASIC, path, csv.WriteOptions(include_header=False))

        with open_rows(path, columns=BASIC.column_names, memory=1) as stream:
            assert rows_of(stream.batches()).to_pylist() == BASIC.to_pylist()

    def test_a_file_that_cannot_be_read_is_named(self, tmp_path, kept):
        path = tmp_path / "a.csv"
        path.write_text("a,b\n1,2\n3\n")

        assert refusal(open_rows, path, memory=1).startswith(f"{path}")


PEAK = """
import resource, sys
from modelzoo.data import open_rows

stream = open_rows(sys.argv[1], memory=1)
next(stream.batches())  # what reading costs at all
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
seen = sum(table.num_rows for _, table in stream.batches())
seen += sum(table.num_rows for _, table in stream.shuffled_batches(seed=0))
print(seen, stream.nbytes, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_does_not_grow_with_the_rows(tmp_path):
    chunk = pa.table({f"x{number}": np.random.default_rng(number).random(100_000) for number in range(10)})
    with parquet.ParquetWriter(tmp_path / "a.parquet", chunk.schema, compression="lz4") as writer:
        for _ in range(2):
            writer.write_table(pa.concat_tables([chunk] * 10), row_group_size=1_000_000)

    said = subprocess.run(
        [sys.executable, "-c", PEAK, tmp_path / "a.parquet"], capture_output=True, text=True, check=True
    )
    seen, nbytes, growth = map(int, said.stdout.split())

    assert (seen, nbytes) == (4_000_000, 160_000_000)
    assert growth * 1024 < nbytes / 2


def test_text_that_repeats_comes_as_a_dictionary_where_that_is_wanted(tmp_path):
    few, many = ["up", "down", None, "up"] * 2_000, [f"value {number}" for number in range(8_000)]
    parquet.write_table(pa.table({"few": few, "many": many, "n": range(8_000)}), tmp_path / "d.parquet")
    stream = open_rows(tmp_path / "d.parquet", memory=0)

    batches = list(stream.batches(size=3_000, dictionaries=["few", "many", "n"]))

    assert [pa.types.is_dictionary(kind) for kind in batches[0][1].schema.types] == [True, False, False]
    assert [first for first, _ in batches] == [0, 3_000, 6_000]
    values = [value for _, table in batches for value in table["few"].cast(pa.string()).to_pylist()]
    assert (values, stream.schema.field("few").type) == (few, pa.string())
