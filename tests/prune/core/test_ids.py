"""Embeddings and the table of the wide part lose columns, rows and positions; predictions stay."""

import keras
import numpy as np
import pytest

from modelzoo.prune.reading import Kept, KeptIds

pytestmark = pytest.mark.xdist_group("prune_core")


@pytest.fixture
def ids():
    return keras.Input((3,), dtype="int32", name="ids")


def embedding(table, place, ids, name="embedding", **options):
    """Return the numbers of one position."""

    def start(shape, dtype=None):
        return keras.ops.reshape(keras.ops.convert_to_tensor(table, dtype), shape)

    return keras.layers.Embedding(5, 2, name=name, embeddings_initializer=start, **options)(ids[:, place])


def wide(tables, ids, bias=(0.5,)):
    """Return the logits of a table, given its rows by position."""
    from modelzoo.core.wide import WideLogits

    layer = WideLogits(list(tables), [5] * len(tables), len(bias), name="wide")
    logits = layer(ids)
    layer.set_weights([np.reshape(np.concatenate([*tables.values()]), (-1, len(bias))), np.array(bias)])
    return logits


def dense(kernel, vector, name="logits"):
    layer = keras.layers.Dense(len(kernel[0]), name=name)
    output = layer(vector)
    layer.set_weights([np.array(kernel), np.zeros(len(kernel[0]))])
    return output


TABLE = [[1, 7], [2, 7], [1, 7], [3, 7], [2, 7]]


def test_a_number_of_an_embedding_that_is_not_read_or_always_the_same_goes(pruned, ids):
    both = keras.layers.Concatenate(name="both")([embedding(TABLE, 0, ids), embedding(TABLE, -1, ids, name="unread")])

    smaller = pruned(keras.Model({"ids": ids}, dense([[2], [3], [0], [4]], both)))

    assert smaller.weights("embedding") == [[[1], [2], [3]]]
    assert smaller.weights("logits") == [[[2]], [3 * 7 + 4 * 7]]
    assert [(each.wide, each.deep) for each in smaller.reading.ids] == [(False, True), (False, False), (False, False)]
    assert smaller.reading.ids[0].rows.tolist() == [[1], [2], [1], [3], [2]]
    assert smaller.reading.ids[0].rows.dtype == np.float32
    assert [each.rows.shape for each in smaller.reading.ids] == [(5, 1), (0, 0), (5, 0)]
    assert smaller.removals == [("numbers of embedding", 2, 1), ("numbers of unread", 2, 0)]


def test_several_embeddings_of_one_position_count_together(pruned, ids):
    both = keras.layers.Concatenate()(
        [embedding(TABLE, 0, ids), embedding([9, 0, 0, 0, 8, 0, 0, 0, 0, 0], 0, ids, "own")]
    )

    smaller = pruned(keras.Model({"ids": ids}, dense([[1], [0], [1], [0]], both)))

    assert smaller.reading.ids[0].rows.tolist() == [[1, 9], [2, 0], [1, 8], [3, 0], [2, 0]]
    assert smaller.weights("own") == [[[9], [0], [8], [0]]]


def test_a_table_of_more_rows_than_there_are_ids_is_cut(pruned, ids):
    large = keras.layers.Embedding(9, 1, name="large")(ids[:, 0])
    both = keras.layers.Concatenate()([large, embedding(TABLE, 0, ids)])

    smaller = pruned(keras.Model({"ids": ids}, dense([[0.5], [1], [0]], both)))

    assert smaller.reading.ids[0].rows.shape == (5, 2)
    assert smaller.core.get_layer("large").input_dim == 5


def test_wide_columns_without_a_weight_go_and_ids_of_equal_weight_become_one(pruned, ids):
    smaller = pruned(keras.Model({"ids": ids}, wide({0: [0] * 5, 1: [1, 0, 0, 0, 2], 2: [0, 3, 0, 3, 0]}, ids)))

    assert [each.wide for each in smaller.reading.ids] == [False, True, True]
    assert smaller.reading.ids[1].rows.tolist() == [[1], [0], [0], [0], [2]]
    assert smaller.weights("wide") == [[[1], [0], [2], [0], [3]], [0.5]]
    assert smaller.core.get_layer("wide").places == (0, 1)
    assert smaller.core.get_layer("wide").sizes == (3, 2)
    assert smaller.removals == []


def test_a_position_may_be_read_by_one_part_alone(pruned, ids):
    logits = dense([[1], [1]], embedding(TABLE, 1, ids))
    total = keras.layers.Add(name="logits_sum")([logits, wide({1: [0] * 5, 2: [0, 3, 0, 3, 0]}, ids)])

    smaller = pruned(keras.Model({"ids": ids}, total))

    assert [(each.wide, each.deep) for each in smaller.reading.ids] == [(False, False), (False, True), (True, False)]
    assert smaller.reading.ids[1].rows.tolist() == [[1], [2], [1], [3], [2]]
    assert smaller.core.get_layer("wide").places == (1,)
    assert smaller.barriers == ()


def test_wide_and_embedding_of_a_position_are_told_side_by_side(pruned, ids):
    table = np.arange(10).reshape(5, 2).tolist()
    logits = dense([[1, 0], [0, 0]], embedding(TABLE, 0, ids))
    total = keras.layers.Add(name="logits_sum")([logits, wide({0: table}, ids, bias=(1, 2))])

    smaller = pruned(keras.Model({"ids": ids}, total))

    assert smaller.reading.ids[0].rows.tolist() == [[0, 1, 1], [2, 3, 2], [4, 5, 1], [6, 7, 3], [8, 9, 2]]


def test_a_wide_part_without_a_weight_leaves_its_bias(pruned, ids):
    numbers = keras.Input((1,), name="dense")
    total = keras.layers.Add(name="logits_sum")([dense([[2]], numbers), wide({0: [0] * 5, 1: [0] * 5}, ids)])

    smaller = pruned(keras.Model({"dense": numbers, "ids": ids}, total))

    assert smaller.layers == ["dense", "logits", "logits_sum_rest"]
    assert smaller.removals == [("units of wide", 1, 0)]


def test_a_wide_part_without_a_weight_keeps_one_column_where_it_is_all_there_is(pruned, ids):
    smaller = pruned(keras.Model({"ids": ids}, wide({1: [0] * 5, 2: [0] * 5}, ids)))

    assert [each.wide for each in smaller.reading.ids] == [False, True, False]
    assert smaller.weights("wide") == [[[0]], [0.5]]


def test_more_may_be_kept_than_is_read(rows_of, ids):
    from modelzoo.prune.core import survey_core

    numbers = keras.Input((3,), name="dense")
    joined = keras.layers.Concatenate()([numbers, embedding(TABLE, 1, ids)])
    core = keras.Model({"dense": numbers, "ids": ids}, dense([[0], [2], [0], [1], [1]], joined))

    smaller, _ = survey_core(core, keep_inputs=False).rewrite(
        Kept(
            dense=np.array([2, 1]),
            ids=(KeptIds(2, np.arange(5), False, False), KeptIds(1, np.arange(5), False, True)),
            arrays={},
        )
    )

    rows = rows_of(core)
    less = {"dense": rows["dense"][:, [2, 1]], "ids": rows["ids"][:, [2, 1]]}
    np.testing.assert_allclose(smaller(less), core(rows), rtol=1e-6)
    assert smaller.get_layer("logits").kernel.numpy().tolist() == [[0], [2], [1]]


def test_what_is_kept_must_have_what_is_read(ids):
    from modelzoo.prune.core import survey_core

    numbers, array = keras.Input((3,), name="dense"), keras.Input((1,), name="array_4")
    joined = keras.layers.Concatenate()([numbers, array, embedding(TABLE, 1, ids)])
    core = keras.Model({"dense": numbers, "ids": ids, "array_4": array}, dense([[1]] * 6, joined))

    with pytest.raises(ValueError, match="lacks") as caught:
        survey_core(core, keep_inputs=False).rewrite(Kept(dense=np.array([1]), ids=(), arrays={}))

    assert str(caught.value) == "what is kept lacks what the core reads: dense 0, dense 2, ids 1, array_4"
