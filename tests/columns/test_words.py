"""What a fitted entry encodes to is said in words, with all that is not as by default."""

import numpy as np
import pyarrow as pa
import pytest

from modelzoo.columns.base import MISSING_INTEGER
from modelzoo.columns.schema import KINDS
from modelzoo.columns.words import describe_entry

VALUES = {
    "numeric": np.array([1.0, 2.0, np.nan]),
    "bucketized": np.array([1.0, 2.0, 3.0]),
    "categorical": pa.array(["a", "b", None]),
    "hashed": pa.array(["a", "b", None]),
    "datetime": np.array([0, 10**12, MISSING_INTEGER]),
    "array": np.ones((3, 28, 28), np.float32),
    "crossed": [np.array([1, 2, 3], np.int32)] * 2,
}
BASES = {
    "bucketized": {"source": "n", "edges": [1, 2]},
    "array": {"shape": [28, 28]},
    "crossed": {"sources": ["a", "b"]},
    "hashed": {"buckets": 500},
}


@pytest.mark.parametrize(
    ("kind", "settings", "words"),
    [
        ("numeric", {}, "number + missing"),
        ("numeric", {"indicator": False}, "number"),
        ("numeric", {"scale": "log", "missing": "median"}, "number + missing, log scale, median for missing"),
        (
            "numeric",
            {"scale": "none", "missing": "constant", "fill": -1},
            "number + missing, not scaled, -1 for missing",
        ),
        ("numeric", {"scale": "quantile", "missing": "reject"}, "number + missing, quantile scale, required"),
        ("categorical", {}, "2 values"),
        ("categorical", {"missing": "own"}, "2 values + missing"),
        ("categorical", {"missing": "constant", "fill": "a"}, '2 values, "a" for missing'),
        (
            "categorical",
            {"missing": "constant", "fill": "a value that is very long"},
            '2 values, "a value that is very lo… for missing',
        ),
        ("categorical", {"missing": "reject"}, "2 values, required"),
        ("hashed", {}, "500 hashed buckets"),
        ("hashed", {"missing": "constant", "fill": "a"}, '500 hashed buckets, "a" for missing'),
        ("bucketized", {}, "3 buckets"),
        ("bucketized", {"missing": "mean"}, "3 buckets, mean for missing"),
        ("datetime", {}, "hour, weekday, month, elapsed + missing"),
        (
            "datetime",
            {"parts": ["elapsed"], "indicator": False, "missing": "constant", "fill": "2024-02-29"},
            'elapsed, "2024-02-29" for missing',
        ),
        ("array", {}, "28 × 28 numbers"),
        ("array", {"scale": "none", "missing": "constant", "fill": 0}, "28 × 28 numbers, not scaled, 0 for missing"),
        ("crossed", {}, "3 combinations"),
        ("crossed", {"max_size": 2}, "2 combinations (hashed)"),
    ],
)
def test_an_entry_is_told_in_words(kind, settings, words):
    column = KINDS[kind](name="n", **BASES.get(kind, {}), **settings)

    assert describe_entry(column.fit(VALUES[kind], *([(4, 4)] if kind == "crossed" else []))) == words
