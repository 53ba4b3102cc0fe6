"""``zoo predict`` of many rows: kept columns, rows that are skipped, and what is left when it is stopped."""

import json
import os
import signal
import subprocess
import sys
import termios
from pathlib import Path
from subprocess import DEVNULL, PIPE

import pytest
from pyarrow import parquet

from modelzoo.data.files import read

pytestmark = pytest.mark.xdist_group("cli")

ZOO = Path(sys.executable).with_name("zoo")


@pytest.fixture
def spoilt(beside):
    """The rows as ``mine.csv``, with an id, and without a weight in the second and the last but one."""
    header, *rows = (beside / "train.csv").read_text().splitlines()
    broken = ["heavy," + row.split(",", 1)[1] if place in (1, 298) else row for place, row in enumerate(rows)]
    with_id = [f"d{place},{row}" for place, row in enumerate(broken)]
    (beside / "mine.csv").write_text("\n".join(["id," + header, *with_id]) + "\n")
    return beside


@pytest.mark.parametrize("words", ["--keep id,cut", "--keep id --keep cut"])
def test_kept_columns_come_first(zoo, beside, words):
    rows = [{**row, "id": place} for place, row in enumerate(read(beside / "new.jsonl").to_pylist())]
    (beside / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    said = zoo(f"predict exports --data rows.jsonl {words}")

    kept = [json.loads(line) for line in said.out.splitlines()]
    assert [list(row) for row in kept] == [["id", "cut", "prediction"]] * 3
    assert [(row["id"], row["cut"]) for row in kept] == [(row["id"], row["cut"]) for row in rows]


def test_a_column_to_keep_that_is_not_there_is_told(refusal, beside):
    assert refusal("predict exports --data new.jsonl --keep karat --out s.csv").splitlines()[1:] == [
        "  karat: is not there. Did you mean 'carat'?"
    ]
    assert not (beside / "s.csv").exists()


@pytest.mark.parametrize("scorer", ["run", "exports"])
def test_skipped_rows_are_told_and_written_beside(zoo, spoilt, scorer):
    said = zoo(f"predict {scorer} --data mine.csv --keep id --on-error skip --out s.parquet")

    assert (said.code, said.out) == (0, "")
    assert said.err == "298 predictions written to s.parquet (2 rows skipped: s.skipped.jsonl)\n"
    assert parquet.read_table("s.parquet")["id"].to_pylist() == [f"d{n}" for n in range(300) if n not in (1, 298)]
    skipped = [json.loads(line) for line in (spoilt / "s.skipped.jsonl").read_text().splitlines()]
    assert [(line["row"], line["reason"], line["values"]["id"]) for line in skipped] == [
        (2, "carat: a number belongs here. Received: row 2: 'heavy'", "d1"),
        (299, "carat: a number belongs here. Received: row 299: 'heavy'", "d298"),
    ]


def test_without_a_file_skipped_rows_are_told_on_standard_error(zoo, spoilt):
    said = zoo("predict exports --data mine.csv --on-error skip")

    assert (said.code, len(said.out.splitlines())) == (0, 298)
    assert said.err == (
        "row 2 skipped: carat: a number belongs here. Received: row 2: 'heavy'\n"
        "row 299 skipped: carat: a number belongs here. Received: row 299: 'heavy'\n"
    )


def test_a_bad_row_stops_and_leaves_nothing(refusal, spoilt):
    before = {path.name for path in spoilt.iterdir()}

    assert refusal("predict exports --data mine.csv --out s.csv") == (
        "the data does not fit the model:\n"
        "  carat: a number belongs here. Received: row 2: 'heavy', row 299: 'heavy'"
    )  # fmt: skip
    assert {path.name for path in spoilt.iterdir()} == before


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_csv_goes_in_and_out(zoo, beside, suffix):
    assert zoo(f"predict exports --data train.csv --keep cut,price --out s{suffix}").code == 0

    rows, written = read(beside / "train.csv"), read(beside / f"s{suffix}")
    assert written.column_names == ["cut", "price", "prediction"]
    assert written.select(["cut", "price"]).to_pylist() == rows.select(["cut", "price"]).to_pylist()


def test_rows_to_skip_are_never_replaced_by_those_that_were(refusal, beside):
    (beside / "s.skipped.jsonl").write_bytes((beside / "new.jsonl").read_bytes())

    assert refusal("predict exports --data s.skipped.jsonl --out s.csv") == (
        "--out s.skipped.jsonl is the file of --data: the predictions would replace the rows"
    )


class TestStopped:
    @pytest.fixture
    def scoring(self, beside):
        """A scoring to ``s.csv``, which was there before, in the middle of its rows."""
        (beside / "s.csv").write_text("old")
        lines = (beside / "new.jsonl").read_bytes()
        words = [ZOO, "predict", "exports", "--data", "-", "--out", "s.csv"]
        # Ctrl-C means something also where the tests themselves run in the background, which ignores it.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        process = subprocess.Popen(words, cwd=beside, stdin=PIPE, stdout=DEVNULL, stderr=PIPE)
        signal.signal(signal.SIGINT, before)
        with process:
            process.stdin.write(lines * (8 * 2**20 // len(lines)))  # more than is read ahead
            process.stdin.flush()
            assert len(list(beside.glob(".s.csv.*.partial"))) == 1
            yield process
            process.kill()

    @pytest.mark.parametrize(
        ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"]
    )
    def test_by_a_signal_it_leaves_nothing(self, beside, scoring, number, code):
        scoring.send_signal(number)

        assert (scoring.wait(), scoring.stderr.read()) == (code, b"\nError: stopped\n")
        assert (beside / "s.csv").read_text() == "old"
        assert not list(beside.glob(".s.csv*"))

    def test_by_force_it_leaves_the_old_file(self, beside, scoring):
        scoring.kill()
        scoring.wait()

        assert (beside / "s.csv").read_text() == "old"


def test_on_a_terminal_a_bar_moves_and_a_line_takes_its_place(beside):
    words = [ZOO, "predict", "exports", "--data", "train.csv", "--out", "s.csv"]
    leader, follower = os.openpty()
    termios.tcsetwinsize(follower, (24, 100))
    subprocess.run(words, cwd=beside, stderr=follower, check=True)
    os.close(follower)

    shown = os.read(leader, 1 << 16).decode()
    os.close(leader)

    assert " rows/s]" in shown
    assert shown.endswith("300 predictions written to s.csv\r\n")
