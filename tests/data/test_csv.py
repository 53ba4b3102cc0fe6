"""A CSV file is read exactly as it is written, or refused with the line that is wrong and what to do about it."""

import csv as python_csv
import datetime
import io
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from modelzoo_registry import DataError

from modelzoo.data import csv, files, to_table

NULLS = {"", "NA", "NULL", "null", "nan", "NaN", "N/A", "n/a", "-nan", "-NaN", "#N/A", "#NA"}


def rows(path, **options):
    return files.read(path, **options).to_pylist()


def refusal(read, *arguments, **options):
    with pytest.raises(DataError) as caught:
        list(read(*arguments, **options))
    return str(caught.value)


READ = {
    "Windows newlines": ("a,b\r\n1,x\r\n", [{"a": 1, "b": "x"}]),
    "old Macintosh newlines": ("a,b\r1,x\r2,y\r", [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]),
    "newlines of all kinds": ("a,b\r\n1,x\r2,y\n3,z", [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}, {"a": 3, "b": "z"}]),
    "a BOM before a quoted name": ('\ufeff"a",b\n1,x\n', [{"a": 1, "b": "x"}]),
    "blank lines": ("\n\r\na,b\n\n1,x\n\n\n2,y\n\n", [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]),
    "row numbers without a name": (",a\n0,x\n1,y\n", [{"": 0, "a": "x"}, {"": 1, "a": "y"}]),
    "no newline at the end": ("a,b\n1,x", [{"a": 1, "b": "x"}]),
    "newlines in quotes": ('"a\nb",c\n"1\r\n2","x\n\ny"\n', [{"a\nb": "1\r\n2", "c": "x\n\ny"}]),
    "quotes in quotes": ('a,b\n"x ""y"", z",""""\n', [{"a": 'x "y", z', "b": '"'}]),
    "an inch sign": ('a,b\n1,5" disk\n2,"x\ny"\n', [{"a": 1, "b": '5" disk'}, {"a": 2, "b": "x\ny"}]),
    "spaces around numbers": ("a,b\n 1, x \n", [{"a": 1, "b": " x "}]),
    "missing values": ('a,b\n,NA\n1,""\n', [{"a": None, "b": None}, {"a": 1, "b": None}]),
    "letters of many scripts": ("ä,日\nß,本\n", [{"ä": "ß", "日": "本"}]),
    "a comment character in a name": ("#,id\n1,2\n", [{"#": 1, "id": 2}]),
    "semicolons": ("a;b\n1,5;x\n", [{"a": "1,5", "b": "x"}]),
    "tabs": ("a\tb\n1\tx, y\n", [{"a": 1, "b": "x, y"}]),
    "bars": ('a|"b,c"\n1|x;y\n', [{"a": 1, "b,c": "x;y"}]),
    "a header alone, of semicolons": ("a;b\n", []),
    "one column": ("note\nx; y\nz | w\n", [{"note": "x; y"}, {"note": "z | w"}]),
    "one column whose name holds a bar": ("a|b\nx\ny\n", [{"a|b": "x"}, {"a|b": "y"}]),
    "one column with a missing value": ('a\n""\n1\n', [{"a": None}, {"a": 1}]),
    "dates and times": (
        "d,t,s\n2020-01-31,10:30,2020-01-31 10:30:01\n",
        [{"d": datetime.date(2020, 1, 31), "t": datetime.time(10, 30), "s": datetime.datetime(2020, 1, 31, 10, 30, 1)}],  # noqa: DTZ001
    ),
}


@pytest.mark.parametrize(("content", "expected"), READ.values(), ids=READ)
def test_what_is_written_is_what_is_read(file, content, expected):
    path = file("d.csv", content)

    assert rows(path) == expected
    assert pa.Table.from_batches(csv.blocks(path)).to_pylist() == expected


TOO_FEW = "Add the missing field, or quote a value that holds a comma or a line break"
TOO_FEWER = "Add the missing fields, or quote a value that holds a comma or a line break"
TOO_MANY = "Quote a value that holds a comma, or take out the field too many"
CLOSE = "Close it where the value ends, and write a quote that belongs to the value twice"
TITLED = "; if the first line is a title or a comment, take it out"
NAMES = (
    ": the header line does not name every column, each once; give each a name of its own, or leave out a column that "
    "is none:\n  "
)
UTF8 = "Save the file in that encoding (in a spreadsheet: CSV UTF-8)"

REFUSED = {
    "too few fields": (
        "a,b,c\n1,2,3\n\nBerlin,3\n",
        f", line 4: 2 fields where the first line has 3: Berlin,3. {TOO_FEW}",
    ),
    "too many fields": ("a,b\n1,2\n3,4,5\n", f", line 3: 3 fields where the first line has 2: 3,4,5. {TOO_MANY}"),
    "several lines": (
        "a,b\n1,2\n3\n4\n5,6\n7\n",
        f", line 3: 1 field where the first line has 2: 3. {TOO_FEW}. So in lines 4, 6",
    ),
    "many lines": (
        "a,b,c\n1,2,3\n" + "1\n" * 9,
        f", line 3: 1 field where the first line has 3: 1. {TOO_FEWER}. So in lines 4, 5, 6 and more",
    ),
    "a title above the header": (
        "Sales of May\na,b\n1,2\n",
        f", line 2: 2 fields where the first line has 1: a,b. {TOO_MANY}{TITLED}. So in line 3",
    ),
    "a comment of as many fields": (
        "# sales, 2024\n1,2\n",
        ": the first line looks like a comment: # sales. Take it out; if it is the header line, take out its '# '",
    ),
    "spaces alone": ("a,b\n1,2\n  \n", f", line 3: 1 field where the first line has 2:   . {TOO_FEW}"),
    "a ragged line behind a value of two lines": (
        'a,b\n"x\ny",2\n3\n',
        f", line 4: 1 field where the first line has 2: 3. {TOO_FEW}",
    ),
    "ragged semicolons": (
        "a;b\n1;2\n3;4;5\n",
        f", line 3: 3 fields where the first line has 2: 3;4;5. {TOO_MANY.replace('comma', 'semicolon')}",
    ),
    "a quote that is never closed": (
        'a,b\n1,"x\n2,y\n3,z\n',
        f', line 2: a quote is opened and never closed: "x. {CLOSE}',
    ),
    "a quote never closed in the header": ('a,"b\n1,2\n', f', line 1: a quote is opened and never closed: "b. {CLOSE}'),
    "a quote that swallows lines up to the next": (
        'a,b\n1,"x\n2,y\n3,"z"\n4,w\n',
        f', line 2: text stands behind the quote that closes a value, on line 4: "x. {CLOSE}',
    ),
    "text behind a quote": (
        'a,b\n1,2\n3,"x"y\n',
        f', line 3: text stands behind the quote that closes a value: "x"y. {CLOSE}',
    ),
    "a space behind a quote": (
        'a,b\n"x" ,3\n',
        f', line 2: text stands behind the quote that closes a value: "x" ,3. {CLOSE}',
    ),
    "a backslash before a quote": (
        'a,b\n1,"x\\"y"\n',
        f', line 2: text stands behind the quote that closes a value: "x\\"y". {CLOSE}',
    ),
    "a space before a quote": (
        'a,b\n1, "x"\n',
        ', line 2: a space stands before the quote that opens a value:  "x". Take it out',
    ),
    "a zero byte": (
        "a,b\n1,x\0y\n",
        ", line 2: a zero byte, which no text holds: 1,x\\x00y. Write the file again, as text in UTF-8",
    ),
    "Latin-1 in a value": (
        "a,b\n1,2\n3,café\n".encode("latin-1"),
        f", line 3: not text in UTF-8 (byte 0xe9): 3,caf\ufffd. {UTF8}",
    ),
    "Latin-1 in the header": (
        "a,é\n1,2\n".encode("latin-1"),
        f", line 1: not text in UTF-8 (byte 0xe9): a,\ufffd. {UTF8}",
    ),
    "UTF-16": ("a,b\n1,2\n".encode("utf-16"), f" is text in UTF-16, not in UTF-8. {UTF8}"),
    "UTF-16 without a BOM": (
        "a,b\n1,2\n".encode("utf-16-le"),
        ", line 1: a zero byte, which no text holds: a\\x00,\\x00b\\x00. Write the file again, as text in UTF-8",
    ),
    "names that repeat and names that lack": (
        "a,b,a,,\n1,2,3,4,5\n",
        f"{NAMES}a: names columns 1, 3\n  column 4, 5: has no name",
    ),
    "a BOM alone": ("\ufeff", " is empty: it holds no line with anything in it"),
    "blank lines alone": ("\ufeff\r\n\n", " is empty: it holds no line with anything in it"),
}


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_refused_with_the_line_and_the_remedy(file, content, message):
    path = file("d.csv", content)

    assert refusal(files.read, path) == f"{path}{message}"
    assert refusal(csv.blocks, path) == f"{path}{message}"


@pytest.mark.parametrize(
    ("end", "message"),
    [
        (b"1\n", f"1 field where the first line has 2: 1. {TOO_FEW}"),
        (b'1,"x\n', f'a quote is opened and never closed: "x. {CLOSE}'),
        (b"1,caf\xe9\n", f"not text in UTF-8 (byte 0xe9): 1,caf\ufffd. {UTF8}"),
        (b"1,\0\n", "a zero byte, which no text holds: 1,\\x00. Write the file again, as text in UTF-8"),
    ],
)
def test_a_fault_far_down_a_large_file_is_found(file, end, message):
    path = file("d.csv", b'a,b\n1,"y\nz"\n' + b"1,2\n" * 300_000 + end)

    assert refusal(files.read, path) == f"{path}, line 300004: {message}"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_quoted_newlines_are_read_across_the_borders_of_blocks(file, newline):
    path = file("d.csv", newline.join(["a,b", *[f'{number},"x{newline}y,"' for number in range(120_000)]]))

    table = files.read(path)

    assert table["a"].to_pylist() == list(range(120_000))
    assert set(table["b"].to_pylist()) == {f"x{newline}y,"}


def test_a_record_longer_than_a_block_is_read(file):
    path = file("d.csv", "\n" * 1_200_000 + f"a,b\n1,{'x' * 1_500_000}\n2,y\n")

    assert files.read(path)["b"].to_pylist() == ["x" * 1_500_000, "y"]
    assert [len(value) for batch in csv.blocks(path) for value in batch["b"].to_pylist()] == [1_500_000, 1]


def test_a_tsv_file_is_split_by_tabs_alone_and_written_so(file, tmp_path):
    table = pa.table({"a, b": ["x\ty", "1,2"], "n": [1, None]})
    files.write(table, tmp_path / "d.tsv")

    assert (tmp_path / "d.tsv").read_text() == '"a, b"\t"n"\n"x\ty"\t1\n"1,2"\t\n'
    assert to_table(tmp_path / "d.tsv").to_pylist() == table.to_pylist()
    assert files.has_header(file("e.tsv", "1\t2\n"), ["a", "b"]) is False
    assert refusal(files.read, file("f.tsv", "a\tb\n1,2\n")).endswith(
        "1,2. Add the missing field, or quote a value that holds a tab or a line break"
        "; if the first line is a title or a comment, take it out"
    )


CODES = {
    "a leading zero": (["10115", "01067"], ["10115", "01067"]),
    "a leading zero among missing values": (["", "7", "007"], [None, "7", "007"]),
    "a quoted one": (['"007"', '"7"'], ["007", "7"]),
    "hexadecimal": (["0x1F", "12"], ["0x1F", "12"]),
    "beyond int64": (["12345678901234567890123", "7"], ["12345678901234567890123", "7"]),
    "zero itself": (["0", "-0", "10"], [0, 0, 10]),
    "a sign before the zero": (["-07", "12"], [-7, 12]),
    "fractions": (["0.5", "007"], [0.5, 7.0]),
    "large measurements": (["12345678901234567890123", "0.5"], [12345678901234567890123.0, 0.5]),
    "powers": (["1e30", "12"], [1e30, 12.0]),
    "the largest whole number": (["9223372036854775807", "1"], [2**63 - 1, 1]),
}


@pytest.mark.parametrize(("written", "expected"), CODES.values(), ids=CODES)
def test_numbers_written_as_codes_are_text(file, written, expected):
    path = file("d.csv", "a,b\n" + "".join(f"{value},x\n" for value in written))

    assert files.read(path)["a"].to_pylist() == expected
    assert pa.Table.from_batches(csv.blocks(path))["a"].to_pylist() == expected


def test_a_code_far_down_a_large_file_makes_its_column_text(file):
    path = file("d.csv", "zip;n\n" + "10115;1\n" * 300_000 + "01067;2\n")

    table = files.read(path)

    assert (table["zip"][0].as_py(), table["zip"][-1].as_py()) == ("10115", "01067")
    assert table["n"][-1].as_py() == 2
    assert files.read(path, text=["n"])["n"][-1].as_py() == "2"


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8) | st.sampled_from(
    [" x", '"', '""', "a,b", "x;y\n", "\r\n", "\r", "\n\n", "'", "#", "\ufeff", "007", "0,5", "NA"]
)
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False)
FORMS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;\t|"),
        "lineterminator": st.sampled_from(["\n", "\r\n", "\r"]),
        "quoting": st.sampled_from([python_csv.QUOTE_ALL, python_csv.QUOTE_NONNUMERIC]),
    }
)
SMALL = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SMALL
@given(rows=st.lists(st.tuples(WORDS, NUMBERS, WORDS), min_size=1, max_size=8), form=FORMS, block=st.integers(8, 200))
def test_what_python_writes_is_read_back(tmp_path, monkeypatch, rows, form, block):
    monkeypatch.setattr(csv, "_BLOCK", block)
    path = tmp_path / "d.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        python_csv.writer(file, **form).writerows([("first", "number", "last"), *rows])

    table = files.read(path, text=["first", "last"])

    for name, written in zip(("first", "last"), list(zip(*rows, strict=True))[::2], strict=True):
        expected = [None if word in NULLS else word for word in written]
        assert table[name].to_pylist() == expected
    numbers = [row[1] for row in rows]
    assert [float(number) for number in table["number"].to_pylist()] == [float(number) for number in numbers]


NUMBER_LIKE = ["0", "1", "2", "007", "-07", "0x10", "+1", "0.5", "1e3", "inf", "20200131", "9" * 20, " 1", "1 ", '"1"']
DATE_LIKE = ["2020-01-31", " 2020-01-31", "1600-01-01", "2020-01-31 10:00", "2020-01-31T10:00:00.5", "10:00"]
ZONED = ["2020-01-31T10:00:00Z", "2020-01-31 10:00:00.25+01:00"]
WORD_LIKE = ["", "NA", '""', "true", "False", " true", "x", '"x\ny"', "10:00:00.5"]
FIELDS = st.sampled_from([*NUMBER_LIKE, *DATE_LIKE, *ZONED, *WORD_LIKE])
ALIKE = st.lists(FIELDS, min_size=1, max_size=3, unique=True).flatmap(
    lambda some: st.lists(st.sampled_from(some), min_size=12, max_size=12)
)


@settings(SMALL, max_examples=100)
@given(columns=st.lists(ALIKE, min_size=1, max_size=3), count=st.integers(1, 12), block=st.integers(8, 80))
def test_blocks_have_the_types_and_the_rows_of_the_table(tmp_path, monkeypatch, columns, count, block):
    monkeypatch.setattr(csv, "_BLOCK", block)
    path = tmp_path / "d.csv"
    lines = [",".join(fields) for fields in zip(*columns, strict=True)][:count]
    path.write_text("\n".join([",".join("abc"[: len(columns)]), *lines]), newline="")
    table = files.read(path)

    assert pa.Table.from_batches(csv.blocks(path), table.schema).to_pylist() == table.to_pylist()
    assert pa.Table.from_batches(csv.blocks(path)).schema == table.schema


def test_blocks_take_names_and_text_and_keep_to_their_size(file):
    path = file("d.csv", "7,x\n" * 600_000 + "0.5,y\n")

    read = list(csv.blocks(path, ["n", "word"], text=["n"]))

    assert [batch.schema for batch in read] == [pa.schema({"n": pa.string(), "word": pa.string()})] * len(read)
    assert len(read) > 1
    assert pa.Table.from_batches(read).equals(files.read(path, ["n", "word"], ["n"]))


def test_blocks_close_their_file_when_they_are_left(file):
    path = file("d.csv", "a\n" + "1\n" * 600_000)
    left = csv.blocks(path)
    next(left)

    left.close()

    assert path not in [Path(link).resolve() for link in Path("/proc/self/fd").iterdir()]


def test_a_header_alone_makes_one_block_of_no_rows(file):
    (block,) = csv.blocks(file("d.csv", "a,b\n"))

    assert (block.num_rows, block.schema.names) == (0, ["a", "b"])


@settings(SMALL, max_examples=300)
@given(
    body=st.lists(st.sampled_from(["a", "b ", ",", ",", '"', '""', "\n", "\n", "\r", "\r\n", " ", "é"]), max_size=25),
    block=st.integers(8, 40),
)
def test_whatever_is_read_is_what_python_reads_strictly(tmp_path, monkeypatch, body, block):
    monkeypatch.setattr(csv, "_BLOCK", block)
    path = tmp_path / "d.csv"
    path.write_text("x,y\n" + "".join(body), newline="")
    try:
        table = files.read(path, text=["x", "y"])
    except DataError as error:
        event(str(error).split(":")[1])
        return
    expected = [
        row for row in python_csv.reader(io.StringIO(path.read_bytes().decode(), newline=""), strict=True) if row
    ]

    assert [[value or "" for value in row.values()] for row in table.to_pylist()] == expected[1:]
