"""Third parties' models of layers that no configuration can rebuild, or that are otherwise unlike Keras' own."""

import json

import numpy as np
import pytest

from .conftest import Outside

pytestmark = pytest.mark.xdist_group("distributions")  # the wheels are built once, when run with --dist loadgroup

LAYERS = '''
import keras


class Gate(keras.layers.Layer):
    """Scale each number by how a learnt sum of all of them is squashed."""

    def __init__(self, squash, **options):
        super().__init__(**options)
        self.squash = squash

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], shape[-1]), name="kernel")

    def call(self, inputs):
        return inputs * self.squash(inputs @ self.kernel)


class Centered(keras.layers.Layer):
    """Subtract a running mean, then pass a dense layer and a gate."""

    def __init__(self, units, squash, **options):
        super().__init__(**options)
        self.dense = keras.layers.Dense(units, activation="relu")
        self.gate = Gate(squash)

    def build(self, shape):
        self.mean = self.add_weight(shape=(shape[-1],), initializer="zeros", trainable=False, name="mean")
        self.dense.build(shape)
        self.gate.build((None, self.dense.units))

    def call(self, inputs, training=False):
        if training:
            self.mean.assign(0.9 * self.mean + 0.1 * keras.ops.mean(inputs, axis=0))
        return self.gate(self.dense(inputs - self.mean))
'''

MODELS = """
from modelzoo_registry import SUPERVISED, ModelPlugin, ModelSpec


class Plain(ModelPlugin):
    class Spec(ModelSpec): ...
    tasks = SUPERVISED


class Gated(Plain):
    def build(self, spec, inputs):
        import keras
        from acme_layers import Gate

        vector = keras.layers.Dense(6)(inputs.deep())
        return inputs.head(Gate(keras.ops.sigmoid, name="gate")(vector))


class Composed(Plain):
    def build(self, spec, inputs):
        import keras
        from acme_layers import Centered

        return inputs.head(Centered(6, keras.ops.sigmoid, name="centered")(inputs.deep()))


class RandomFeatures(Plain):
    def build(self, spec, inputs):
        import keras
        import numpy as np

        vector = inputs.deep()
        return inputs.head(keras.ops.cos(vector @ np.random.normal(size=(vector.shape[-1], 8)).astype("float32")))


class Halved(Plain):
    def build(self, spec, inputs):
        import keras

        return inputs.head(keras.layers.Dense(6, activation="relu", dtype="bfloat16", name="halved")(inputs.deep()))


class Stray(Plain):
    def build(self, spec, inputs):
        import keras

        vector = inputs.deep()
        return inputs.head(vector @ keras.Variable(keras.ops.ones((vector.shape[-1], 1)), name="loose"))
"""

OFFERED = """\
[modelzoo.models]
gated = acme_models:Gated
composed = acme_models:Composed
random_features = acme_models:RandomFeatures
halved = acme_models:Halved
stray = acme_models:Stray
"""
TRAINED = ["gated", "composed", "random_features", "halved"]
FORMATS = {"gated": "onnx", "composed": "onnx", "random_features": ("savedmodel", "onnx"), "halved": "savedmodel"}
"""Each is replayed in a process of its own, which for a SavedModel takes its time."""

TRAIN = f"""
import json, sys, warnings
import modelzoo

warnings.simplefilter("error")
rows = json.loads(sys.argv[1])
regularizers = ["l2", {{"name": "dropout", "rate": 0.2}}, "orthogonal"]
told = {{}}
for name in {TRAINED}:
    model = modelzoo.build(name, regularizers=regularizers)
    model.fit(rows, target="price", epochs=1, batch_size=32, verbose=0)
    model.save(f"runs/{{name}}")
    variables = [variable for layer in model.keras.layers for variable in layer.variables]
    export = model.export(f"exports/{{name}}", formats={FORMATS}[name])
    told[name] = {{
        "predicted": model.predict(rows).tolist(),
        "exported": modelzoo.load_export(export).predict(rows).tolist(),
        "dropouts": [layer.name for layer in model.keras.layers if layer.name.endswith("dropout")],
        "penalised": [variable.path for variable in variables if variable.regularizer],
        "means": [variable.numpy().any().item() for variable in variables if variable.name == "mean"],
    }}
try:
    modelzoo.build("stray").fit(rows, target="price", epochs=1, verbose=0)
except modelzoo.ZooError as error:
    told["stray"] = [type(error).__name__, str(error)]
try:
    modelzoo.load("runs/gated").keras.get_layer("gate").get_config()
except NotImplementedError:
    told["configurable"] = False
print(json.dumps(told))
"""

LOAD = f"""
import json, sys
import modelzoo

rows = json.loads(sys.argv[1])
print(json.dumps({{name: modelzoo.load(f"runs/{{name}}").predict(rows).tolist() for name in {TRAINED}}}))
"""


@pytest.fixture(scope="module")
def acme(workplace, tmp_path_factory):
    """Processes that see these models, and the stranger's regularizer."""
    outside = Outside(tmp_path_factory.mktemp("acme"), workplace / "python")
    outside.install("acme-layers", OFFERED, acme_layers=LAYERS, acme_models=MODELS)
    return outside


@pytest.fixture(scope="module")
def rows(rows_for):
    return json.dumps(rows_for("regression")[0])


@pytest.fixture(scope="module")
def told(acme, rows):
    """What the process told that trained, saved and exported every model."""
    return acme.answer(TRAIN, rows)


@pytest.fixture(scope="module")
def loaded(told, acme, rows):
    """What the runs predict in a fresh process."""
    return acme.answer(LOAD, rows)


@pytest.mark.parametrize("name", TRAINED)
def test_a_run_loaded_in_a_fresh_process_predicts_the_same_bits(told, loaded, name):
    assert loaded[name] == told[name]["predicted"]


@pytest.mark.parametrize("name", TRAINED)
def test_the_export_predicts_the_same_numbers(told, name):
    np.testing.assert_allclose(told[name]["exported"], told[name]["predicted"], rtol=1e-5)


def test_keras_itself_could_not_rebuild_the_layer(told):
    assert told["configurable"] is False


@pytest.mark.parametrize(("name", "layer"), [("gated", "gate"), ("composed", "centered")])
def test_dropout_stands_behind_a_custom_layer(told, name, layer):
    assert told[name]["dropouts"] == [f"{layer}_dropout"]


@pytest.mark.parametrize(("name", "weight"), [("gated", "gate/kernel"), ("composed", "centered/gate/kernel")])
def test_penalties_reach_the_weights_inside(told, name, weight):
    assert weight in told[name]["penalised"]


def test_what_a_layer_learns_beside_the_gradients_is_learnt(told):
    assert told["composed"]["means"] == [True]


def test_a_variable_that_no_layer_owns_is_refused(told):
    kind, message = told["stray"]
    assert kind == "BrokenPluginError"
    assert message == (
        "model 'stray': no layer owns 'loose', and what no layer owns is neither trained nor saved. Make variables "
        "with add_weight in a Keras layer; constants, with trainable=False"
    )
