"""Text is read as a date by ONNX nodes exactly where the host reads it as one."""

from datetime import date, timedelta
from itertools import product

import numpy as np

from modelzoo.columns.base import MISSING_INTEGER
from modelzoo.columns.dates import parse_one, parse_onnx
from modelzoo.export.onnx.graph import Graph

from ...columns.drawn import DATES
from ...columns.in_onnx import run


def read(texts: list[str]) -> list[int]:
    graph = Graph(["text", "instant"])
    graph.output("instant", parse_onnx(graph, graph.input("text", "string")))
    return run(graph.model(), {"text": np.array(texts, object)})["instant"].tolist()


def assert_read_as_on_the_host(texts: list[str]) -> int:
    """Return how many of them are dates."""
    found = read(texts)
    assert dict(zip(texts, found, strict=True)) == {text: parse_one(text) for text in texts}
    return sum(instant != MISSING_INTEGER for instant in found)


def test_every_form_of_clock_and_zone_is_read_or_refused_as_on_the_host():
    days = ["2024-02-29", " 2023-12-31", "  1969-07-20"]
    clocks = ["", "T14", "T14:05", " 14:05", "T14:05:09", "T24:00", "T23:60", "t14:05", "  14:05", "T23:59:60"]
    digits = ["", "2", "25", "000001", "123456789012", "1234567890123"]
    clocks += [f"T14:05:09{mark}{fraction}" for mark in ".,;" for fraction in digits]
    zones = [
        "",
        "Z",
        " Z",
        "UTC",
        "  GMT ",
        "z",
        "+02:00",
        "-0930",
        " +02",
        "+2",
        "-23:59",
        "+24:00",
        "+02:60",
        "-",
        " ",
    ]
    texts = ["".join(parts) for parts in product(days, clocks, zones)]

    assert assert_read_as_on_the_host(texts) == len(days) * (
        11 * 10 + 2
    )  # times with a zone, and the day alone with or without a space


def test_days_there_are_and_days_there_are_not_are_told_apart():
    first = date(1800, 1, 1)
    days = [str(first + timedelta(days=day)) for day in range(0, 400 * 366, 11)]
    ends = [
        f"{year:04}-{month:02}-{day}"
        for year in (1, 4, 1900, 2000, 2023, 2024)
        for month in range(14)
        for day in range(26, 34)
    ]

    assert assert_read_as_on_the_host(days) == len(days)
    assert assert_read_as_on_the_host(ends) == 6 * (7 * 6 + 4 * 5 + 3) + 3  # three of them leap years


def test_every_digit_of_every_field_counts():
    years = [f"{year:04}-10-20" for year in (*range(0, 10_000, 7), 9999)]
    times = [f"2024-02-29T{hour:02}:{minute:02}:{minute:02}" for hour in range(24) for minute in range(0, 60, 1 + hour)]
    fractions = [f"2024-02-29T00:00:00.{digit * place}{digit}" for place in range(7) for digit in "0123456789"]
    zones = [
        f"2024-02-29T12:00{sign}{hour:02}:{minute}" for sign in "+-" for hour in range(24) for minute in (10, 25, 59)
    ]
    texts = list(dict.fromkeys([*years, *times, *fractions, *zones]))

    assert assert_read_as_on_the_host(texts) == len(texts)


def test_what_is_no_date_is_missing():
    assert_read_as_on_the_host(
        [*DATES, "a" * 300, "é", "2024-02-29T14:05+02:00x", "x2024-02-29", "2024-02-29T14:05+02:00+02:00"]
    )
