"""The built-in dense models: their defaults, their layers, any activation."""

import keras
import numpy as np
import pyarrow as pa
import pytest
from modelzoo_plugins.models.autoencoder import Autoencoder
from modelzoo_plugins.models.deep_dnn import DeepDnn
from modelzoo_plugins.models.dnn import Dnn
from modelzoo_registry import ACTIVATIONS, SchemaError, SpecError
from modelzoo_registry.specs import validate

from modelzoo.columns import Encoder, Schema
from modelzoo.columns.array import ArrayColumn
from modelzoo.columns.bucketized import BucketizedColumn
from modelzoo.columns.categorical import CategoricalColumn
from modelzoo.columns.crossed import CrossedColumn
from modelzoo.columns.decoder import fixed_width
from modelzoo.columns.numeric import NumericColumn
from modelzoo.core.assemble import build_core
from modelzoo.core.inputs import PackedInputs

TABLE = pa.table(
    {
        "size": [1.0, None, 3.0, 8.0],
        "town": ["Ulm", "Bonn", "Ulm", None],
        "stars": [1, 5, 5, 3],
        "image": pa.FixedShapeTensorArray.from_numpy_ndarray(np.arange(16, dtype=np.float32).reshape(4, 2, 2)),
    }
)


def columns(**town):
    """One column of each kind: 2 + 3 + 4 + 4 fixed numbers, and buckets and a cross that repeat them."""
    return (
        NumericColumn(name="size"),
        BucketizedColumn(name="size_cut", source="size", buckets=3),
        CategoricalColumn(name="town", **town),
        CrossedColumn(name="both", sources=("size_cut", "town")),
        CategoricalColumn(name="stars", dtype="integer"),
        ArrayColumn(name="image", shape=(2, 2)),
    )


def make(plugin, task="regression", *, of=None, **settings):
    """Return the core a plugin builds over some columns, and the rows of ``TABLE`` as it takes them."""
    encoder = Encoder.fit(Schema(columns=of or columns()), TABLE)
    units = fixed_width(encoder) if task == "reconstruction" else 1
    core = build_core("mine", plugin(), plugin.Spec(**settings), PackedInputs(encoder, task, units))
    return core, encoder.encode(TABLE)


def dense_layers(core):
    """Name, units and activation of every dense layer, in order."""
    return [
        (layer.name, layer.units, layer.activation.__name__)
        for layer in core.layers
        if isinstance(layer, keras.layers.Dense)
    ]


@pytest.mark.parametrize(
    ("plugin", "settings"),
    [
        (Dnn, {"hidden": (128,), "activation": "relu"}),
        (DeepDnn, {"hidden": (128, 128, 128), "activation": "relu"}),
        (Autoencoder, {"hidden": (16, 10, 5), "activation": "elu", "code": 3}),
    ],
)
def test_the_defaults(plugin, settings):
    assert plugin.Spec().model_dump() == settings


@pytest.mark.parametrize(("plugin", "depth"), [(Dnn, 1), (DeepDnn, 3)])
def test_a_dnn_is_hidden_layers_between_the_deep_inputs_and_the_head(plugin, depth):
    core, rows = make(plugin)

    hidden = [(f"hidden_{place}", 128, "relu") for place in range(1, depth + 1)]
    assert dense_layers(core) == [*hidden, ("logits", 1, "linear")]
    assert core(rows).shape == (4, 1)


def test_a_dnn_takes_other_widths_and_another_activation():
    core, _ = make(Dnn, hidden=(32, 8), activation="tanh")

    assert dense_layers(core) == [("hidden_1", 32, "tanh"), ("hidden_2", 8, "tanh"), ("logits", 1, "linear")]


def test_an_autoencoder_narrows_to_the_code_and_widens_back_to_its_inputs():
    core, rows = make(Autoencoder, "reconstruction")

    assert dense_layers(core) == [
        ("encoder_1", 16, "elu"), ("encoder_2", 10, "elu"), ("encoder_3", 5, "elu"),
        ("code", 3, "linear"),
        ("decoder_1", 5, "elu"), ("decoder_2", 10, "elu"), ("decoder_3", 16, "elu"),
        ("logits", 13, "linear"),
    ]  # fmt: skip
    assert core.get_layer("encoder_1").kernel.shape == (13, 16)
    assert core(rows).shape == (4, 13)


def test_an_autoencoder_reads_fixed_inputs_alone():
    core, rows = make(Autoencoder, "reconstruction")

    assert not [layer for layer in core.layers if isinstance(layer, keras.layers.Embedding) or layer.name == "wide"]
    town_and_stars = np.array([0, 1, 0, 1], np.int32)  # among buckets and a cross
    np.testing.assert_array_equal(core({**rows, "ids": rows["ids"] * town_and_stars}), core(rows))


@pytest.mark.parametrize("town", [{"embedding": 7}, {"wide": False}, {"deep": False}])
def test_where_a_category_goes_in_other_models_changes_nothing_in_an_autoencoder(town):
    keras.utils.set_random_seed(1)
    plain, rows = make(Autoencoder, "reconstruction")
    keras.utils.set_random_seed(1)
    other, _ = make(Autoencoder, "reconstruction", of=columns(**town))

    np.testing.assert_array_equal(other(rows), plain(rows))


def test_a_category_that_is_there_to_be_crossed_alone_is_not_rebuilt():
    core, _ = make(Autoencoder, "reconstruction", of=columns(wide=False, deep=False))

    assert core.output_shape == (None, 10)


def test_an_autoencoder_over_buckets_and_crosses_alone_has_nothing_to_rebuild():
    cut = BucketizedColumn(name="size_cut", source="size", buckets=3)

    with pytest.raises(SchemaError) as caught:
        make(Autoencoder, "reconstruction", of=(cut,))

    assert str(caught.value) == "there is nothing to reconstruct: no column is numeric, categorical or an array"


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("plugin", [Dnn, DeepDnn, Autoencoder])
def test_every_activation_builds_and_runs_in_every_model(plugin, activation):
    keras.utils.set_random_seed(0)  # from other weights the exponential of an exponential may well be infinite
    core, rows = make(
        plugin, "reconstruction" if plugin is Autoencoder else "regression", hidden=(4, 2), activation=activation
    )

    assert np.isfinite(core(rows)).all()


@pytest.mark.parametrize("plugin", [Dnn, DeepDnn, Autoencoder])
def test_a_gated_activation_needs_even_widths(plugin):
    with pytest.raises(SpecError) as caught:
        validate(plugin.Spec, {"hidden": [8, 5], "activation": "glu"}, owner="mine")

    assert str(caught.value) == (
        "mine does not accept these settings:\n"
        "  activation: glu halves the units of each layer, so every width in hidden must be even. Received: 'glu'"
    )


def test_the_widths_an_autoencoder_has_by_itself_are_too_odd_for_a_gated_activation():
    with pytest.raises(SpecError) as caught:
        validate(Autoencoder.Spec, {"activation": "glu"}, owner="autoencoder")

    assert [fault.path for fault in caught.value.faults] == ["activation"]


def test_the_code_of_an_autoencoder_may_be_odd_where_its_hidden_layers_are_gated():
    core, rows = make(Autoencoder, "reconstruction", hidden=(8, 4), code=3, activation="glu")

    assert core(rows).shape == (4, 13)
    assert core.get_layer("code").output.shape == (None, 3)
