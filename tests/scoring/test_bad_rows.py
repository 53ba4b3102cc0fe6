"""Rows whose values do not fit are found, each with its reason."""

import json
import math
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.columns.raw import RawInput, WrongTypeError
from modelzoo.scoring.bad_rows import bad_rows, skipped_rows

NUMBER = RawInput("number", "number", required=True)


@given(st.lists(st.booleans(), max_size=40))
def test_exactly_the_bad_rows_are_found(is_bad):
    table = pa.table({"number": pa.array(["heavy" if bad else "1.5" for bad in is_bad], pa.string())})

    assert bad_rows([NUMBER], table, first_row=1) == {
        place: f"number: a number belongs here. Received: row {place + 1}: 'heavy'"
        for place, bad in enumerate(is_bad)
        if bad
    }


def test_all_that_is_wrong_in_a_row_is_told_together_in_the_order_of_the_rows():
    inputs = [NUMBER, RawInput("day", "timestamp"), RawInput("image", "array", (2,)), RawInput("whole", "integer")]
    table = pa.table(
        {
            "number": ["1", None, "2", "3"],
            "day": ["2024-01-01", "2024-01-01", "soon", None],
            "image": [[1, 2], [1, 2], [1, 2, 3], [3, 4]],
            "whole": [1.0, 2.0, 3.0, 4.5],
        }
    )

    assert bad_rows(inputs, table, first_row=11) == {
        1: 'number: a value belongs here, since the schema says missing = "reject". Received none: row 12',
        2: "day: a date in ISO 8601 belongs here, such as 2024-02-29 14:05. Received: row 13: 'soon'; "
        "image: arrays of shape (2,) belong here. Received: row 13: (3,)",
        3: "whole: a whole number belongs here. Received: row 14: 4.5",
    }


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        (NUMBER, pa.array([date(2024, 1, 1)] * 2)),
        (RawInput("number", "string"), pa.array([[1], [2]])),
        (RawInput("number", "array", (2, 2)), pa.FixedShapeTensorArray.from_numpy_ndarray(np.ones((2, 1)))),
    ],
    ids=["dates", "lists", "arrays"],
)  # fmt: skip
def test_a_column_of_a_type_that_never_fits_has_no_bad_rows(raw, values):
    with pytest.raises(WrongTypeError, match=r"number: .* here\. Received: "):
        bad_rows([raw], pa.table({"number": values}), first_row=1)


def test_a_skipped_row_is_a_line_of_json_whatever_it_holds():
    table = pa.table({"n": [math.inf, 2.5], "b": [b"\xff", b"a"], "d": [date(2024, 1, 1)] * 2, "s": ["Löwe", None]})

    first, second = skipped_rows(table, {0: "why", 1: "so"}, first_row=5)

    assert first.to_json() == (
        '{"row": 5, "reason": "why", "values": {"n": null, "b": "b\'\\\\xff\'", "d": "2024-01-01", "s": "Löwe"}}'
    )
    assert json.loads(second.to_json())["values"] == {"n": 2.5, "b": "b'a'", "d": "2024-01-01", "s": None}
