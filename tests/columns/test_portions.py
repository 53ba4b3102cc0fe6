"""What is learnt does not depend on how the rows were cut into portions, nor does the memory grow with them."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from modelzoo_registry import DataError

from modelzoo.columns import Encoder, Schema
from modelzoo.columns.categorical import CategoricalColumn
from modelzoo.columns.statistics import SAMPLE, Counts, Moments, Sample

from .drawn import COMBINATIONS, FINITE, KINDS, schemas, tables
from .test_executions_agree import unhurried

GREATEST = float(np.finfo(np.float64).max)


@st.composite
def schemas_and_portions(draw) -> tuple[Schema, list[pa.Table]]:
    schema = draw(schemas(COMBINATIONS))
    table = pa.concat_tables([draw(tables(schema)) for _ in range(2)])
    cuts = draw(st.lists(st.integers(0, table.num_rows), max_size=5))
    borders = [0, *sorted(cuts), table.num_rows]
    return schema, [table.slice(low, high - low) for low, high in pairwise(borders)]


def numbered(portions: list[pa.Table]) -> list[tuple[int, pa.Table, np.ndarray]]:
    starts = np.cumsum([0, *(part.num_rows for part in portions)]).tolist()
    kept = [np.ones(part.num_rows, np.bool_) for part in portions]
    return list(zip(starts, portions, kept, strict=False))


LEARNT_EXACTLY = ("vocabulary", "edges", "ranks", "indicator", "hashed", "sizes", "column")


@unhurried(25, shrink=False)
@given(drawn=schemas_and_portions())
def test_any_cutting_of_the_rows_teaches_what_all_rows_at_once_teach(drawn):
    schema, portions = drawn

    at_once = Encoder.fit(schema, pa.concat_tables(portions))
    in_portions = Encoder.fit_portions(schema, lambda _: numbered(portions))

    for ours, theirs in zip(at_once.columns, in_portions.columns, strict=True):
        plain, other = ours.model_dump(), theirs.model_dump()
        assert {name: plain.get(name) for name in LEARNT_EXACTLY} == {name: other.get(name) for name in LEARNT_EXACTLY}
        if ours.kind == "numeric":
            assert ours.scaling.ranks == theirs.scaling.ranks


@unhurried(300)
@given(
    values=st.lists(st.one_of(FINITE, st.sampled_from([0.0, GREATEST, -GREATEST, 5e-324, 1e-308])), max_size=12),
    cuts=st.lists(st.integers(0, 12), max_size=4),
)
def test_mean_and_spread_of_extreme_numbers_are_as_of_exact_arithmetic_however_they_are_cut(values, cuts):
    gathered, array = Moments(), np.array(values, np.float64)
    for low, high in pairwise([0, *sorted(cuts), 12]):
        gathered.add(array[low:high])

    mean, spread = gathered.result()

    longest = np.asarray(values, np.longdouble)
    largest = max(map(abs, values), default=0.0)
    exact_mean = float(longest.mean()) if values else 0.0
    exact = min(float((longest - longest.mean()).std()) if values else 0.0, 1e300)
    assert abs(mean - exact_mean) <= largest * 2**-48 + 1e-323  # of subnormal numbers a digit is lost
    constant = max(abs(mean) * 1e-12, 1e-290)
    if exact > 2 * constant + largest * 1e-12:
        assert spread == pytest.approx(exact, rel=1e-3 if exact < largest * 1e-9 else 1e-6)
    elif exact < constant / 2:
        assert spread == 1 or spread <= largest * 1e-12


def test_a_sample_beyond_its_limit_is_even_and_bounded_and_the_same_however_the_rows_are_cut():
    rows = np.arange(200_000, dtype=np.float64)

    def sample(portion: int) -> np.ndarray:
        kept = Sample(4096)
        for start in range(0, rows.size, portion):
            kept.add(rows[start : start + portion])
            assert kept.values().size <= 4096
        return kept.values()

    at_once, in_portions = sample(rows.size), sample(777)

    assert in_portions.tolist() == at_once.tolist()
    assert at_once.size > 2048
    # Kolmogorov-Smirnov: a fair draw of so many exceeds this once in ten thousand, and the draw is always this one.
    shares = np.sort(at_once) / rows.size
    assert np.abs(shares - np.arange(shares.size) / shares.size).max() < 2.23 / np.sqrt(shares.size)


def test_a_sample_within_its_limit_holds_every_finite_row():
    kept = Sample()
    rows = np.arange(float(SAMPLE))
    for part in np.split(rows, 8):
        kept.add(np.where(part % 2 == 0, part, np.nan))

    assert kept.values().tolist() == rows[::2].tolist()


@pytest.mark.parametrize("kind", [pa.string(), pa.int64()])
def test_beyond_what_is_counted_the_frequent_values_stay_and_memory_is_bounded(kind):
    counts = Counts(most=1_000)
    frequent = pa.array(range(5)).cast(kind)
    for portion in range(20):
        counts.add(pa.array(np.arange(portion * 10_000 + 5, (portion + 1) * 10_000 + 5)).cast(kind))
        for _ in range(3):
            counts.add(frequent)
        assert sum(part.num_rows for part in counts._parts) < 2 * 65_536

    assert counts.by_frequency(min_count=60, max_size=10).to_pylist() == frequent.to_pylist()


def test_each_kind_learns_from_no_row_at_all_what_encodes_every_row():
    @unhurried(1, shrink=False)
    @given(drawn=schemas_and_portions())
    def draw(drawn):
        schema, portions = drawn
        learnt = Encoder.fit_portions(schema, lambda _: [])
        assert all(np.isfinite(array).all() for array in learnt.encode(pa.concat_tables(portions)).values())

    draw()


@pytest.mark.parametrize("kind", ["numeric", "categorical", "hashed", "bucketized", "datetime"])
def test_a_value_that_lacks_in_a_later_portion_is_refused_with_its_row_among_all(kind):
    more = {"source": "c"} if kind == "bucketized" else {}
    column = KINDS[kind](name="c" if not more else "b", missing="reject", **more)
    values = {"categorical": "a", "hashed": "a", "datetime": "2024-02-29"}.get(kind, 1.0)
    portions = [pa.table({"c": [values, values]}), pa.table({"c": [values, None]})]

    with pytest.raises(DataError) as caught:
        Encoder.fit_portions(Schema(columns=(column,)), lambda _: numbered(portions))

    assert str(caught.value) == (
        'the data does not fit the model:\n  c: a value belongs here, since the schema says missing = "reject". '
        "Received none: row 4"
    )


def test_equal_counts_go_by_value_whatever_portion_they_came_in():
    schema = Schema(columns=(CategoricalColumn(name="c"),))
    parts = [pa.table({"c": ["b", "é", "a"]}), pa.table({"c": ["b", "e\u0301", "Z"]})]

    forwards = Encoder.fit_portions(schema, lambda _: numbered(parts))
    backwards = Encoder.fit_portions(schema, lambda _: numbered(parts[::-1]))

    assert forwards == backwards
    assert forwards.columns[0].vocabulary == ("b", "Z", "a", "e\u0301", "é")
