"""A JSON Lines file in blocks holds what it holds in one table, of the same types."""

import json

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from modelzoo_registry import DataError

from modelzoo.data import files, json_lines

SINGLE = [None, True, False, 0, 1, -5, 2**53 + 1, 2**63, 2**70, 10**400, 0.5, float("nan"), "", "x", "é"]
NESTED = [None, [1, 2], [3, 4], [0.5, 1], [], [1], [1, None], [[1, 2]], {"a": 1}, {"b": 0.5}, ["x"]]
TRUTHS = [None, [True, False], [False, False], [True]]
ALIKE = st.sampled_from([SINGLE, NESTED, TRUTHS]).flatmap(
    lambda some: st.lists(st.sampled_from(some), min_size=1, max_size=3, unique_by=repr)
)
COLUMN = ALIKE.flatmap(lambda some: st.lists(st.sampled_from([*some, ...]), min_size=8, max_size=8))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(columns=st.lists(COLUMN, min_size=1, max_size=2), portion=st.integers(1, 60))
def test_blocks_have_the_types_and_the_rows_of_the_table(tmp_path, monkeypatch, columns, portion):
    monkeypatch.setattr(json_lines, "_PORTION", portion)
    path = tmp_path / "d.jsonl"
    rows = [{"ab"[place]: value for place, value in enumerate(row) if value is not ...} for row in zip(*columns)]  # noqa: B905
    path.write_text("".join(json.dumps({"id": 1} | row) + "\n" for row in rows))
    try:
        table = files.read(path)
    except DataError:
        with pytest.raises(DataError, match=r"^.*d\.jsonl: columns cannot be read:"):
            list(files.json_blocks(path))
        return

    whole = pa.Table.from_batches(files.json_blocks(path))

    assert whole.schema == table.schema
    assert repr(whole.to_pylist()) == repr(table.to_pylist())  # NaN within arrays does not equal itself


def test_a_bad_line_is_refused_before_any_block(file):
    path = file("d.jsonl", '{"a": 1}\n' * 120_000 + '{"a": 1\n')

    with pytest.raises(DataError) as caught:
        next(files.json_blocks(path))

    assert str(caught.value).startswith(f"{path}, line 120001, column 8: not JSON: Expecting")


def test_blocks_keep_to_their_size(file):
    path = file("d.jsonl", '{"a": 1}\n' * 150_000 + '{"a": 0.5}\n')

    read = list(files.json_blocks(path))

    assert len(read) > 1
    assert {batch.schema.field("a").type for batch in read} == {pa.float64()}
    assert sum(batch.num_rows for batch in read) == 150_001


def test_a_file_of_blank_lines_has_no_blocks(file):
    path = file("d.jsonl", "\n\n")

    with pytest.raises(DataError, match="is empty: one JSON object a line is expected"):
        next(files.json_blocks(path))


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "b": "x"}',
        '{\n  "a": 1,\n  "b": "x"\n}\n',
        '[{"a": 1, "b": "x"}]',
        '\ufeff{"a": 1, "b": "x"}\n',
    ],
)
def test_a_json_file_may_hold_an_object_or_a_list_of_them(tmp_path, text):
    path = tmp_path / "row.json"
    path.write_text(text, encoding="utf-8")

    assert files.read(path).to_pylist() == [{"a": 1, "b": "x"}]


def test_a_json_file_may_hold_json_lines_whose_faults_are_named_by_line(tmp_path):
    path = tmp_path / "rows.json"
    path.write_text('{"a": 1}\n{"a": 2}\n')
    assert files.read(path).column("a").to_pylist() == [1, 2]

    path.write_text('{"a": 1}\n{"a": \n')
    with pytest.raises(DataError) as caught:
        files.read(path)
    assert str(caught.value) == f"{path}, line 2, column 6: not JSON: Expecting value"
