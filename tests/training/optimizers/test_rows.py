"""Of large tables only the rows that a batch has read are updated, by the optimizer's own formula."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from modelzoo.training.optimizers import rows as by_rows
from modelzoo.training.optimizers.optimizers import Optimizers, Share

pytestmark = pytest.mark.xdist_group("optimizers")

SIZE, WIDTH, STEPS = 7, 3, 6
SETTINGS = {
    "adagrad": {},
    "adam": {},
    "adamax": {},
    "adamw": {"weight_decay": 0.1},
    "ftrl": {},
    "lion": {},
    "rmsprop": {},
    "rmsprop with momentum": {"momentum": 0.9},
    "sgd": {},
    "sgd with momentum": {"momentum": 0.9},
    "sgd with nesterov": {"momentum": 0.9, "nesterov": True},
}


@pytest.fixture(autouse=True)
def _every_table_is_large(monkeypatch):
    monkeypatch.setattr(by_rows, "LARGE_TABLE", 1)


def made(name, constraint=None):
    """Return a table, a bias, and the optimizers of both."""
    draw = np.random.default_rng(1)
    table = keras.Variable(draw.normal(size=(SIZE, WIDTH)).astype(np.float32), name="table")
    table.constraint = constraint
    bias = keras.Variable(np.zeros(WIDTH, np.float32), name="bias")
    kind = {"class_name": name.partition(" ")[0], "config": {"learning_rate": 0.1, **SETTINGS[name]}}
    optimizer = keras.optimizers.get(kind)
    optimizer.build([table, bias])
    return table, bias, Optimizers([Share(optimizer, [table, bias])])


def batches(ids_of):
    """Yield gradients by rows as a lookup gives them: rows in any order, some of them repeatedly."""
    draw = np.random.default_rng(2)
    for step in range(STEPS):
        ids = ids_of(draw, step)
        yield tf.IndexedSlices(tf.constant(draw.normal(size=(len(ids), WIDTH)), tf.float32), tf.constant(ids))


def dense(gradient):
    return tf.math.unsorted_segment_sum(gradient.values, gradient.indices, SIZE)


def state(optimizers, table):
    return optimizers.updated_by_rows([next(batches(lambda *_: np.array([0])))], [table])


def step(optimizers, gradient, table, bias, **how):
    optimizers.apply([gradient, tf.ones(WIDTH)], [table, bias], **how)


@pytest.mark.parametrize("xla", [False, True])
@pytest.mark.parametrize("name", SETTINGS)
def test_where_all_rows_are_read_it_is_the_dense_update(name, xla):
    def all_and_some_again(draw, _):
        return draw.permutation([*range(SIZE), 1, 1, 4]).astype(np.int32)

    table, bias, optimizers = made(name)
    expected, other, of_keras = made(name)
    compiled = tf.function(lambda *given: step(optimizers, *given, table, bias), jit_compile=xla)
    for gradient in batches(all_and_some_again):
        compiled(gradient)
        of_keras.main.apply([dense(gradient), tf.ones(WIDTH)], [expected, other])

    for found, wanted in zip([table, bias, *optimizers.variables], [expected, other, *of_keras.variables], strict=True):
        np.testing.assert_allclose(found.numpy(), wanted.numpy(), rtol=1e-5, atol=1e-6)
    assert optimizers.main.iterations.numpy() == STEPS


@pytest.mark.parametrize("name", SETTINGS)
def test_rows_that_are_not_read_keep_their_bits_and_what_is_kept_for_them(name):
    table, bias, optimizers = made(name)
    step(optimizers, next(batches(lambda *_: np.arange(SIZE))), table, bias)
    before = [variable.numpy() for variable in state(optimizers, table)]

    for gradient in batches(lambda draw, _: draw.choice([0, 2, 5], 4)):
        step(optimizers, gradient, table, bias)

    kinds = {"sgd": 0, "adamax": 2, "adam": 2, "adamw": 2, "ftrl": 2, "rmsprop with momentum": 2}
    assert len(before) == 1 + kinds.get(name, 1)
    for was, now in zip(before, state(optimizers, table), strict=True):
        np.testing.assert_array_equal(now.numpy()[[1, 3, 4, 6]], was[[1, 3, 4, 6]])
        assert (now.numpy()[[0, 2, 5]] != was[[0, 2, 5]]).any(axis=1).all()


@pytest.mark.parametrize("name", ["sgd", "adagrad", "ftrl"])
def test_without_fading_memory_it_is_the_dense_update_whatever_is_read(name):
    table, bias, optimizers = made(name)
    expected, other, of_keras = made(name)
    start = next(batches(lambda *_: np.arange(SIZE)))  # Ftrl forgets the initial weights of rows when they are touched
    for gradient in [start, *batches(lambda draw, _: draw.choice(SIZE, 4))]:
        step(optimizers, gradient, table, bias)
        of_keras.main.apply([dense(gradient), tf.ones(WIDTH)], [expected, other])

    np.testing.assert_allclose(table.numpy(), expected.numpy(), rtol=1e-5, atol=1e-6)


def test_lazy_adam_is_as_written_by_hand():
    """Moments of a row move when it is read; bias corrections count all steps."""
    table, bias, optimizers = made("adam")
    weights = table.numpy().astype(float)
    moment, square = np.zeros_like(weights), np.zeros_like(weights)
    for count, gradient in enumerate(batches(lambda draw, _: draw.choice(SIZE, 4)), start=1):
        step(optimizers, gradient, table, bias)
        total, read = dense(gradient).numpy(), np.unique(gradient.indices)
        moment[read] += 0.1 * (total[read] - moment[read])
        square[read] += 0.001 * (total[read] ** 2 - square[read])
        rate = 0.1 * np.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        weights[read] -= rate * moment[read] / (np.sqrt(square[read]) + 1e-7)

    np.testing.assert_allclose(table.numpy(), weights, rtol=1e-4, atol=1e-5)


def test_equal_batches_make_equal_bits():
    ids = np.random.default_rng(3).integers(0, SIZE, 500)
    found = []
    for _ in range(2):
        table, bias, optimizers = made("adam")
        for gradient in batches(lambda *_: ids):
            step(optimizers, gradient, table, bias)
        found.append(table.numpy())

    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("name", ["adam", "sgd"])
def test_where_it_is_not_to_be_nothing_of_a_table_changes(name):
    table, bias, optimizers = made(name)
    step(optimizers, next(batches(lambda *_: np.arange(SIZE))), table, bias)
    before = [variable.numpy() for variable in state(optimizers, table)]

    bad = tf.IndexedSlices(tf.fill((2, WIDTH), np.nan), tf.constant([0, 0]))
    step(optimizers, bad, table, bias, rows_only_if=tf.constant(value=False))

    for was, now in zip(before, state(optimizers, table), strict=True):
        np.testing.assert_array_equal(now.numpy(), was)


@pytest.mark.parametrize(
    ("constraint", "axis"), [(keras.constraints.UnitNorm(axis=1), 1), (keras.constraints.UnitNorm(axis=0), 0)]
)
def test_a_constraint_holds_for_all_rows_whichever_way_it_looks(constraint, axis):
    table, bias, optimizers = made("adam", constraint)
    with optimizers.reading_rows():
        tf.gather(table, [2])
    optimizers.begin()

    step(optimizers, next(batches(lambda *_: np.array([2, 2, 5]))), table, bias)

    np.testing.assert_allclose(np.linalg.norm(table.numpy(), axis=axis), 1, rtol=1e-5)


@pytest.mark.parametrize("name", ["adam", "nadam"])
def test_small_tables_and_other_optimizers_take_the_dense_update_of_the_summed_gradient(monkeypatch, name):
    monkeypatch.setitem(SETTINGS, "nadam", {})
    monkeypatch.setattr(by_rows, "LARGE_TABLE", 1 if name == "nadam" else SIZE * WIDTH + 1)
    table, bias, optimizers = made(name)
    expected, other, of_keras = made(name)
    for gradient in batches(lambda draw, _: draw.choice(SIZE, 4)):
        step(optimizers, gradient, table, bias)
        of_keras.main.apply([dense(gradient), tf.ones(WIDTH)], [expected, other])

    assert state(optimizers, table) == []
    np.testing.assert_array_equal(table.numpy(), expected.numpy())


def test_a_table_is_what_rows_are_read_of():
    table, _, optimizers = made("adam")

    with optimizers.reading_rows():
        assert tf.matmul(table, tf.ones((WIDTH, 1))).shape == (SIZE, 1)
        assert optimizers.tables == []
        np.testing.assert_array_equal(keras.ops.take(table, [1, 1], axis=0), table.numpy()[[1, 1]])

    assert [each.path for each in optimizers.tables] == ["table"]
    assert not hasattr(table, "sparse_read")


def test_a_step_of_tables_alone_is_counted_once():
    table, _, optimizers = made("adam")

    optimizers.apply([next(batches(lambda *_: np.array([1])))], [table])

    assert optimizers.main.iterations.numpy() == 1
