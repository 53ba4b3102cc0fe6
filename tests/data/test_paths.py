"""A path means one file, the files of a folder, or those of a pattern, and what it cannot mean is told."""

from pathlib import Path

import pyarrow as pa
import pytest
from modelzoo_registry import DataError
from pyarrow import parquet

from modelzoo.data import to_table
from modelzoo.data.paths import READABLE, expand

FORMATS = ", ".join(READABLE)
REMEDY = "Name those of one with a pattern, as"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def touch(*names, content="a\n1\n"):
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def found(path):
    return [str(file) for file in expand(Path(path))]


def refusal(read, path):
    with pytest.raises(DataError) as caught:
        read(Path(path))
    return str(caught.value)


@pytest.mark.parametrize(
    ("path", "files"),
    [
        ("d/a.csv", ["d/a.csv"]),
        ("d", ["d/a.csv", "d/b.CSV", "d/y=1/c.csv", "d/y=1/deep/e.csv"]),
        ("d/*.csv", ["d/a.csv"]),
        ("d/?.[cC]*", ["d/a.csv", "d/b.CSV"]),
        ("d/y=*", ["d/y=1/c.csv", "d/y=1/deep/e.csv"]),
        ("d/**/*.csv", ["d/a.csv", "d/y=1/c.csv", "d/y=1/deep/e.csv"]),
        ("d/**", ["d/a.csv", "d/b.CSV", "d/y=1/c.csv", "d/y=1/deep/e.csv"]),
        ("d/_half/*.csv", ["d/_half/x.csv"]),
        ("d/.*.csv", ["d/.hidden.csv"]),
        ("*/a.csv", ["d/a.csv"]),
    ],
)
def test_a_path_means_its_files_in_the_order_of_their_names(here, path, files):
    touch("d/y=1/deep/e.csv", "d/y=1/c.csv", "d/b.CSV", "d/a.csv", "d/_SUCCESS", "d/.hidden.csv", "d/_half/x.csv")
    touch("d/README.txt", "d/.git/y.csv", "d/y=1/.c.csv.crc")

    assert found(path) == files


def test_a_file_whose_name_looks_like_a_pattern_is_itself(here):
    touch("a[1].csv", "a1.csv")

    assert found("a[1].csv") == ["a[1].csv"]


def test_json_lines_have_two_suffixes_and_are_one_format(here):
    touch("d/a.ndjson", "d/b.jsonl", content='{"a": 1}\n')

    assert found("d") == ["d/a.ndjson", "d/b.jsonl"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("data/prat.csv", "there is no file data/prat.csv. Did you mean 'part.csv'?"),
        ("data/part*.parqet", "no file matches data/part*.parqet. Did you mean 'part.parquet'?"),
        ("daat/*.csv", "no file matches daat/*.csv. Did you mean 'data'?"),
        ("nothing/of/it/*.csv", "no file matches nothing/of/it/*.csv"),
        ("bare", f"bare holds no files to read ({FORMATS}). Found: no files"),
        ("other", f"other holds no files to read ({FORMATS}). Found: a.txt, b.xlsx"),
        ("other/*.txt", f"other/*.txt holds no files to read ({FORMATS}). Found: a.txt"),
        (
            "data",
            f"data holds files of several formats: 2 .csv, 1 .parquet. {REMEDY} data/**/*.csv",
        ),
        (
            "d*/part.*",
            f"d*/part.* holds files of several formats: 1 .csv, 1 .parquet. {REMEDY} **/*.csv",
        ),
        ("void/*.csv", "void/b.csv is empty"),
    ],
)
def test_what_a_path_cannot_mean_is_told_with_what_there_is(here, path, message):
    touch("data/part.csv", "data/more.csv", "data/part.parquet", "other/a.txt", "other/b.xlsx", "bare/_SUCCESS")
    touch("void/b.csv", content="")

    assert refusal(expand, path) == message


def test_the_files_of_a_folder_become_one_table_by_the_names_of_their_columns(here):
    touch("d/a.csv", content="n,word\n1,x\n2,\n")
    touch("d/b.csv", content="word,n\ny,2.5\n")
    touch("d/c.csv", content="word,n\nNA,NA\n")

    rows = [{"n": 1.0, "word": "x"}, {"n": 2.0, "word": None}, {"n": 2.5, "word": "y"}, {"n": None, "word": None}]

    assert to_table(Path("d")).to_pylist() == rows
    assert to_table("d/*.csv").to_pylist() == rows


def test_a_folder_named_for_a_value_makes_no_column(here):
    for year in (2020, 2021):
        Path(f"d/year={year}").mkdir(parents=True)
        parquet.write_table(pa.table({"n": [year]}), f"d/year={year}/a.parquet")

    assert to_table("d").to_pylist() == [{"n": 2020}, {"n": 2021}]


def test_a_column_that_looks_like_numbers_in_one_csv_file_and_like_words_in_another_is_text(here):
    touch("d/a.csv", content="zip\n007\n")
    touch("d/b.csv", content="zip\nW1\n")

    assert to_table("d")["zip"].to_pylist() == ["007", "W1"]


def test_the_names_of_csv_files_without_a_header_hold_for_all_of_them(here):
    touch("d/a.csv", content="1,x\n")
    touch("d/b.csv", content="2,y\n")

    assert to_table("d", columns=["n", "word"]).to_pylist() == [{"n": 1, "word": "x"}, {"n": 2, "word": "y"}]


def test_files_that_do_not_fit_together_are_told_all_at_once_with_their_columns(here):
    touch("d/a.jsonl", content='{"a": 1, "b": 2}\n')
    touch("d/b.jsonl", content='{"a": "x", "c": 3}\n')

    assert refusal(to_table, "d") == (
        "the files of d do not fit together:\n"
        "  d/b.jsonl: lacks the column 'b' of d/a.jsonl\n"
        "  d/b.jsonl: holds text in the column 'a'; before it stand numbers\n"
        "  d/b.jsonl: has the column 'c', which d/a.jsonl lacks"
    )


def test_of_many_files_that_do_not_fit_the_first_are_told(here):
    touch("d/000.jsonl", content='{"a": 1}\n')
    touch(*(f"d/{number:03}.jsonl" for number in range(1, 31)), content='{"b": 1}\n')

    lines = refusal(to_table, "d").splitlines()

    assert len(lines) == 22
    assert lines[1] == "  d/001.jsonl: lacks the column 'a' of d/000.jsonl"
    assert lines[-1] == "  and 40 more"
