"""Draw schemas, in every combination of what an entry may say, and hostile rows for them."""

from datetime import UTC, datetime
from itertools import pairwise, product
from typing import Any, Literal, get_args, get_origin

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from modelzoo.columns import Encoder, Schema
from modelzoo.columns.base import MISSING_INTEGER, IdColumn
from modelzoo.columns.crossed import CrossedColumn
from modelzoo.columns.dates import parse_one
from modelzoo.columns.schema import Column

KINDS = {model.model_fields["kind"].default: model for model in get_args(get_args(Column)[0])}
_COMMON = {"kind", "wide", "deep"}


def _choices(annotation: Any) -> tuple[Any, ...]:
    """Return what a field chooses from, or nothing for one that holds any name or number."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return (None, True, False) if annotation == (bool | None) else ()


def _combinations() -> list[dict[str, Any]]:
    """Return every kind with every policy, type, scale and indicator that its model has."""
    found = []
    for kind, model in KINDS.items():
        fields = {name: _choices(field.annotation) for name, field in model.model_fields.items() if name not in _COMMON}
        chosen = {name: choices for name, choices in fields.items() if choices}
        found.extend({"kind": kind, **dict(zip(chosen, one, strict=True))} for one in product(*chosen.values()))
    return [one for one in found if one["kind"] != "crossed"] + [{"kind": "crossed"}]


COMBINATIONS = _combinations()
EXPRESSIBLE = [one for one in COMBINATIONS if one["kind"] != "hashed"]
"""Those that ONNX has nodes for."""


def name_of(combination: dict[str, Any]) -> str:
    """Return a combination as a name, such as ``numeric_log_median_None``."""
    return "_".join(map(str, combination.values()))


def combinations_of(schema: Schema) -> set[str]:
    """Return the names of the combinations a schema has."""
    found = set()
    for column in schema.columns:
        fields = type(column).model_fields
        chosen = [name for name in fields if name not in _COMMON and _choices(fields[name].annotation)]
        found.add(name_of({"kind": column.kind, **{name: getattr(column, name) for name in chosen}}))
    return found


FINITE = st.floats(allow_nan=False, allow_infinity=False)
_NUMBERS = [
    *(0.0, -0.0, 1.0, 0.1, 1e308, -1e308, np.finfo(np.float64).max, float("inf"), float("-inf"), float("nan")),
    *(5e-324, -5e-324, 2.2e-308, 1e-310, 1e-40, 1e-30, 3.4028236e38, 2.0**53 + 2, 1e-300, 1e300),
]
_TEXTS = [
    *("", " ", "a", "b", "A", "3", "\0", "a\0", "a\0b", "é", "e\u0301", "日本", "😀", "NaN", "\n", "a" * 300),
    *("-7", "0", "\ufeff", "ı", "null", "1970-01-01"),
]
_INTEGERS = [0, 1, -1, 2**53 + 1, 2**63 - 1, -(2**63) + 1, MISSING_INTEGER, 7, 3]
_INSTANTS = [
    *(0, 1, -1, 999_999, -86_400_000_000, -86_400_000_001, 2**63 - 1, -(2**63) + 1, MISSING_INTEGER),
    *(-62_135_596_800_000_000, 253_402_300_799_999_999, 951_825_600_000_000, 4_107_542_400_000_000),
]
_DATES = [
    *("", " ", "x", "2024-02-29", "2023-02-29", "2024-02-30", "2024-13-01", "2024-00-10", "0000-01-01", "0001-01-01"),
    *("9999-12-31T23:59:59.999999", "9999-12-31T23:59-23:59", "0001-01-01 00:00+23:59", "1969-12-31 23:59:59.999999"),
    *("2024-02-29T14:05", "2024-02-29 14:05:09Z", "2024-02-29 14:05:09,5 UTC", "2024-02-29T14:05:09.123456789GMT"),
    *("2024-02-29T14:05+02:00", "2024-02-29T14:05-0930", "2024-02-29T14:05 +02", "2024-02-29T14:05+2", "2024-2-9"),
    *("2024-02-29T24:00", "2024-02-29T14:60", "2024-02-29+02:00", " 2024-02-29 ", "2024-02-29\n", "2024-02-29\0"),
    *("\t2024-02-29", "２０２４-02-29", "2024-02-29T14", "20240229", "2024-02-29T14:05:60", "2024-02-29t14:05z"),
]
_SECONDS_OF_YEARS_1_TO_9999 = (-62_135_596_800, 253_402_300_799)

numbers = st.one_of(st.sampled_from(_NUMBERS), st.floats(), st.floats(-10, 10))
texts = st.one_of(st.sampled_from(_TEXTS), st.text(max_size=3))
integers = st.one_of(st.sampled_from(_INTEGERS), st.integers(-(2**63), 2**63 - 1), st.integers(-3, 3))
instants = st.one_of(
    st.sampled_from(_INSTANTS),
    st.integers(*_SECONDS_OF_YEARS_1_TO_9999).map(lambda seconds: seconds * 1_000_000 + 123_456),
    st.integers(-(2**63), 2**63 - 1),
)
_zones = st.sampled_from(["", "Z", " UTC", "+00:00", "-0930", "+14", "+23:59", " -11:30"])
_written = st.builds(
    lambda when, separator, digits, zone: when.isoformat(separator, digits) + zone,
    st.datetimes(),
    st.sampled_from("T "),
    st.sampled_from(["minutes", "seconds", "milliseconds", "microseconds"]),
    _zones,
)
dates = st.one_of(st.sampled_from(_DATES), _written, st.text("0123456789-T: Z", max_size=12))
VALUES = {"number": numbers, "string": texts, "integer": integers, "timestamp": instants, "date": dates}
"""What to draw from, by what a column reads; arrays are made of numbers."""
TYPES = {
    "number": pa.float64(),
    "string": pa.string(),
    "integer": pa.int64(),
    "timestamp": pa.timestamp("us"),
    "date": pa.string(),
}
STAND_INS = {
    "number": 2.0,
    "string": "a",
    "integer": 3,
    "timestamp": 86_400_000_000,
    "date": "2024-02-29",
    "array": 0.5,
}
"""What takes the place of a missing value where one is required."""

_clips = st.one_of(st.sampled_from([1e-3, 10.0, 1e6]), st.floats(0.5, 20))
_edges = st.none() | st.lists(
    st.one_of(st.sampled_from([0.0, 1.0, 5e-324, 1e-310, 1e308]), FINITE), min_size=1, max_size=5, unique=True
).map(lambda drawn: tuple(sorted(set(drawn))))
_limits = {"min_count": st.integers(1, 2), "max_size": st.sampled_from([1, 2, 10_000])}
_parts = st.lists(st.sampled_from(["hour", "weekday", "month", "elapsed"]), min_size=1, max_size=4, unique=True)
_shapes = st.sampled_from([(1,), (3,), (2, 2), (1, 3)])
_uses = {"wide": st.booleans(), "deep": st.booleans()}
DETAILS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "numeric": {"clip": _clips},
    "categorical": {**_limits, **_uses},
    "hashed": {"buckets": st.sampled_from([2, 7, 1000, 100_000_000]), **_uses},
    "bucketized": {"edges": _edges, "buckets": st.integers(2, 40), **_uses},
    "datetime": {"clip": _clips, "parts": _parts.map(tuple)},
    "array": {"clip": _clips, "shape": _shapes},
}
"""The fields of each kind that hold any name or number."""
_FILLS: dict[str, st.SearchStrategy[Any]] = {
    "numeric": FINITE,
    "bucketized": FINITE,
    "array": FINITE,
    "datetime": st.sampled_from(["1969-12-31", "2024-02-29 14:05:09.25+02:00", "0001-01-01", "9999-12-31T23:59"]),
    "string": st.sampled_from(["a", "é", "x", ""]),
    "integer": st.sampled_from([3, 7, -(2**63) + 1]),
}


@st.composite
def schemas(draw, combinations: list[dict[str, Any]]) -> Schema:
    """Draw a schema of these combinations, with every entry of ids crossed, and crosses of crosses."""
    columns: list[Any] = []
    for given in combinations:
        if given["kind"] != "crossed":
            columns.append(draw(_columns(given)))
    ids = [column.name for column in columns if isinstance(column, IdColumn)]
    pairs = pairwise([*ids, ids[0]] if ids else [])
    first = [_cross(pair, draw(_limits["max_size"]), draw(_limits["min_count"])) for pair in pairs]
    second = [_cross((a.name, b), draw(_limits["max_size"]), 1) for a, b in zip(first, ids[2:], strict=False)]
    return Schema(columns=(*columns, *first, *second[:3]))


def _cross(sources: tuple[str, ...], max_size: int, min_count: int) -> CrossedColumn:
    return CrossedColumn(name=" × ".join(sources), sources=sources, max_size=max_size, min_count=min_count)


@st.composite
def _columns(draw, given: dict[str, Any]) -> Any:
    fields = {**given, "name": name_of(given), **draw(st.fixed_dictionaries(DETAILS[given["kind"]]))}
    if given["kind"] == "bucketized":
        fields["source"] = f"{fields['name']}_source"
    if given["missing"] == "constant":
        fields["fill"] = draw(_FILLS[given["kind"] if given["kind"] in _FILLS else given["dtype"]])
    return KINDS[given["kind"]](**fields)


@st.composite
def tables(draw, schema: Schema, *, most: int = 6) -> pa.Table:
    """Draw rows for a schema: some values of each type, which every column starts at another one of.

    The last row is missing wherever one may be, the one before it nowhere.
    """
    pools = {kind: draw(st.lists(st.none() | values, min_size=1, max_size=most)) for kind, values in VALUES.items()}
    rows = max(map(len, pools.values()))
    raws = schema.raw
    return pa.table({raw.name: _drawn(raw, read_as(schema, raw), pools, rows, at) for at, raw in enumerate(raws)})


def read_as(schema: Schema, raw: Any) -> str:
    """Return the wire type of a raw column, or ``date`` for text that is read as one."""
    kinds = {column.name: column.kind for column in schema.columns}
    return "date" if raw.type == "string" and kinds[raw.name] == "datetime" else str(raw.type)


def _drawn(raw: Any, kind: str, pools: dict[str, list[Any]], rows: int, at: int) -> pa.Array:
    if kind == "array":
        size = int(np.prod(raw.shape))
        flat = _turned(pools["number"], rows * size, at, "array", required=raw.required)
        flat += [STAND_INS["array"] if raw.required else None] * size
        with np.errstate(over="ignore"):
            block = np.asarray(flat, np.float64).astype(np.float32).reshape(-1, *raw.shape)
        return pa.FixedShapeTensorArray.from_numpy_ndarray(np.ascontiguousarray(block))
    values = _turned(pools[kind], rows, at, kind, required=raw.required)
    return pa.array([*values, STAND_INS[kind] if raw.required else None], TYPES[kind])


def _turned(pool: list[Any], size: int, at: int, kind: str, *, required: bool) -> list[Any]:
    """Return so many values of a pool, from a place on, and then one that is not missing."""
    values = [pool[(at + place) % len(pool)] for place in range(size - 1)] + [STAND_INS[kind]]
    return [STAND_INS[kind] if required and _is_missing(kind, one) else one for one in values]


def _is_missing(kind: str, value: Any) -> bool:
    if kind == "date" and value is not None:
        return parse_one(value) == MISSING_INTEGER
    return value in (None, "", MISSING_INTEGER) or value != value


@st.composite
def fitted_and_rows(
    draw, all_of: list[dict[str, Any]] | None = None, *, some_of: list[dict[str, Any]] = COMBINATIONS[:-1]
) -> tuple[Encoder, pa.Table]:
    """Draw an encoder and rows to encode: those it was fitted to, and others."""
    some = st.lists(st.sampled_from(some_of), min_size=1, max_size=5, unique_by=name_of)
    schema = draw(schemas(all_of or draw(some)))
    training = draw(tables(schema))
    return Drawn((Encoder.fit(schema, training), pa.concat_tables([training, draw(tables(schema))])))


class Drawn(tuple[Encoder, pa.Table]):
    """Pair an encoder with rows, and write them briefly where a test fails."""

    def __repr__(self) -> str:
        encoder, rows = self
        return f"<{len(encoder.columns)} columns, {rows.num_rows} rows>"


def as_rows(table: pa.Table) -> list[dict[str, Any]]:
    """Return a table's rows as dicts of plain values, where Python has them."""
    columns = {}
    for name in table.column_names:
        column = table[name].combine_chunks()
        if isinstance(column.type, pa.FixedShapeTensorType):
            columns[name] = list(column.to_numpy_ndarray())
        elif pa.types.is_timestamp(column.type):
            columns[name] = [_plain_instant(since) for since in column.cast(pa.int64()).to_pylist()]
        else:
            columns[name] = column.to_pylist()
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _plain_instant(since: int | None) -> Any:
    """Return a datetime where Python has one, and else what NumPy has."""
    if since is None:
        return None
    instant = np.datetime64(since, "us")
    plain = instant.item()
    return plain.replace(tzinfo=UTC) if isinstance(plain, datetime) else instant
