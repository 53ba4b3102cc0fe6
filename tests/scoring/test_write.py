"""Predictions are written whole or not at all, and the rows that were skipped beside them."""

import json
import os
import resource
import signal

import pyarrow as pa
import pytest
from modelzoo_registry import ColumnError, DataError
from pyarrow import parquet

from modelzoo.data.files import read
from modelzoo.data.writing import table_writer
from modelzoo.scoring.bad_rows import SkippedRow
from modelzoo.scoring.bulk import Scored
from modelzoo.scoring.progress import Progress
from modelzoo.scoring.write import Written, write_file

SUFFIXES = [".csv", ".tsv", ".parquet", ".jsonl", ".ndjson"]
SCHEMA = pa.schema({"id": pa.int64(), "p": pa.struct({"no": pa.float64()})})
ROW = SkippedRow(3, "number: why", {"number": "x"})


def piece(*ids):
    return pa.table({"id": ids, "p": [{"no": 0.5}] * len(ids)}, SCHEMA)


def write(batches, out):
    return write_file(batches, SCHEMA, out, Progress(None, shown=False))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_pieces_make_one_file(tmp_path, suffix):
    out = tmp_path / f"s{suffix}"

    written = write([Scored(piece(1, 2)), Scored(piece()), Scored(piece(3))], out)

    rows = read(out).to_pylist()
    structs = [{"id": row["id"], "p": {"no": row["p.no"]}} if "p.no" in row else row for row in rows]
    assert (written, structs) == (Written(3, 0), piece(1, 2, 3).to_pylist())
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_of_no_rows_the_columns_are_written(tmp_path, suffix):
    out = tmp_path / f"s{suffix}"

    write([Scored(piece(), [ROW])], out)

    content = out.read_bytes()
    heads = {".csv": b'"id","p.no"\n', ".tsv": b'"id"\t"p.no"\n', ".jsonl": b"", ".ndjson": b""}
    assert parquet.read_schema(out) == SCHEMA if suffix == ".parquet" else content == heads[suffix]


def test_many_small_pieces_of_parquet_make_few_row_groups(tmp_path):
    write([Scored(piece(*range(start, start + 1000))) for start in range(0, 300_000, 1000)], tmp_path / "s.parquet")

    metadata = parquet.read_metadata(tmp_path / "s.parquet")
    assert [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)] == [263_000, 37_000]
    assert parquet.read_table(tmp_path / "s.parquet")["id"].to_pylist() == list(range(300_000))


def test_skipped_rows_go_to_a_file_beside_it(tmp_path):
    written = write([Scored(piece(1), [ROW]), Scored(piece(2)), Scored(piece(), [ROW])], tmp_path / "s.csv")

    line = {"row": 3, "reason": "number: why", "values": {"number": "x"}}
    assert written == Written(2, 2)
    assert [json.loads(text) for text in (tmp_path / "s.skipped.jsonl").read_text().splitlines()] == [line, line]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.csv", "s.skipped.jsonl"]


def test_what_was_skipped_at_another_time_does_not_stay(tmp_path):
    (tmp_path / "s.skipped.jsonl").write_text("old")

    write([Scored(piece(1))], tmp_path / "s.csv")

    assert [path.name for path in tmp_path.iterdir()] == ["s.csv"]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("error", [DataError("bad"), KeyboardInterrupt()], ids=["error", "Ctrl-C"])
def test_a_failure_leaves_everything_as_it_was(tmp_path, suffix, error):
    out, side = tmp_path / f"s{suffix}", tmp_path / "s.skipped.jsonl"
    out.write_text("old")
    side.write_text("old")

    def fail():
        yield Scored(piece(1), [ROW])
        raise error

    with pytest.raises(type(error)):
        write(fail(), out)

    assert (out.read_text(), side.read_text()) == ("old", "old")
    assert sorted(tmp_path.iterdir()) == sorted([out, side])


def test_what_a_link_leads_to_is_replaced(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "s.csv").symlink_to(tmp_path / "deep/real.csv")

    write([Scored(piece(1))], tmp_path / "s.csv")

    assert (tmp_path / "s.csv").is_symlink()
    assert (tmp_path / "deep/real.csv").read_text() == '"id","p.no"\n1,0.5\n'


def test_names_that_repeat_once_structures_are_spread_are_refused(tmp_path):
    schema = pa.schema({"p.no": pa.int64(), "p": pa.struct({"no": pa.float64()})})

    with pytest.raises(ColumnError) as caught, table_writer(tmp_path / "s.csv", schema):
        pytest.fail("the file was opened")

    assert str(caught.value) == "the columns cannot be written:\n  p.no: is the name of two columns of a CSV file"


def test_a_piece_of_other_types_is_brought_to_the_first_ones_or_refused(tmp_path):
    schema = pa.schema({"id": pa.int64()})
    with table_writer(tmp_path / "s.parquet", schema) as writer:
        writer.write(pa.table({"id": pa.array([1, 2], pa.int8())}))
    with pytest.raises(DataError) as caught, table_writer(tmp_path / "t.parquet", schema) as writer:
        writer.write(pa.table({"id": ["a"]}))

    assert read(tmp_path / "s.parquet").to_pylist() == [{"id": 1}, {"id": 2}]
    assert str(caught.value).startswith("the rows cannot be joined:\n  id: ")
    assert not (tmp_path / "t.parquet").exists()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_that_cannot_grow_is_told_and_not_left(tmp_path, suffix):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # which would end the process
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(DataError, match=rf"s{suffix} cannot be written: .*File too large"):
            write([Scored(piece(*range(start, start + 1000))) for start in range(10)], tmp_path / f"s{suffix}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)

    assert list(tmp_path.iterdir()) == []


def test_what_is_no_file_is_never_replaced(tmp_path):
    os.mkfifo(tmp_path / "s.csv")

    with pytest.raises(DataError) as caught:
        write([Scored(piece(1))], tmp_path / "s.csv")

    assert str(caught.value) == f"{tmp_path}/s.csv is there, and no file: name another"
    assert (tmp_path / "s.csv").is_fifo()
