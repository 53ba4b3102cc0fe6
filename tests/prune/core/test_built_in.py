"""The cores that models build, over every kind of column, with regularizers in them."""

from functools import partial

import numpy as np
import pyarrow as pa
import pytest
from modelzoo_plugins.models.autoencoder import Autoencoder
from modelzoo_plugins.models.deep_dnn import DeepDnn
from modelzoo_plugins.models.linear import Linear
from modelzoo_plugins.models.wide_deep import WideDeep
from modelzoo_plugins.regularizers.dropout import Dropout

from modelzoo.columns import Encoder, Schema
from modelzoo.columns.array import ArrayColumn
from modelzoo.columns.categorical import CategoricalColumn
from modelzoo.columns.decoder import fixed_width
from modelzoo.columns.numeric import NumericColumn
from modelzoo.core.assemble import build_core, regularize
from modelzoo.core.inputs import PackedInputs

pytestmark = pytest.mark.xdist_group("prune_core")

TABLE = pa.table(
    {
        "size": [1.0, None, 3.0, 8.0],
        "weight": [1.0, 2.0, 2.5, 0.0],
        "town": ["Ulm", "Bonn", "Köln", "Jena"],
        "road": ["a", "b", "c", "d"],
        "image": pa.FixedShapeTensorArray.from_numpy_ndarray(np.arange(16, dtype=np.float32).reshape(4, 2, 2)),
    }
)
COLUMNS = (
    NumericColumn(name="size"),
    NumericColumn(name="weight"),
    CategoricalColumn(name="town", wide=True, deep=True, embedding=3),
    CategoricalColumn(name="road", wide=True, deep=True, embedding=2),
    ArrayColumn(name="image", shape=(2, 2)),
)


def make(plugin, task, **settings):
    """Return a core with dropout, two thirds of whose weights are zero, by single ones, rows and columns."""
    encoder = Encoder.fit(Schema(columns=COLUMNS), TABLE)
    units = {"reconstruction": fixed_width(encoder), "multiclass": 3}.get(task, 1)
    core = build_core("mine", plugin(), plugin.Spec(**settings), PackedInputs(encoder, task, units))
    core, _ = regularize(core, [("dropout", Dropout(Dropout.Spec(rate=0.5)))])
    random = np.random.default_rng(1)
    core.set_weights([_sparse(random, weight.shape) for weight in core.weights])
    return core


def _sparse(random, shape):
    values = random.normal(size=shape) / 4 * (random.random(shape) > 0.3)
    return values * (random.random(shape[-1]) > 0.4) * (random.random((shape[0], *[1] * (len(shape) - 1))) > 0.4)


@pytest.mark.parametrize(
    ("build", "barriers"),
    [
        (partial(make, Linear, "regression"), ()),
        (partial(make, DeepDnn, "binary", hidden=(8, 6), activation="sigmoid"), ()),
        (partial(make, WideDeep, "multiclass", hidden=(8, 6), activation="softplus"), ()),
        (partial(make, WideDeep, "regression", hidden=(8, 6), activation="glu"), ("glu (Glu)", "glu_1 (Glu)")),
    ],
)
def test_their_units_inputs_and_ids_go(pruned, build, barriers):
    smaller = pruned(build())

    assert smaller.barriers == barriers
    assert smaller.core.count_params() < 0.7 * build().count_params()
    assert smaller.once_more() == ()


def test_one_that_rebuilds_its_inputs_keeps_them_and_its_code(pruned):
    smaller = pruned(make(Autoencoder, "reconstruction", hidden=(8, 6), code=4), keep_inputs=True)

    assert smaller.barriers == ()
    assert smaller.core.get_layer("code").units == 4
    assert {what for what, *_ in smaller.removals} >= {"units of encoder_1", "units of decoder_2"}
