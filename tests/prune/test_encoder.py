"""A shrunken encoder encodes what is read as the whole one did, and holds nothing else."""

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from modelzoo.columns import Encoder, Schema
from modelzoo.columns.table import read_wire
from modelzoo.columns.wire import to_numpy
from modelzoo.data import to_table
from modelzoo.prune.encoder import shrink
from modelzoo.prune.reading import IdReading, Reading

from ..columns.agreeing import assert_one_row_at_a_time_agrees
from ..columns.drawn import fitted_and_rows

MOST_IDS = 20_000
SEVERAL = [
    *({"kind": "categorical", "dtype": "string", "missing": policy} for policy in ("unseen", "own", "constant")),
    {"kind": "categorical", "dtype": "integer", "missing": "own"},
    {"kind": "bucketized", "missing": "own"},
    {"kind": "numeric", "scale": "standard", "missing": "mean", "indicator": True},
    {"kind": "array", "scale": "standard", "missing": "mean"},
]


def unhurried(examples):
    return settings(
        max_examples=examples,
        phases=[phase for phase in Phase if phase is not Phase.explain],
        deadline=None,
        suppress_health_check=[*HealthCheck],
    )


def is_read(one):
    return one.wide or one.deep or one.rows is None


@st.composite
def readings(draw, encoder):
    """Draw what a core may read: of each column, and of each id numbers from so few that many are equal."""
    draw_bool, seeds = st.booleans(), np.random.default_rng(draw(st.integers(0, 2**32)))
    arrays = {name: draw(draw_bool) for name in encoder.array_shapes}
    dense = seeds.random(encoder.dense_width) < 0.3
    ids = []
    for layout in encoder.id_layout:
        rows = seeds.choice([0.0, 0.5], (layout.size, draw(st.integers(1, 2))), p=[0.7, 0.3]).astype(np.float32)
        wide, deep = layout.wide and draw(draw_bool), layout.deep and draw(draw_bool)
        ids.append(IdReading(None if draw(st.integers(0, 3)) == 3 else rows, wide, deep))
    if not (any(arrays.values()) or dense.any() or any(map(is_read, ids))):
        dense[:], arrays = True, dict.fromkeys(arrays, True)
        ids = [
            IdReading(one.rows, layout.wide, layout.deep) for one, layout in zip(ids, encoder.id_layout, strict=True)
        ]
    return Reading(dense, tuple(ids), arrays)


@st.composite
def shrinkable(draw, **kinds):
    """Draw an encoder, rows and a reading; no table of ids so large that it would only take memory."""
    encoder, rows = draw(
        fitted_and_rows(**kinds).filter(
            lambda drawn: (
                all(layout.size <= MOST_IDS for layout in drawn[0].id_layout)
                and (drawn[0].dense_width or drawn[0].id_layout or drawn[0].array_shapes)
            )
        )
    )
    return encoder, rows, draw(readings(encoder))


def assert_mapped(reading, kept, old, new):
    """Hold what the new encoder gives against the old one's, by what is said to be kept of it."""
    names = [*kept.arrays.values(), *(["dense"] if kept.dense.size else []), *(["ids"] if kept.ids else [])]
    assert sorted(new) == sorted(names)
    for before, after in kept.arrays.items():
        assert new[after].tobytes() == old[before].tobytes()
    if kept.dense.size:
        assert new["dense"].tobytes() == old["dense"][:, kept.dense].tobytes()
    for place, one in enumerate(kept.ids):
        was, made_of = old["ids"][:, one.place], one.ids[new["ids"][:, place]]
        rows = reading.ids[one.place].rows
        assert (made_of == was).all() if rows is None else (rows[made_of] == rows[was]).all()


def assert_says_what_is_kept(encoder, smaller, kept, reading):
    assert smaller.dense_width == len(kept.dense)
    assert set(np.flatnonzero(reading.dense)) <= set(kept.dense)
    assert [(layout.size, layout.wide, layout.deep) for layout in smaller.id_layout] == [
        (len(one.ids), one.wide, one.deep) for one in kept.ids
    ]
    assert [one.place for one in kept.ids] == [place for place, one in enumerate(reading.ids) if is_read(one)]
    assert [*smaller.array_shapes.values()] == [encoder.array_shapes[name] for name in kept.arrays]
    assert [*kept.arrays] == [name for name in encoder.array_shapes if reading.arrays[name]]


@unhurried(120)
@given(st.one_of(shrinkable(), shrinkable(all_of=SEVERAL)))
def test_any_rows_are_encoded_as_before_but_for_what_is_not_read(drawn):
    encoder, rows, reading = drawn

    smaller, kept = shrink(encoder, reading)

    assert_says_what_is_kept(encoder, smaller, kept, reading)
    assert Encoder.model_validate_json(smaller.model_dump_json()) == smaller
    assert smaller.source_schema.check().ordered == smaller.source_schema.columns
    assert_mapped(reading, kept, encoder.encode(rows), smaller.encode(rows))
    assert_one_row_at_a_time_agrees(smaller, rows[:2])


@pytest.mark.xdist_group("tensorflow")
@unhurried(8)
@given(shrinkable(some_of=SEVERAL))
def test_tensorflow_encodes_with_a_shrunken_encoder_as_the_host_does(drawn):
    import tensorflow as tf

    encoder, rows, reading = drawn
    smaller, kept = shrink(encoder, reading)
    before, after = (
        {
            name: tensor.numpy()
            for name, tensor in one.tensorflow(
                tf,
                {name: tf.constant(to_numpy(wire)) for name, wire in read_wire(one.raw, rows).items()},
                one.tables(tf),
            ).items()
        }
        for one in (encoder, smaller)
    )

    assert_mapped(reading, kept, before, after)


TABLE = {
    "cut": ["good", "fair", "ideal", "good", "fair", None] * 4,
    "city": ["Ulm", "Bonn", "Ulm", "Bonn", "Ulm", "Ulm"] * 4,
    "carat": [0.0, 1.0, None, 3.0, 4.0, 5.0] * 4,
    "useless": [1.0, None, 3.0, 4.0, 5.0, 6.0] * 4,
}
CUT = {"name": "cut", "kind": "categorical"}
CITY = {"name": "city", "kind": "categorical", "wide": False, "deep": False}
PAIR = {"name": "pair", "kind": "crossed", "sources": ["cut", "city"]}


def fitted(*columns):
    schema = Schema.model_validate({"columns": columns})
    return Encoder.fit(schema, to_table(TABLE))


def rows_of(size, **numbers):
    """Return the rows of a table of one number an id: 1.0 for each, but for those that are given."""
    rows = np.ones((size, 1), np.float32)
    for place, number in numbers.items():
        rows[int(place.removeprefix("id"))] = number
    return IdReading(rows, wide=True, deep=False)


UNREAD = IdReading(np.zeros((0, 0), np.float32), wide=False, deep=False)


def read(encoder, *ids, dense=()):
    return Reading(np.isin(np.arange(encoder.dense_width), dense), ids, {})


def test_a_number_is_kept_with_its_indicator_when_either_is_read():
    encoder = fitted({"name": "carat", "kind": "numeric"}, {"name": "useless", "kind": "numeric"})

    smaller, kept = shrink(encoder, read(encoder, dense=[3]))

    assert [column.column.name for column in smaller.columns] == ["useless"]
    assert kept.dense.tolist() == [2, 3]
    assert [raw.name for raw in smaller.raw] == ["useless"]


def test_values_that_are_to_the_core_as_one_never_seen_leave_the_vocabulary():
    encoder = fitted(CUT)
    (column,) = encoder.columns
    assert column.vocabulary == ("fair", "good", "ideal")

    smaller, kept = shrink(encoder, read(encoder, rows_of(4, id2=0.5)))

    assert smaller.columns[0].vocabulary == ("good",)
    assert kept.ids[0].ids.tolist() == [0, 2]
    assert smaller.encode(to_table({"cut": ["fair", "good", "ideal", "?"]}))["ids"].tolist() == [[0], [1], [0], [0]]


def test_a_category_of_its_own_for_missing_values_stays_and_is_numbered_anew():
    encoder = fitted({**CUT, "missing": "own"})

    smaller, kept = shrink(encoder, read(encoder, rows_of(5)))

    assert kept.ids[0].ids.tolist() == [0, 4]
    assert smaller.encode(to_table({"cut": ["fair", "good", None]}))["ids"].tolist() == [[0], [0], [1]]


def test_a_fill_whose_value_is_gone_counts_as_never_seen():
    encoder = fitted({**CUT, "missing": "constant", "fill": "ideal"})

    smaller, _ = shrink(encoder, read(encoder, rows_of(4, id1=0.5)))

    assert smaller.encode(to_table({"cut": ["fair", "ideal", None]}))["ids"].tolist() == [[1], [0], [0]]


def test_ids_that_a_layer_reads_itself_are_left_as_they_are():
    encoder = fitted(CUT)

    smaller, kept = shrink(encoder, read(encoder, IdReading(None, wide=False, deep=False)))

    assert smaller == encoder
    assert kept.ids[0].ids.tolist() == [0, 1, 2, 3]


def test_a_cross_keeps_the_values_its_combinations_are_made_of_and_no_others():
    encoder = fitted(CUT, CITY, PAIR)
    cut, city, pair = encoder.columns
    assert (cut.vocabulary, city.vocabulary) == (("fair", "good", "ideal"), ("Ulm", "Bonn"))
    seen = list(zip(*[ids.tolist() for ids in pair.combinations()], strict=True))
    assert sorted(seen) == [(0, 1), (1, 1), (1, 2), (2, 1), (2, 2), (3, 1)]
    read_pairs = {f"id{seen.index(one) + 1}": 0.5 for one in [(2, 2), (3, 1)]}

    smaller, kept = shrink(encoder, read(encoder, UNREAD, rows_of(7, **read_pairs)))

    cut, city, pair = smaller.columns
    assert (cut.vocabulary, city.vocabulary) == (("good", "ideal"), ("Ulm", "Bonn"))
    assert (cut.column.wide, cut.column.deep) == (False, False)
    assert sorted(zip(*[ids.tolist() for ids in pair.combinations()], strict=True)) == [(1, 2), (2, 1)]
    assert pair.sizes == (3, 3)
    assert [layout.name for layout in smaller.id_layout] == ["pair"]
    assert kept.ids[0].place == 1


def test_where_a_cross_holds_what_was_never_seen_its_source_keeps_every_value():
    encoder = fitted(CUT, CITY, PAIR)
    combinations = list(zip(*[ids.tolist() for ids in encoder.columns[2].combinations()], strict=True))
    unseen = combinations.index((0, 1)) + 1

    smaller, _ = shrink(encoder, read(encoder, rows_of(4), rows_of(7, **{f"id{unseen}": 0.5})))

    assert smaller.columns[0].vocabulary == ("fair", "good", "ideal")
    assert smaller.columns[1].vocabulary == ("Ulm",)


def test_a_hashed_cross_keeps_all_its_sources_have():
    encoder = fitted(CUT, CITY, {**PAIR, "max_size": 2})

    smaller, kept = shrink(encoder, read(encoder, UNREAD, rows_of(3)))

    assert [column.size for column in smaller.columns] == [column.size for column in encoder.columns]
    assert kept.ids[0].ids.tolist() == [0, 1, 2]


def test_a_cross_that_is_not_read_goes_with_what_was_there_for_it_alone():
    encoder = fitted(CUT, CITY, PAIR)

    smaller, kept = shrink(encoder, read(encoder, rows_of(4, id1=0.5), UNREAD))

    assert [column.column.name for column in smaller.columns] == ["cut"]
    assert [raw.name for raw in smaller.raw] == ["cut"]
    assert (kept.ids[0].place, kept.ids[0].ids.tolist()) == (0, [0, 1])


def test_combinations_of_a_cross_that_another_is_made_of_stay():
    buckets = {"name": "size", "kind": "bucketized", "source": "carat", "edges": [2.0], "wide": False}
    encoder = fitted(CUT, {**CITY}, buckets, PAIR, {"name": "all", "kind": "crossed", "sources": ["pair", "size"]})
    inner, outer = encoder.columns[3:]
    assert [len(inner.vocabulary), len(outer.vocabulary)] == [6, 6]
    combinations = list(zip(*[ids.tolist() for ids in outer.combinations()], strict=True))

    smaller, _ = shrink(encoder, read(encoder, rows_of(4), UNREAD, rows_of(7, id1=0.5)))

    pair, whole = smaller.columns[3:]
    assert (len(pair.vocabulary), len(whole.vocabulary)) == (1, 1)
    assert whole.combinations()[0].tolist() == [1]
    assert whole.combinations()[1].tolist() == [combinations[0][1]]
    assert whole.sizes == (2, 4 - 1)
