"""Files are read by their suffix, and those that are damaged, empty or missing are named with what is wrong."""

import pandas as pd
import pyarrow as pa
import pytest
from modelzoo_registry import DataError
from pyarrow import parquet

from modelzoo import datasets
from modelzoo.data import files, to_table


def refusal(path, columns=None):
    with pytest.raises(DataError) as caught:
        to_table(path, columns=columns)
    return str(caught.value)


def test_a_csv_file_is_read_with_its_header(file):
    path = file("d.csv", "carat,cut\n0.5,Good\n,NA\n")

    assert to_table(path).to_pylist() == to_table(str(path)).to_pylist()
    assert to_table(path).to_pylist() == [{"carat": 0.5, "cut": "Good"}, {"carat": None, "cut": None}]


def test_what_a_csv_file_writes_is_read_as_text_where_text_belongs(file):
    path = file("d.csv", "zip,flag,day,n\n007,True,2020-01-31,007\n7,,NA,1.50\n")

    assert to_table(path, text=["zip", "flag", "day", "not there"]).to_pylist() == [
        {"zip": "007", "flag": "True", "day": "2020-01-31", "n": 7.0},
        {"zip": "7", "flag": None, "day": None, "n": 1.5},
    ]
    assert to_table(file("e.csv", "007,1\n"), columns=["zip", "n"], text=["zip"]).to_pylist() == [
        {"zip": "007", "n": 1}
    ]


@pytest.mark.parametrize("start", ["\ufeff", ""])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_csv_file_may_begin_and_end_its_lines_as_it_likes(file, start, end):
    path = file("d.CSV", f'{start}a,b{end}1,"x, ""y"""{end}')

    assert to_table(path).to_pylist() == [{"a": 1, "b": 'x, "y"'}]


def test_a_json_lines_file_is_read_with_blank_lines_and_missing_keys(file):
    path = file("d.jsonl", '\ufeff{"a": 1}\n\n{"b": "é", "a": null}\n{"a": NaN}')

    assert to_table(path).to_pylist() == [{"a": 1, "b": None}, {"a": None, "b": "é"}, {"a": None, "b": None}]


def test_a_parquet_file_is_read_without_what_its_folder_is_called(file):
    path = file("cut=Good/d.parquet", datasets.path("diamonds").read_bytes())

    assert to_table(path).equals(datasets.load("diamonds"))


def test_text_that_parquet_keeps_as_views_can_be_taken(file):
    path = file("d.parquet", b"")
    parquet.write_table(pa.table({"a": pa.array(["x", "y"], pa.string_view())}), path)

    assert to_table(path).take([1]).to_pylist() == [{"a": "y"}]


def test_the_index_pandas_writes_to_parquet_is_no_column(file):
    path = file("d.parquet", b"")
    pd.DataFrame({"a": [1, 2]}, index=[7, 9]).to_parquet(path)

    assert to_table(path).column_names == ["a"]


def test_a_file_that_is_not_there_gets_the_nearest_that_is(file):
    path = file("diamonds.csv", "a\n1\n")

    missing = path.with_name("diamond.csv")

    assert refusal(missing) == f"there is no file {missing}. Did you mean 'diamonds.csv'?"
    assert refusal("/nowhere/d.csv").startswith("there is no file /nowhere/d.csv")


@pytest.mark.parametrize("name", ["d.csv", "d.parquet", "d.jsonl"])
def test_an_empty_file_is_refused(file, name):
    path = file(name, "")

    assert refusal(path) == f"{path} is empty"


def test_a_file_of_a_header_alone_holds_no_rows(file):
    path = file("d.csv", "a,b\n")

    assert refusal(path) == f"{path} holds no rows"


def test_a_file_of_blank_lines_is_refused(file):
    path = file("d.jsonl", "\n\n")

    assert refusal(path) == f"{path} is empty: one JSON object a line is expected"


@pytest.mark.parametrize("name", ["d.xlsx", "d"])
def test_an_unknown_suffix_is_refused_with_those_that_are_read(file, name):
    path = file(name, "a")

    assert refusal(path) == (
        f"{path}: cannot tell what it is from its suffix {path.suffix!r}. "
        "Readable: .csv, .tsv, .parquet, .jsonl, .ndjson, .json"
    )


AGAIN = "Copy or download it again, or write it again"


@pytest.mark.parametrize("share", [0.000005, 0.001, 0.5, 0.999])
def test_a_parquet_file_that_was_cut_off_is_refused(file, share):
    whole = datasets.path("diamonds").read_bytes()
    path = file("d.parquet", whole[: int(len(whole) * share)])

    assert refusal(path) == f"{path} is a Parquet file cut short: its end is missing. {AGAIN}"


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_parquet_file_of_ours_with_one_flipped_bit_is_refused(file, tmp_path, place):
    files.write(datasets.load("diamonds"), tmp_path / "whole.parquet")
    damaged = bytearray((tmp_path / "whole.parquet").read_bytes())
    damaged[int(len(damaged) * place)] ^= 4
    path = file("d.parquet", bytes(damaged))

    said = refusal(path)

    assert said.startswith(f"{path} is a damaged Parquet file: could not verify page integrity, CRC checksum")
    assert said.endswith(f". {AGAIN}")


@pytest.mark.parametrize(("start", "end"), [(4, 2_000), (100_000, 110_000), (-300, -8)])
def test_a_parquet_file_with_a_damaged_page_or_footer_is_refused(file, start, end):
    damaged = bytearray(datasets.path("diamonds").read_bytes())
    damaged[start:end] = bytes(len(damaged[start:end]))
    path = file("d.parquet", bytes(damaged))

    assert refusal(path).startswith(f"{path} is a damaged Parquet file: ")


def test_a_file_that_is_no_parquet_is_refused_with_what_it_begins_with(file):
    path = file("d.parquet", "carat,price\n1,2\n")

    assert refusal(path) == (
        f"{path} is no Parquet file: it begins with b'cara'. Give it the suffix of what it is, or write it again"
    )


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"a":', ", column 6: not JSON: Expecting value"),
        ("[1]", ": a JSON object is expected. Received: list"),
        ("3", ": a JSON object is expected. Received: int"),
        ('{"a":' + "[" * 100_000, ": not JSON: maximum recursion depth exceeded"),
        (b'{"a": "\xff"}', ": not text in UTF-8 (byte 0xff). Save the file in that encoding"),
        ('{"a": 1, "b": 2, "a": 3}', ": the name 'a' stands there more than once. Rename or drop one"),
        ('{"b": {"a": 1, "a": 1}}', ": the name 'a' stands there more than once. Rename or drop one"),
    ],
)
def test_a_bad_json_line_is_named(file, line, fault):
    path = file("d.jsonl", b'{"a": 1}\n\n' + (line if isinstance(line, bytes) else line.encode()) + b"\n")

    assert refusal(path).startswith(f"{path}, line 3{fault}")


def test_json_lines_end_as_windows_ends_them(file):
    path = file("d.jsonl", '\ufeff{"a": "x"}\r\n\r\n{"a": "y"}\r\n')

    assert to_table(path).to_pylist() == [{"a": "x"}, {"a": "y"}]


def test_a_json_lines_file_cut_short_says_so(file):
    path = file("d.jsonl", '{"a": 1}\n{"a": 12, "b')

    assert refusal(path) == (
        f"{path}, line 2, column 11: not JSON: Unterminated string starting at. The file may be cut short: copy or "
        "download it again"
    )


def test_a_csv_file_without_a_header_takes_its_names_from_columns(file):
    path = file("d.csv", "0.5,Good\n1.0,Fair\n")

    assert to_table(path, columns=["carat", "cut"]).to_pylist() == [
        {"carat": 0.5, "cut": "Good"},
        {"carat": 1.0, "cut": "Fair"},
    ]


def test_a_csv_file_with_a_header_keeps_it(file):
    path = file("d.csv", "carat,cut\n0.5,Good\n")

    assert to_table(path, columns=["cut"]).to_pylist() == [{"carat": 0.5, "cut": "Good"}]


def test_a_first_line_that_is_neither_header_nor_a_row_of_the_columns_is_refused(file):
    path = file("d.csv", "0.5,Good\n")

    assert refusal(path, ["carat", "cut", "price"]) == (
        f"{path}: its first line names none of the columns, and its number of fields is not theirs; "
        "name all its columns in order (columns=[...], --columns a,b,c):\n"
        "  columns: 3: carat, cut, price\n"
        "  fields: 2: ['0.5', 'Good']"
    )


@pytest.mark.parametrize(
    ("content", "columns", "found"),
    [
        ("a,b\n1,2\n", ["b"], True),
        ('"a",b\n1,2\n', ["a"], True),
        ("\ufeffa,b\n1,2\n", ["a", "z"], True),
        ("1,2\n3,4\n", ["a", "b"], False),
        ('"1,5",2\n', ["a", "b"], False),
    ],
)
def test_a_first_line_with_one_of_the_names_is_a_header(file, content, columns, found):
    assert files.has_header(file("d.csv", content), columns) is found


def test_files_that_are_not_csv_always_name_their_columns(file):
    assert files.has_header(file("d.jsonl", '{"a": 1}'), ["z"])


def test_whole_numbers_that_turn_out_to_be_fractions_late_are_still_numbers(file):
    path = file("d.csv", "a\n" + "1\n" * 600_000 + "1.5\n")

    assert to_table(path)["a"][-1].as_py() == 1.5
