"""Rows are scored in batches and by threads as they are all at once, in their order."""

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from modelzoo_registry import ColumnError, DataError
from pyarrow import parquet

from modelzoo.data import Stream
from modelzoo.data.files import write
from modelzoo.data.parts import TablePart
from modelzoo.scoring.bulk import BulkScorer, open_file
from modelzoo.scoring.lines import LineStream

pytestmark = pytest.mark.xdist_group("scoring")

TASKS = ["regression", "binary", "multiclass", "reconstruction"]
MISFIT = "the data does not fit the model:\n  "
LACKS = 'a value belongs here, since the schema says missing = "reject". Received none: '


def streamed(table):
    return Stream([TablePart(table, "rows")], "rows")


def spoilt(rows, bad):
    """Return the rows with numbers as text, of which some are replaced."""
    texts = [bad.get(place, str(value)) for place, value in enumerate(rows["number"].to_pylist())]
    return rows.set_column(1, "number", pa.array(texts))


def scored(bulk, **how):
    """Return what was scored as one table, and what was skipped."""
    batches = list(bulk.batches(**how))
    skipped = [row for batch in batches for row in batch.skipped]
    return pa.concat_tables([batch.table.cast(bulk.schema) for batch in batches]), skipped


@given(st.sampled_from(TASKS), st.integers(1, 210), st.integers(1, 3))
def test_batches_and_threads_change_neither_order_nor_values(scorers, rows, task, size, workers):
    scorer = scorers[task]
    at_once = scorer.score(rows)

    table, skipped = scored(BulkScorer(scorer, streamed(rows), keep=["id"]), size=size, workers=workers)

    assert table.column_names == ["id", *at_once.column_names]
    assert (table["id"].to_pylist(), skipped) == (rows["id"].to_pylist(), [])
    for name in at_once.column_names:
        assert near(table[name].to_pylist(), at_once[name].to_pylist())


def near(ours, theirs):
    """Whether values are equal, numbers within what the order of additions may change."""
    for one, other in zip(ours, theirs, strict=True):
        if isinstance(one, dict):
            assert near(one.values(), other.values())
        elif isinstance(one, float):
            assert one == pytest.approx(other, rel=1e-5, abs=1e-4)
        else:
            assert one == other
    return True


@pytest.mark.parametrize("task", TASKS)
def test_columns_are_told_beforehand_as_they_come(scorers, rows, task):
    bulk = BulkScorer(scorers[task], streamed(rows), keep=["id"])

    (batch,) = bulk.batches()

    assert batch.table.schema.equals(bulk.schema)


def test_a_label_is_the_likeliest_and_has_the_probability_of_each(scorers, rows):
    for task in ("binary", "multiclass"):
        scorer = scorers[task]
        for row in scorer.score(rows).to_pylist():
            assert list(row["probabilities"]) == [str(label) for label in scorer.scorer.classes]
            assert sum(row["probabilities"].values()) == pytest.approx(1, abs=1e-5)
            assert str(row["label"]) == max(row["probabilities"], key=row["probabilities"].get)


def test_a_batch_is_as_small_as_rows_are_wide(scorers, rows):
    wide = rows.append_column("wide", pa.FixedShapeTensorArray.from_numpy_ndarray(np.zeros((200, 50_000), np.float32)))

    batches = list(BulkScorer(scorers["regression"], streamed(wide), keep=["wide"]).batches())

    assert [batch.rows for batch in batches] == [41, 41, 41, 41, 36]


class TestFiles:
    @pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
    def test_rows_of_files_are_scored_as_those_in_memory(self, scorers, rows, tmp_path, suffix):
        write(rows, tmp_path / f"rows{suffix}")
        scorer = scorers["regression"]
        source = open_file(tmp_path / f"rows{suffix}", columns=None, text=scorer.text)

        table, _ = scored(BulkScorer(scorer, source, keep=["id", "word"]), size=64)

        assert table["id"].to_pylist() == rows["id"].to_pylist()
        assert table["word"].to_pylist() == rows["word"].to_pylist()
        assert near(table["prediction"].to_pylist(), scorer.score(rows)["prediction"].to_pylist())

    def test_of_parquet_no_other_column_is_read(self, scorers, rows, tmp_path):
        path = tmp_path / "rows.parquet"
        secret = "not to be read" * 10
        with_other = rows.append_column("other", pa.array([secret] * rows.num_rows))
        parquet.write_table(with_other, path, compression="none", use_dictionary=False)
        content = path.read_bytes()
        damaged = content.replace(secret.encode(), b"\xff" * len(secret), rows.num_rows)
        assert damaged != content
        path.write_bytes(damaged)
        scorer = scorers["regression"]

        table, _ = scored(BulkScorer(scorer, open_file(path, columns=None, text=()), keep=["id"]))

        assert near(table["prediction"].to_pylist(), scorer.score(rows)["prediction"].to_pylist())


class TestKeptColumns:
    def test_one_that_is_not_there_is_refused_before_anything_is_scored(self, scorers, rows):
        with pytest.raises(ColumnError) as caught:
            BulkScorer(scorers["regression"], streamed(rows), keep=["idd", "id"])

        assert str(caught.value) == (
            "the data lacks columns to keep (it has: id, number, word, day, whole):\n"
            "  idd: is not there. Did you mean 'id'?"
        )

    @pytest.mark.parametrize(
        ("task", "names"),
        [
            ("regression", ["prediction"]),
            ("binary", ["label", "probabilities"]),
            ("reconstruction", ["number", "reconstruction_error"]),
        ],
    )
    def test_one_that_is_named_as_a_prediction_is_refused(self, scorers, rows, task, names):
        for name in names:
            if name not in rows.column_names:
                rows = rows.append_column(name, rows["id"])

        with pytest.raises(ColumnError) as caught:
            BulkScorer(scorers[task], streamed(rows), keep=["id", *names])

        assert str(caught.value) == "\n".join(
            [
                "columns cannot be kept: give them another name in the data:",
                *(f"  {name}: is what a column of the predictions is called" for name in names),
            ]
        )

    def test_the_order_is_that_of_the_asking_and_each_comes_once(self, scorers, rows):
        bulk = BulkScorer(scorers["regression"], streamed(rows), keep=["word", "id", "word"])

        assert bulk.schema.names == ["word", "id", "prediction"]

    def test_a_missing_column_of_the_model_is_told_before_anything_is_scored(self, scorers, rows):
        with pytest.raises(ColumnError, match="word: is not there"):
            BulkScorer(scorers["regression"], streamed(rows.drop_columns(["word"])))


class TestRowsThatDoNotFit:
    def test_stop_names_the_rows_by_their_numbers_among_all(self, scorers, rows):
        bulk = BulkScorer(scorers["regression"], streamed(spoilt(rows, {130: "heavy", 131: None, 190: "x"})))

        with pytest.raises(DataError) as caught:
            list(bulk.batches(size=16))

        assert str(caught.value) == MISFIT + "number: a number belongs here. Received: row 131: 'heavy'"

    def test_batches_before_a_bad_row_are_handed_out(self, scorers, rows):
        batches = BulkScorer(scorers["regression"], streamed(spoilt(rows, {130: "heavy"}))).batches(size=16)

        assert [next(batches).rows for _ in range(8)] == [16] * 8
        with pytest.raises(DataError, match="row 131"):
            next(batches)

    def test_skip_leaves_out_the_bad_rows_and_no_other(self, scorers, rows):
        bad = {0: "heavy", 17: None, 18: "1.5.2", 199: ""}
        scorer = scorers["regression"]

        table, skipped = scored(BulkScorer(scorer, streamed(spoilt(rows, bad)), keep=["id"], skip=True), size=16)

        good = rows.filter(pa.array([place not in bad for place in range(rows.num_rows)]))
        assert table["id"].to_pylist() == good["id"].to_pylist()
        assert near(table["prediction"].to_pylist(), scorer.score(good)["prediction"].to_pylist())
        assert [(row.row, row.reason) for row in skipped] == [
            (1, "number: a number belongs here. Received: row 1: 'heavy'"),
            (18, f"number: {LACKS}row 18"),
            (19, "number: a number belongs here. Received: row 19: '1.5.2'"),
            (200, f"number: {LACKS}row 200"),
        ]
        assert skipped[1].values == {**rows.to_pylist()[17], "number": None}

    @pytest.mark.parametrize("task", TASKS)
    def test_of_bad_rows_alone_no_prediction_comes(self, scorers, rows, task):
        bulk = BulkScorer(scorers[task], streamed(spoilt(rows, dict.fromkeys(range(200), "heavy"))), skip=True)

        table, skipped = scored(bulk, size=64)

        assert (table.num_rows, table.schema) == (0, bulk.schema)
        assert [row.row for row in skipped] == list(range(1, 201))

    @pytest.mark.parametrize("skip", [False, True])
    def test_a_column_of_a_wrong_type_is_refused_all_the_same(self, scorers, rows, skip):
        wrong = rows.set_column(1, "number", rows["day"])

        with pytest.raises(DataError) as caught:
            list(BulkScorer(scorers["regression"], streamed(wrong), skip=skip).batches(size=64))

        assert str(caught.value) == MISFIT + "number: numbers belong here. Received: a column of timestamp[s]"


class TestLines:
    @pytest.fixture
    def lines(self, rows):
        plain = rows.set_column(3, "day", rows["day"].cast(pa.string()))
        return [json.dumps(row).encode() + b"\n" for row in plain.to_pylist()]

    def test_rows_come_in_portions_and_in_order(self, scorers, rows, lines):
        scorer = scorers["regression"]
        bulk = BulkScorer(scorer, LineStream(lines, "lines", size=30), keep=["id"])

        batches = list(bulk.batches())

        assert [batch.rows for batch in batches] == [30, 30, 30, 30, 30, 30, 20]
        table = pa.concat_tables([batch.table for batch in batches])
        assert table["id"].to_pylist() == rows["id"].to_pylist()
        assert near(table["prediction"].to_pylist(), scorer.score(rows)["prediction"].to_pylist())

    def test_a_portion_ends_where_its_lines_are_long(self):
        lines = [b'{"a": "%s"}\n' % (b"x" * 2**19)] * 5

        assert [table.num_rows for _, table in LineStream(lines, "lines", size=100).batches(["a"])] == [2, 2, 1]

    def test_few_lines_are_read_ahead(self, scorers, lines):
        taken = []
        counted = (taken.append(line) or line for line in lines)

        next(BulkScorer(scorers["regression"], LineStream(counted, "lines", size=10)).batches(workers=2))

        assert len(taken) == 40

    def test_a_name_that_a_portion_lacks_is_missing_there(self):
        lines = [b'{"a": 1, "b": 2}\n', b'{"a": 2}\n', b'{"c": 1}\n']

        portions = [table.to_pylist() for _, table in LineStream(lines, "lines", size=1).batches(["a", "b"])]

        assert portions == [[{"a": 1, "b": 2}], [{"a": 2, "b": None}], [{"a": None, "b": None}]]

    def test_a_line_that_is_no_json_is_named_behind_the_rows_before(self, scorers, lines):
        lines[150] = b"{}{\n"
        batches = BulkScorer(scorers["regression"], LineStream(lines, "lines", size=100)).batches(workers=1)

        assert next(batches).rows == 100
        with pytest.raises(DataError, match="lines, line 151, column 3: not JSON"):
            next(batches)
