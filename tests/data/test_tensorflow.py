"""TensorFlow's tensors and Datasets and Keras' PyDatasets become one table."""

import numpy as np
import pytest
from modelzoo_registry import DataError

from modelzoo.data import to_table
from modelzoo.data.batches import collect, is_batches

pytestmark = pytest.mark.xdist_group("ways_in")


@pytest.fixture(scope="module")
def tf():
    import tensorflow

    return tensorflow


@pytest.fixture(scope="module")
def keras(tf):
    import keras

    return keras


@pytest.fixture(scope="module")
def py_dataset(keras):
    """Return a PyDataset of batches of two rows."""

    class Squares(keras.utils.PyDataset):
        def __init__(self, count):
            super().__init__()
            self.count = count

        @property
        def num_batches(self):
            if self.count is NotImplemented:
                return super().num_batches
            return self.count

        def __getitem__(self, place):
            rows = np.array([2 * place, 2 * place + 1])
            return {"n": keras.ops.convert_to_tensor(rows)}, (rows**2)[:, None]

    return Squares


def refusal(data, steps=None):
    with pytest.raises(DataError) as caught:
        collect(data, steps)
    return str(caught.value)


ROWS = [{"n": 1.5, "t": "a", "v": [1, 2]}, {"n": 2.5, "t": "é", "v": [3, 4]}, {"n": 3.5, "t": "", "v": [5, 6]}]


def columns(tf):
    return {
        "n": tf.constant([1.5, 2.5, 3.5]),
        "t": tf.constant(["a", "é", ""]),
        "v": tf.constant([[1, 2], [3, 4], [5, 6]], tf.int8),
    }


def test_a_dict_of_tensors_is_a_table(tf):
    assert to_table(columns(tf)).to_pylist() == ROWS


@pytest.mark.parametrize("size", [1, 2, 3, None])
def test_a_dataset_gives_its_rows_and_targets_batched_or_one_by_one(tf, size):
    rows = tf.data.Dataset.from_tensor_slices((columns(tf), [0, 1, 0]))
    data = rows if size is None else rows.batch(size)

    both = collect(data)

    assert is_batches(data)
    assert not is_batches(tf.data.Dataset)
    assert both.table.to_pylist() == to_table(data).to_pylist() == ROWS
    assert both.target.to_pylist() == [0, 1, 0]


def test_a_dataset_of_inputs_in_a_tuple_has_columns_by_their_places(tf):
    data = tf.data.Dataset.from_tensor_slices(((np.eye(2), ["a", "b"]), [[0.5], [1.5]])).batch(1)

    both = collect(data)

    assert both.table.to_pylist() == [{"x_0": [1, 0], "x_1": "a"}, {"x_0": [0, 1], "x_1": "b"}]
    assert both.target.to_pylist() == [0.5, 1.5]


def test_a_dataset_of_vectors_with_a_number_each_is_rows(tf):
    vectors = np.arange(6.0).reshape(3, 2)

    rows = collect(tf.data.Dataset.from_tensor_slices((vectors, [0, 1, 2])))

    assert rows.table["x"].to_pylist() == vectors.tolist()


def test_a_dataset_whose_parts_begin_with_different_dimensions_is_rows(tf):
    images, marks = np.arange(24.0).reshape(3, 4, 2), np.ones((3, 5))

    rows = collect(tf.data.Dataset.from_tensor_slices({"image": images, "marks": marks}))

    assert rows.table["image"].combine_chunks().to_numpy_ndarray().tolist() == images.tolist()
    assert rows.table["marks"].combine_chunks().to_numpy_ndarray().tolist() == marks.tolist()


def test_a_dataset_of_arrays_alone_is_refused_where_it_may_be_rows_or_batches(tf):
    images = tf.data.Dataset.from_tensor_slices(np.zeros((100, 8, 6)))

    with pytest.raises(DataError) as refused:
        collect(images)

    assert str(refused.value) == (
        "whether an element of the Dataset, of shape (8, 6), is one row or a batch of 8 cannot be told: "
        "call .batch(n) on single rows, and batch without drop_remainder"
    )
    assert collect(images.batch(32)).table.num_rows == 100


def test_named_columns_of_one_number_each_are_numbers(tf):
    both = collect(tf.data.Dataset.from_tensor_slices({"a": [[1.0], [2.0]], "b": [["x"], ["y"]]}).batch(2))

    assert both.table.to_pylist() == [{"a": 1.0, "b": "x"}, {"a": 2.0, "b": "y"}]


def test_many_rows_one_by_one_are_all_there(tf):
    assert to_table(tf.data.Dataset.range(5000))["x"].combine_chunks().to_numpy_ndarray().ravel().tolist() == list(
        range(5000)
    )


def test_a_dataset_without_targets_in_a_pair_has_none(tf):
    assert collect(tf.data.Dataset.from_tensors((tf.zeros((2, 2)), None)).unbatch().batch(2)).target is None


def test_a_dataset_that_does_not_end_needs_steps(tf):
    data = tf.data.Dataset.from_tensor_slices({"a": [1, 2, 3]}).repeat().batch(2)

    assert refusal(data) == "the Dataset does not end: give steps=..., the number of batches to read"
    assert collect(data, 2).table["a"].to_pylist() == [1, 2, 3, 1]


@pytest.mark.parametrize(("repeat", "steps"), [(1, 2), (None, 2), (None, None)])
def test_steps_over_single_rows_are_refused(tf, repeat, steps):
    data = tf.data.Dataset.from_tensor_slices({"a": [1, 2, 3]}).repeat(repeat)

    assert refusal(data, steps) == (
        "the Dataset hands out single rows, and steps counts batches: call .batch(n) on it first"
    )


def test_a_dataset_that_ends_too_early_or_is_empty_is_refused(tf):
    data = tf.data.Dataset.from_tensor_slices({"a": [1, 2, 3]}).batch(2)

    assert refusal(data, 3) == "the Dataset ended after 2 of 3 batches: lower steps, or leave it out"
    assert refusal(data.take(0)) == "the Dataset holds no batch"


def test_rows_of_other_lengths_are_refused_with_what_to_do(tf):
    kinds = tf.TensorSpec((None,), tf.int32), tf.TensorSpec((), tf.int32)
    data = tf.data.Dataset.from_generator(lambda: iter([([1], 0), ([2, 3], 1)]), output_signature=kinds)

    assert refusal(data) == "the rows of the Dataset hold arrays of different shapes: pad them to one shape"


def test_a_pipeline_that_fails_over_single_rows_says_so_itself(tf):
    data = tf.data.Dataset.from_tensor_slices([1.0, np.nan])
    checked = data.map(lambda row: tf.debugging.check_numerics(row, "mine"))

    with pytest.raises(tf.errors.InvalidArgumentError, match="mine"):
        collect(checked)


def test_rows_of_a_dataset_that_does_not_tell_their_shape_are_refused(tf):
    data = tf.data.Dataset.from_generator(lambda: iter([1, 2]), tf.int32)

    assert refusal(data) == (
        "batch 1: is a single row: hand out several as arrays (n, ...), or give all rows as a list"
    )


@pytest.mark.parametrize("iterate", [iter, lambda data: data.as_numpy_iterator()])
def test_the_iterators_of_a_dataset_hand_out_batches_too(tf, iterate):
    assert to_table(iterate(tf.data.Dataset.from_tensor_slices(columns(tf)).batch(2))).to_pylist() == ROWS


def test_a_py_dataset_gives_its_batches_in_order(py_dataset):
    both = collect(py_dataset(2))

    assert is_batches(py_dataset(2))
    assert both.table.to_pydict() == {"n": [0, 1, 2, 3]}
    assert both.target.to_pylist() == [0, 1, 4, 9]


@pytest.mark.parametrize("count", [None, NotImplemented])
def test_a_py_dataset_that_does_not_end_needs_steps(py_dataset, count):
    data = py_dataset(count)

    assert refusal(data) == "the Squares does not end: give steps=..., the number of batches to read"
    assert to_table(data, steps=1).to_pydict() == {"n": [0, 1]}


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda tf, _: tf.constant([[1.0, 2.0], [3.0, 4.0]]), [[1, 2], [3, 4]]),
        (lambda tf, _: tf.constant([1, 2]), [[1], [2]]),
        (lambda tf, _: tf.constant([True, False]), [[1], [0]]),
        (lambda tf, _: tf.constant([[1.5], [2.5]], tf.bfloat16), [[1.5], [2.5]]),
        (lambda tf, _: tf.constant([[1.5], [2.5]], tf.float16), [[1.5], [2.5]]),
        (lambda tf, _: tf.Variable([[1.0], [2.0]]), [[1], [2]]),
        (lambda _, keras: keras.Variable([[1.0], [2.0]]), [[1], [2]]),
        (lambda tf, _: tf.constant(["a", "é"]), ["a", "é"]),
        (lambda tf, _: [tf.constant(["a", "é"])], ["a", "é"]),
    ],
)
def test_a_tensor_is_one_column(tf, keras, make, expected):
    assert to_table(make(tf, keras)).to_pydict() == {"x": expected}


def test_several_tensors_are_columns_by_their_places(tf):
    table = to_table([tf.constant([1.5, 2.5]), tf.constant(["a", "b"]), tf.zeros((2, 2))])

    assert table.to_pydict() == {"x_0": [1.5, 2.5], "x_1": ["a", "b"], "x_2": [[0, 0], [0, 0]]}


RAGGED = "a RaggedTensor is no array: its rows differ in length; make them equal with .to_tensor()"
SPARSE = "a SparseTensor is no array: it is sparse; make it dense with tf.sparse.to_dense(...)"


def test_tensors_of_no_single_shape_are_refused_with_what_to_do(tf):
    ragged, sparse = tf.ragged.constant([[1], [2, 3]]), tf.sparse.from_dense([[0, 1], [2, 0]])

    for data, message in [
        (ragged, RAGGED),
        (sparse, SPARSE),
        ({"r": ragged, "s": sparse}, f"columns cannot be read:\n  r: {RAGGED}\n  s: {SPARSE}"),
        (tf.data.Dataset.from_tensor_slices(ragged).batch(2), f"batch 1: {RAGGED}"),
        (
            tf.data.Dataset.from_tensors({"s": sparse, "y": tf.zeros(2)}),
            f"batch 1: columns cannot be read:\n  s: {SPARSE}",
        ),
    ]:
        with pytest.raises(DataError) as caught:
            to_table(data)
        assert str(caught.value) == message


def test_the_input_of_a_model_is_refused_since_it_holds_no_values(keras):
    with pytest.raises(DataError, match=r"^a KerasTensor cannot become a NumPy array: A KerasTensor is symbolic"):
        to_table(keras.Input((3,)))


def test_text_in_rows_of_several_is_refused_with_where_it_belongs(tf):
    with pytest.raises(DataError) as caught:
        to_table({"t": tf.constant([["a", "c"], ["b", "d"]])})

    assert str(caught.value) == (
        "columns cannot be read:\n"
        "  t: an array column holds numbers, of one shape in every row. Received: dtype object, shape (2, 2). "
        "Text is one value a row, (n,); columns of different types belong in a frame, or in a dict by name"
    )
