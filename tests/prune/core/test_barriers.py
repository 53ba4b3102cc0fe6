"""What is not understood stays as it is, with all it reads; the rest is pruned around it."""

import keras
import numpy as np
import pytest

from modelzoo.prune.reading import Kept

pytestmark = pytest.mark.xdist_group("prune_core")


@pytest.fixture
def numbers():
    return keras.Input((3,), name="dense")


def dense(kernel, name, bias=None, activation=None):
    """Return a layer with these weights, built."""
    kernel = np.array(kernel, np.float32)
    layer = keras.layers.Dense(kernel.shape[1], activation=activation, name=name)
    layer.build((None, len(kernel)))
    layer.set_weights([kernel, np.zeros(kernel.shape[1]) if bias is None else np.array(bias)])
    return layer


class Scaled(keras.layers.Layer):
    """A custom layer that cannot be rebuilt from configuration."""

    def __init__(self, factor_of_someone_elses, **options):
        super().__init__(**options)
        self.factor = factor_of_someone_elses

    def build(self, shape):
        self.gain = self.add_weight(shape=(shape[-1],), name="gain", initializer="ones")

    def call(self, inputs):
        return inputs * self.gain * self.factor

    get_config = None


class Doubled(keras.layers.Dense):
    """A subclass of a layer that is understood."""

    def call(self, inputs):
        return 2 * super().call(inputs)


class Halves(keras.layers.Layer):
    """A layer with two outputs."""

    def call(self, inputs):
        return tuple(keras.ops.split(inputs, 2, axis=-1))


def nested():
    given = keras.Input((2,))
    return keras.Model(given, keras.layers.Dense(2)(given), name="barrier")


@pytest.mark.parametrize(
    ("barrier", "kind"),
    [
        (lambda: keras.layers.LayerNormalization(name="barrier"), "LayerNormalization"),
        (lambda: Scaled(2.0, name="barrier"), "Scaled"),
        (lambda: Doubled(2, name="barrier"), "Doubled"),
        (lambda: keras.layers.Softmax(name="barrier"), "Softmax"),
        (lambda: keras.layers.Dense(2, activation="softmax", name="barrier"), "Dense"),
        (lambda: keras.layers.Dense(2, activation=lambda x: x / 2, name="barrier"), "Dense"),
        (lambda: keras.layers.Activation("sparsemax", name="barrier"), "Activation"),
        (lambda: keras.layers.Reshape((2, 1), name="barrier"), "Reshape"),
        (nested, "Functional"),
        (lambda: keras.Sequential([keras.layers.Dense(2)], name="barrier"), "Sequential"),
    ],
)
def test_a_layer_that_is_not_understood_keeps_what_it_reads(pruned, numbers, barrier, kind):
    hidden = dense([[1, 0], [2, 0], [0, 0]], "hidden_1", [0, 3], "relu")(numbers)
    after = dense([[1, 0], [2, 0]], "hidden_2")(keras.layers.Flatten()(barrier()(hidden)))
    core = keras.Model({"dense": numbers}, dense([[1], [0]], "logits")(after))

    smaller = pruned(core)

    assert smaller.barriers == (f"barrier ({kind})",)
    assert smaller.core.get_layer("barrier") is core.get_layer("barrier")
    assert smaller.weights("hidden_1") == [[[1, 0], [2, 0]], [0, 3]]
    assert smaller.removals == [("units of hidden_2", 2, 1)]


def test_a_layer_called_twice_is_one(pruned, numbers):
    shared = dense([[1, 0, 0], [0, 1, 0], [0, 0, 0]], "shared", activation="relu")

    smaller = pruned(keras.Model({"dense": numbers}, dense([[1], [2], [0]], "logits")(shared(shared(numbers)))))

    assert smaller.barriers == ("shared (Dense)",)
    assert smaller.removals == []


def test_dropout_that_acts_in_prediction_too_is_one(numbers):
    from modelzoo.prune.core import survey_core

    noisy = keras.layers.Dropout(0.5, name="drop")(numbers, training=True)
    survey = survey_core(keras.Model({"dense": numbers}, dense([[1], [0], [0]], "logits")(noisy)), keep_inputs=False)

    assert survey.barriers == ("drop (Dropout)",)
    assert survey.reading.dense.tolist() == [True, True, True]


def test_a_residual_block_keeps_its_width_and_loses_the_units_inside(pruned, numbers):
    vector = dense(np.eye(3), "projection")(numbers)
    change = keras.layers.LayerNormalization(name="block_norm")(vector)
    change = dense([[1, 0], [2, 0], [3, 0]], "block_hidden", activation="relu")(change)
    change = dense([[1, 2, 0], [1, 1, 0]], "block_change")(change)
    block = keras.layers.Add(name="block")([vector, change])

    smaller = pruned(keras.Model({"dense": numbers}, dense([[1], [0], [0]], "logits")(block)))

    assert smaller.barriers == ("block_norm (LayerNormalization)", "block (Add)")
    assert smaller.removals == [("units of block_hidden", 2, 1)]


def test_one_of_which_nothing_is_read_goes_and_is_not_named(pruned, numbers):
    lost = keras.layers.LayerNormalization(name="norm")(dense(np.ones((3, 4)), "hidden_1")(numbers))
    joined = keras.layers.Concatenate()([lost, numbers])

    smaller = pruned(keras.Model({"dense": numbers}, dense([[0]] * 4 + [[1], [1], [0]], "logits")(joined)))

    assert smaller.barriers == ()
    assert smaller.layers == ["dense", "logits"]
    assert smaller.removals == [("units of hidden_1", 4, 0), ("layer norm", 1, 0)]


def test_each_output_of_several_finds_its_readers(pruned):
    given = keras.Input((4,), name="dense")
    left, right = Halves(name="halves")(given)
    joined = keras.layers.Concatenate()([dense([[1, 2], [3, 4]], "tower")(right), left])

    smaller = pruned(keras.Model({"dense": given}, dense([[0], [1], [0], [5]], "logits")(joined)))

    assert smaller.barriers == ("halves (Halves)",)
    assert smaller.removals == [("units of tower", 2, 1)]


def test_a_layer_that_shares_the_weights_of_another_still_does(pruned, numbers):
    class Tied(keras.layers.Layer):
        def __init__(self, other, **options):
            super().__init__(**options)
            self.other = other

        def call(self, inputs):
            return inputs @ keras.ops.transpose(self.other.kernel)

    hidden = dense([[1, 0], [2, 0], [3, 0]], "hidden_1", activation="relu")
    tied = Tied(hidden, name="tied")
    core = keras.Model({"dense": numbers}, dense([[1], [0], [1]], "logits")(tied(hidden(numbers))))

    smaller = pruned(core)

    assert smaller.barriers == ("tied (Tied)",)
    assert smaller.core.get_layer("tied").other is hidden


def test_a_layer_that_reads_the_ids_keeps_them_as_they_are(pruned):
    class Counted(keras.layers.Layer):
        def call(self, ids):
            return keras.ops.cast(ids, "float32")

    ids = keras.Input((2,), dtype="int32", name="ids")
    counted = dense([[1], [0]], "logits")(Counted(name="counted")(ids))

    smaller = pruned(keras.Model({"ids": ids}, counted))

    assert [each.rows for each in smaller.reading.ids] == [None, None]
    assert smaller.barriers == ("counted (Counted)",)


def test_one_that_reads_one_position_keeps_that_alone(pruned):
    ids = keras.Input((3,), dtype="int32", name="ids")
    hot = keras.ops.one_hot(ids[:, 1], 5)
    number = keras.layers.Embedding(5, 1, name="embedding")(ids[:, 1])
    other = keras.layers.Embedding(5, 1, mask_zero=True, name="masked")(ids[:, 2])
    joined = keras.layers.Concatenate()([hot, number, other])

    smaller = pruned(keras.Model({"ids": ids}, dense([[1]] * 7, "logits")(joined)))

    assert [each.rows is None for each in smaller.reading.ids] == [False, True, True]
    assert [each.deep for each in smaller.reading.ids] == [False, True, False]
    assert smaller.core.get_layer("embedding").input_dim == 5
    assert smaller.barriers == ("one_hot (OneHot)", "masked (Embedding)")


def test_several_tensors_through_one_layer_are_left_alone(pruned, numbers):
    left, right = keras.layers.Identity(name="both")([numbers, dense(np.ones((3, 2)), "tower")(numbers)])
    joined = keras.layers.Concatenate()([left, right])

    smaller = pruned(keras.Model({"dense": numbers}, dense([[1], [0], [0], [1], [0]], "logits")(joined)))

    assert smaller.barriers == ("both (Identity)",)
    assert smaller.removals == []


def test_a_number_too_large_for_a_bias_is_left_where_it_is(pruned, numbers):
    hidden = dense([[0, 1], [0, 1], [0, 1]], "hidden_1", [100, 0], "exponential")(numbers)

    smaller = pruned(keras.Model({"dense": numbers}, dense([[1], [1]], "logits")(hidden)))

    assert smaller.removals == []


def test_what_it_reads_must_be_kept_in_its_order(numbers):
    from modelzoo.prune.core import survey_core

    normed = keras.layers.LayerNormalization(name="norm")(numbers)
    survey = survey_core(keras.Model({"dense": numbers}, dense([[1]] * 3, "logits")(normed)), keep_inputs=False)

    with pytest.raises(ValueError, match="norm reads all it is given, as it was, but not all of it is kept so"):
        survey.rewrite(Kept(dense=np.array([0, 2, 1]), ids=(), arrays={}))


def autoencoder(code):
    """Return a core that rebuilds two numbers and a category."""
    given = {"dense": keras.Input((2,), name="dense"), "ids": keras.Input((1,), dtype="int32", name="ids")}
    fixed = keras.ops.concatenate([given["dense"], keras.ops.one_hot(given["ids"][:, 0], 5)], axis=1)
    encoded = dense(np.eye(7, 3), "encoder", [0, 0, 2], "sigmoid")(fixed)
    vector = dense([[1, 0], [0, 0], [0, 0]], "code", [0, 3])(encoded) if code else encoded
    return keras.Model(given, dense(np.eye(vector.shape[1], 7), "logits")(vector), name="autoencoder")


@pytest.mark.parametrize("code", [True, False])
def test_inputs_that_are_compared_with_the_prediction_stay(pruned, code):
    smaller = pruned(autoencoder(code), keep_inputs=True)

    assert smaller.reading.dense.all()
    assert smaller.reading.ids[0].rows is None
    assert smaller.barriers == ()
    assert smaller.removals == ([("units of encoder", 3, 1)] if code else [])


def test_a_code_stays_whole_and_decodes_as_before(pruned):
    from modelzoo.core.cut import decoder_of, encoder_of

    core = autoencoder(code=True)
    rows = {"dense": np.ones((2, 2), np.float32), "ids": np.array([[1], [4]])}
    codes = np.array([[1, 2], [3, 4]], np.float32)

    smaller = pruned(core, keep_inputs=True).core

    np.testing.assert_allclose(encoder_of(smaller)(rows), encoder_of(core)(rows), rtol=1e-6)
    np.testing.assert_allclose(decoder_of(smaller)(codes), decoder_of(core)(codes), rtol=1e-6)


def test_a_survey_adds_no_loss_to_the_core(numbers):
    from modelzoo.prune.core import survey_core

    hidden = keras.layers.Dense(2, activity_regularizer="l2", name="hidden_1")(numbers)
    core = keras.Model({"dense": numbers}, keras.layers.ActivityRegularization(l1=1.0, name="sparse")(hidden))
    core({"dense": np.ones((2, 3), np.float32)})
    before = [float(loss) for loss in core.losses]

    survey_core(core, keep_inputs=False)

    assert [float(loss) for loss in core.losses] == before
