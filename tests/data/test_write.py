"""Tables are written whole or not at all, and read back as they were."""

import datetime
import math
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from modelzoo_registry import DataError

from modelzoo.data import files, to_table

SUFFIXES = [".csv", ".parquet", ".jsonl", ".ndjson"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_written_is_read_back(tmp_path, suffix):
    table = pa.table(
        {
            "price": [326.1, 1e308, 5e-324, None],
            "label": ["Good", 'é, "日本"\n', "x", None],
            "count": [1, -(2**63), 2**63 - 1, None],
            "yes": [True, False, True, None],
        }
    )

    files.write(table, tmp_path / f"d{suffix}")

    assert to_table(tmp_path / f"d{suffix}").to_pylist() == table.to_pylist()


@pytest.mark.parametrize("suffix", [".parquet", ".jsonl"])
def test_arrays_keep_their_shape(tmp_path, suffix):
    images = pa.FixedShapeTensorArray.from_numpy_ndarray(np.arange(8.0).reshape(2, 2, 2))

    files.write(pa.table({"x": images}), tmp_path / f"d{suffix}")

    assert to_table(tmp_path / f"d{suffix}")["x"].combine_chunks().to_numpy_ndarray().tolist() == [
        [[0, 1], [2, 3]],
        [[4, 5], [6, 7]],
    ]


def test_json_gets_null_for_what_it_has_no_number_for(tmp_path):
    path = tmp_path / "d.jsonl"

    files.write(pa.table({"p": [math.nan, math.inf, -math.inf, 0.5]}), path)

    assert path.read_text() == '{"p": null}\n{"p": null}\n{"p": null}\n{"p": 0.5}\n'


def test_json_gets_null_for_it_within_arrays_lists_and_structures_too(tmp_path):
    path, numbers = tmp_path / "d.jsonl", np.array([[1.5, math.nan], [math.inf, 2.0]])
    arrays = pa.FixedShapeTensorArray.from_numpy_ndarray(numbers)

    files.write(pa.table({"x": arrays, "l": [[math.nan], []], "s": [{"p": math.nan}, {"p": 1.0}]}), path)

    assert path.read_text() == (
        '{"x": [1.5, null], "l": [null], "s": {"p": null}}\n{"x": [null, 2.0], "l": [], "s": {"p": 1.0}}\n'
    )


def test_json_gets_dates_and_decimals_in_forms_it_has(tmp_path):
    path = tmp_path / "d.jsonl"

    files.write(pa.table({"day": [datetime.date(2020, 1, 31)], "sum": [Decimal("1.50")]}), path)

    assert path.read_text() == '{"day": "2020-01-31", "sum": 1.5}\n'


def test_csv_spreads_structures_over_columns(tmp_path):
    path = tmp_path / "d.csv"

    files.write(pa.table({"p": [{"no": 0.25, "yes": 0.75}]}), path)

    assert path.read_text() == '"p.no","p.yes"\n0.25,0.75\n'


@pytest.mark.parametrize(
    ("suffix", "values", "cause"),
    [(".csv", [[1, 2]], "Unsupported Type"), (".jsonl", [None, b"x"], "JSON has no bytes")],
)
def test_what_a_format_cannot_hold_is_refused_and_the_old_file_stays(tmp_path, suffix, values, cause):
    path = tmp_path / f"d{suffix}"
    path.write_text("old")

    with pytest.raises(DataError) as caught:
        files.write(pa.table({"a": values}), path)

    assert str(caught.value).startswith(f"{path}: {suffix} cannot hold this table: {cause}")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_unknown_suffix_is_refused_with_those_that_are_written(tmp_path):
    with pytest.raises(DataError) as caught:
        files.write(pa.table({"a": [1]}), tmp_path / "d.xlsx")

    assert str(caught.value) == (
        f"{tmp_path}/d.xlsx: cannot write '.xlsx'. Writable: .csv, .tsv, .parquet, .jsonl, .ndjson"
    )


def test_a_folder_that_is_not_there_and_one_in_the_way_are_refused(tmp_path):
    (tmp_path / "d.csv").mkdir()

    with pytest.raises(DataError, match=r"the folder .*/nowhere is not there"):
        files.write(pa.table({"a": [1]}), tmp_path / "nowhere" / "d.csv")
    with pytest.raises(DataError, match=r"d\.csv is a folder: name a file"):
        files.write(pa.table({"a": [1]}), tmp_path / "d.csv")
