"""A core with a code is cut into two Keras models of the same weights, whatever regularizers put into it."""

import keras
import numpy as np
import pytest
from modelzoo_plugins.regularizers.dropout import Dropout
from modelzoo_registry import RegularizerPlugin, RegularizerSpec, SpecError

from modelzoo.core.assemble import regularize
from modelzoo.core.cut import decoder_of, encoder_of, has_code

ROWS = {"dense": np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3)}


class Doubled(RegularizerPlugin):
    """Double every hidden layer's output before its activation."""

    class Spec(RegularizerSpec):
        """Nothing to set."""

    def layers_before_activation(self, layer):
        return (keras.layers.Rescaling(2.0, name=f"{layer.name}_doubled"),) if layer.hidden else ()


@pytest.fixture
def core(dense_core):
    return dense_core(
        keras.layers.Dense(5, activation="tanh", name="encoder_1"),
        keras.layers.Dense(2, name="code"),
        keras.layers.Dense(5, activation="tanh", name="decoder_1"),
    )


@pytest.mark.parametrize(
    "regularizers",
    [
        [],
        [("dropout", Dropout(Dropout.Spec(rate=0.5)))],
        [("doubled", Doubled(None))],
        [("dropout", Dropout(Dropout.Spec(rate=0.5))), ("doubled", Doubled(None))],
    ],
    ids=["plain", "dropout", "doubled", "both"],
)
def test_decoder_behind_encoder_is_the_core_itself(core, regularizers):
    core, _ = regularize(core, regularizers)
    encoder, decoder = encoder_of(core), decoder_of(core)

    code = encoder(ROWS)

    assert code.shape == (4, 2)
    np.testing.assert_array_equal(decoder(code), core(ROWS))


def test_the_parts_share_the_weights_of_the_core(core):
    core, _ = regularize(core, [("doubled", Doubled(None))])
    encoder, decoder = encoder_of(core), decoder_of(core)
    before = core(ROWS).numpy()

    for layer in (encoder.get_layer("encoder_1"), decoder.get_layer("decoder_1")):
        layer.kernel.assign(layer.kernel * 2)

    assert not np.array_equal(core(ROWS).numpy(), before)
    np.testing.assert_array_equal(decoder(encoder(ROWS)), core(ROWS))


def test_layers_of_regularizers_are_on_their_side_of_the_code(core):
    core, _ = regularize(core, [("doubled", Doubled(None))])

    assert [layer.name for layer in encoder_of(core).layers] == [
        "dense", "encoder_1", "encoder_1_doubled", "encoder_1_activation", "code",
    ]  # fmt: skip
    assert [layer.name for layer in decoder_of(core).layers][1:] == [
        "decoder_1", "decoder_1_doubled", "decoder_1_activation", "logits", "prediction",
    ]  # fmt: skip


def test_cutting_leaves_the_core_as_it_was(core):
    core, _ = regularize(core, [("dropout", Dropout(Dropout.Spec(rate=0.5)))])
    before = [layer.name for layer in core.layers]

    encoder_of(core), decoder_of(core)

    assert [layer.name for layer in core.layers] == before


@pytest.mark.parametrize("cut", [encoder_of, decoder_of])
def test_a_core_without_a_code_is_refused(dense_core, cut):
    core = dense_core()

    with pytest.raises(SpecError) as caught:
        cut(core)

    assert not has_code(core)
    assert str(caught.value) == (
        "the model cannot be cut into encoder and decoder:\n"
        f"  {core.name}: no layer of it is named 'code'; use a model that has one, such as autoencoder"
    )


def test_a_core_whose_reconstruction_needs_more_than_the_code_has_an_encoder_alone():
    given = keras.Input((3,), name="dense")
    code = keras.layers.Dense(2, name="code")(given)
    logits = keras.layers.Dense(3, name="logits")(keras.layers.Concatenate()([code, given]))
    core = keras.Model({"dense": given}, logits, name="skipping")

    assert encoder_of(core)(ROWS).shape == (4, 2)
    with pytest.raises(SpecError) as caught:
        decoder_of(core)
    assert str(caught.value) == (
        "the model cannot be cut into encoder and decoder:\n  skipping: its reconstruction needs more than the code"
    )
