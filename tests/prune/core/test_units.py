"""Units that are zero, the same for every row, or read by nothing leave a core; predictions stay."""

import keras
import numpy as np
import pytest

pytestmark = pytest.mark.xdist_group("prune_core")


def dense(units, name, kernel, bias=None, **options):
    """Return a layer that has these weights when it is called."""
    given = {"bias_initializer": constant(bias)} if bias is not None else {}
    return keras.layers.Dense(units, name=name, kernel_initializer=constant(kernel), **given, **options)


def constant(values):
    return lambda shape, dtype=None: keras.ops.reshape(keras.ops.convert_to_tensor(values, dtype), shape)


def core_of(*layers, numbers=2):
    """Return a core of layers one on top of the other, over a vector of numbers."""
    given = tensor = keras.Input((numbers,), name="dense")
    for layer in layers:
        tensor = layer(tensor)
    return keras.Model({"dense": given}, tensor, name="stacked")


def test_a_unit_that_nothing_reads_goes(pruned):
    smaller = pruned(
        core_of(
            dense(3, "hidden_1", [[1, 2, 3], [4, 5, 6]], [7, 8, 9], activation="relu"), dense(1, "logits", [1, 0, 2])
        )
    )

    assert smaller.weights("hidden_1") == [[[1, 3], [4, 6]], [7, 9]]
    assert smaller.weights("logits") == [[[1], [2]], [0]]
    assert smaller.removals == [("units of hidden_1", 3, 2)]
    assert smaller.barriers == ()


def test_a_unit_without_incoming_weights_and_bias_goes(pruned):
    smaller = pruned(
        core_of(dense(2, "hidden_1", [[0, 2], [0, 5]], activation="tanh"), dense(1, "logits", [3, 4], [5]))
    )

    assert smaller.weights("hidden_1") == [[[2], [5]], [0]]
    assert smaller.weights("logits") == [[[4]], [5]]


@pytest.mark.parametrize(
    ("activation", "value"),
    [("sigmoid", 1 / (1 + np.exp(-2.0))), ("softplus", np.log1p(np.exp(2.0))), ("linear", 2.0), ("relu", 2.0)],
)
def test_a_unit_with_a_bias_alone_goes_into_the_bias_of_the_next_layer(pruned, activation, value):
    smaller = pruned(
        core_of(
            dense(2, "hidden_1", [[0, 2], [0, 5]], [2, 1], activation=activation), dense(1, "logits", [3, 4], [0.5])
        )
    )

    assert smaller.weights("hidden_1") == [[[2], [5]], [1]]
    assert smaller.weights("logits") == [[[4]], pytest.approx([3 * value + 0.5])]


def test_it_does_so_through_normalisation_dropout_and_an_activation_of_its_own(pruned):
    norm = keras.layers.BatchNormalization(
        name="norm",
        epsilon=0,
        gamma_initializer=constant([3, 5]),
        beta_initializer=constant([1, 7]),
        moving_mean_initializer=constant([1, 11]),
        moving_variance_initializer=constant([4, 13]),
    )
    smaller = pruned(
        core_of(
            dense(2, "hidden_1", [[0, 2], [0, 5]], [2, 1]),
            norm,
            keras.layers.Activation("sigmoid", name="act"),
            keras.layers.Dropout(0.5, name="drop"),
            dense(1, "logits", [1, 2], use_bias=False),
        )
    )

    assert smaller.layers == ["dense", "hidden_1", "norm", "act", "drop", "logits"]
    assert smaller.weights("norm") == [[5], [7], [11], [13]]
    assert smaller.weights("logits") == [[[2]], pytest.approx([1 / (1 + np.exp(-2.5))])]


def test_a_unit_that_normalisation_scales_by_zero_goes(pruned):
    norm = keras.layers.BatchNormalization(name="norm", gamma_initializer=constant([0, 1]))
    smaller = pruned(core_of(dense(2, "hidden_1", [1, 2, 3, 4]), norm, dense(1, "logits", [1, 1])))

    assert smaller.removals == [("units of hidden_1", 2, 1)]


def test_a_unit_that_goes_frees_those_below_it_and_the_inputs(pruned):
    smaller = pruned(
        core_of(
            dense(2, "hidden_1", [[1, 0], [0, 2], [0, 0]], activation="relu"),
            dense(2, "hidden_2", [[3, 0], [0, 4]], activation="relu"),
            dense(1, "logits", [0, 5]),
            numbers=3,
        )
    )

    assert smaller.reading.dense.tolist() == [False, True, False]
    assert smaller.weights("hidden_1") == [[[2]], [0]]
    assert smaller.weights("hidden_2") == [[[4]], [0]]
    assert smaller.removals == [("units of hidden_1", 2, 1), ("units of hidden_2", 2, 1)]


def test_constants_go_up_through_several_layers(pruned):
    smaller = pruned(
        core_of(
            dense(2, "hidden_1", [[0, 1], [0, 1]], [2, 0], activation="sigmoid"),
            dense(2, "hidden_2", [[3, 0], [0, 1]], [0.5, 0], activation="sigmoid"),
            dense(1, "logits", [1, 2]),
        )
    )

    inner = 1 / (1 + np.exp(-2.0))
    assert smaller.weights("logits") == [[[2]], pytest.approx([1 / (1 + np.exp(-3 * inner - 0.5))])]


def test_parts_of_which_nothing_is_read_are_not_joined(pruned):
    numbers, array = keras.Input((2,), name="dense"), keras.Input((2, 2), name="array_0")
    more = keras.Input((3,), name="array_1")
    tower = dense(2, "tower", [1, 2, 3, 4])(numbers)
    joined = keras.layers.Concatenate(name="joined")([tower, keras.layers.Flatten()(array), more])

    def core(*kernel):
        inputs = {"dense": numbers, "array_0": array, "array_1": more}
        return keras.Model(inputs, dense(1, "logits", kernel)(joined), name="joins")

    some = pruned(core(0, 1, 0, 0, 0, 0, 0, 2, 0))
    one = pruned(core(0, 0, 0, 0, 0, 0, 1, 2, 0))
    array_alone = pruned(core(0, 0, 0, 7, 0, 0, 0, 0, 0))

    assert some.layers == ["dense", "tower", "array_0", "joined", "logits"]
    assert some.reading.arrays == {"array_0": False, "array_1": True}
    assert some.weights("logits") == [[[1], [0], [2], [0]], [0]]
    assert one.layers == ["array_0", "logits"]
    assert one.removals == [("units of tower", 2, 0)]
    assert array_alone.weights("logits") == [[[0], [7], [0], [0]], [0]]


def test_a_core_of_zeros_reads_one_number_and_predicts_its_bias(pruned):
    smaller = pruned(core_of(dense(4, "hidden_1", [0] * 8, activation="relu"), dense(2, "logits", [0] * 8, [3, 4])))

    assert smaller.reading.dense.tolist() == [True, False]
    assert smaller.weights("logits") == [[[0, 0]], [3, 4]]
    assert smaller.removals == [("units of hidden_1", 4, 1)]


def test_nothing_is_removed_where_nothing_is_zero(pruned):
    core = core_of(
        keras.layers.Dense(4, name="hidden_1"),
        keras.layers.BatchNormalization(name="norm"),
        keras.layers.LeakyReLU(name="act"),
        keras.layers.Dense(3, activation="softmax", name="logits"),
    )
    smaller = pruned(core)

    assert smaller.removals == []
    assert smaller.layers == [layer.name for layer in core.layers]
    assert [weight.tolist() for weight in smaller.core.get_weights()] == [each.tolist() for each in core.get_weights()]


def test_selu_with_its_dropout_is_understood(pruned):
    smaller = pruned(
        core_of(
            dense(2, "hidden_1", [[0, 2], [0, 5]], [1, 1], activation="selu"),
            keras.layers.AlphaDropout(0.1, name="drop"),
            dense(1, "logits", [1, 1]),
        )
    )

    assert smaller.weights("logits")[1] == pytest.approx([1.0507009873554805])
    assert smaller.barriers == ()


def test_a_glu_tower_is_pruned_around_its_gates(pruned):
    given = keras.Input((3,), name="dense")
    gated = keras.ops.glu(dense(4, "hidden_1", [[1, 2, 3, 4], [5, 6, 7, 8], [0, 0, 0, 0]])(given))
    vector = keras.layers.Activation("linear", name="hidden_1_gated")(gated)
    hidden = dense(2, "hidden_2", [1, 2, 3, 4], activation="relu")(vector)

    smaller = pruned(keras.Model({"dense": given}, dense(1, "logits", [1, 0])(hidden)))

    assert smaller.barriers == ("glu (Glu)",)
    assert smaller.reading.dense.tolist() == [True, True, False]
    assert smaller.removals == [("units of hidden_2", 2, 1)]


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "bfloat16", "mixed_float16", "float64"])
def test_layers_keep_their_precision(pruned, dtype):
    core = core_of(
        dense(2, "hidden_1", [[0, 2], [0, 5]], [2, 1], activation="sigmoid", dtype=dtype),
        dense(1, "logits", [3, 4], [0.5], dtype=dtype),
    )
    smaller = pruned(core, within=1e-6 if dtype == "float64" else 0.02)

    for name in ("hidden_1", "logits"):
        assert smaller.core.get_layer(name).dtype_policy.name == dtype
        assert smaller.core.get_layer(name).kernel.dtype == core.get_layer(name).kernel.dtype


def test_a_part_of_a_sum_that_is_always_the_same_leaves_only_its_values(pruned):
    left, right = keras.Input((2,), name="dense"), keras.Input((2,), name="array_0")
    parts = [
        dense(2, "varying", [1, 2, 3, 4])(left),
        dense(2, "fixed", [0, 0, 0, 0], [5, 6])(right),
        dense(2, "zero", [0, 0, 0, 0])(right),
    ]
    total = keras.layers.Add(name="logits_sum")(parts)
    core = keras.Model({"dense": left, "array_0": right}, keras.layers.Activation("linear", name="prediction")(total))

    smaller = pruned(core)

    assert smaller.layers == ["dense", "varying", "logits_sum_rest", "prediction"]
    assert smaller.core.get_layer("logits_sum_rest").offset == [5, 6]
    assert smaller.reading.arrays == {"array_0": False}
    assert smaller.removals == [("units of fixed", 2, 0), ("units of zero", 2, 0)]
