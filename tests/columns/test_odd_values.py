"""Each line of the table of odd values is what happens."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from modelzoo_registry import DataError

from modelzoo.columns import Encoder, Schema
from modelzoo.columns.array import ArrayColumn
from modelzoo.columns.base import MISSING_INTEGER
from modelzoo.columns.categorical import CategoricalColumn
from modelzoo.columns.datetime import DatetimeColumn
from modelzoo.columns.numeric import NumericColumn
from modelzoo.columns.wire import to_wire
from modelzoo.data.memory import from_memory

DOCS = Path(__file__).parents[2] / "docs"
sys.path.insert(0, str(DOCS))
from odd_values import MISSING, ODD_VALUES, READINGS, WANTED, Bad, Type, table  # noqa: E402

sys.path.remove(str(DOCS))

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SEEN = {
    "number": (NumericColumn(name="c", scale="none", indicator=True), [4.0, 4.0]),
    "string": (CategoricalColumn(name="c", missing="own"), ["seen", "seen"]),
    "integer": (CategoricalColumn(name="c", dtype="integer", missing="own"), [99, 99]),
    "timestamp": (DatetimeColumn(name="c", parts=("hour",), indicator=True), [EPOCH, EPOCH]),
    "array": (ArrayColumn(name="c", shape=(2,), scale="none", missing="constant", fill=7.0), [[4.0, 4.0]] * 2),
}
"""A column of each reading, and rows to learn from."""
CASES = [pytest.param(odd, reading, id=f"{odd.what}-{reading}") for odd in ODD_VALUES for reading in READINGS]


def refusal(reading: str, cell: Type | Bad) -> str:
    if isinstance(cell, Type):
        received = cell.name if cell.name.startswith("arrays") else f"a column of {cell.name}"
        return f"{WANTED[reading][0]}. Received: {received}"
    shape = reading == "array" and cell.written.startswith("(")
    return f"{cell.wanted or WANTED[reading][1]}. Received: {'' if shape else 'row 1: '}{cell.written}"


def on_the_wire(reading: str, cell):
    """Return what the value is on the wire, in Arrow's strings None for missing."""
    if reading == "array":
        return [np.nan, np.nan] if cell is MISSING else [np.nan if one is MISSING else one for one in cell]
    if cell is MISSING:
        return {"number": np.nan, "string": None}.get(reading, MISSING_INTEGER)
    return (cell - EPOCH) // timedelta(microseconds=1) if reading == "timestamp" else cell


def encoding(reading: str, cell) -> list[float]:
    """Return what the column of this reading makes of it."""
    greatest = float(np.finfo(np.float32).max)
    if reading == "number":
        return [4, 1] if cell is MISSING else [float(np.float32(min(cell, greatest))), 0]
    if reading in ("string", "integer"):
        return [2 if cell is MISSING else 0]
    if reading == "array":
        return [7, 7] if cell is MISSING else [7 if one is MISSING else one for one in cell]
    if cell is MISSING:
        return [0, 0, 1]
    minutes = (cell - EPOCH) % timedelta(days=1) // timedelta(minutes=1)
    turn = 2 * np.pi * minutes / 1440
    return [*np.array([np.sin(turn), np.cos(turn)], np.float32).tolist(), 0]


@pytest.fixture(scope="module")
def encoders() -> dict[str, Encoder]:
    return {
        reading: Encoder.fit(Schema(columns=(column,)), pa.table({"c": rows}))
        for reading, (column, rows) in SEEN.items()
    }


@pytest.mark.parametrize(("odd", "reading"), CASES)
def test_an_odd_value_is_read_as_the_table_says(encoders, odd, reading):
    encoder, cell = encoders[reading], getattr(odd, reading)
    rows = from_memory({"c": odd.given})
    ways = [lambda: encoder.encode(rows)]
    if isinstance(odd.given, list):
        ways.append(lambda: encoder.encode_row({"c": odd.given[0]}))
    if isinstance(cell, Type | Bad):
        for way in ways:
            with pytest.raises(DataError) as caught:
                way()
            assert str(caught.value) == f"the data does not fit the model:\n  c: {refusal(reading, cell)}"
        return

    wire = to_wire(encoder.raw[0], rows["c"])

    np.testing.assert_equal(wire.tolist()[0] if reading != "string" else wire[0].as_py(), on_the_wire(reading, cell))
    for way in ways:
        (encoded,) = way().values()
        assert encoded[0].tolist() == encoding(reading, cell)


@pytest.mark.parametrize("reading", ["string", "integer"])
def test_each_odd_category_that_was_seen_is_found_again(reading):
    cells = [(odd, getattr(odd, reading)) for odd in ODD_VALUES]
    known = [(odd, cell) for odd, cell in cells if cell is not MISSING and not isinstance(cell, Type | Bad)]
    column = SEEN[reading][0]
    fitted = Encoder.fit(Schema(columns=(column,)), pa.table({"c": [cell for _, cell in known]}))
    vocabulary = fitted.columns[0].vocabulary

    found = [fitted.encode(from_memory({"c": odd.given}))["ids"][0, 0] for odd, _ in known]

    assert [vocabulary[place - 1] for place in found] == [cell for _, cell in known]


def test_the_documentation_shows_this_table():
    assert table() in DOCS.joinpath("reference", "schema.md").read_text(encoding="utf-8")
