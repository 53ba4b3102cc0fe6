"""An export of a model with weights that are zero takes what the whole one takes, predicts the same, and holds less."""

import json
import math
import re

import numpy as np
import pytest

import modelzoo
from modelzoo.columns.encoder import Encoder
from modelzoo.configure import configure

pytestmark = pytest.mark.xdist_group("prune")

CITIES = ["Ulm", "Bonn", "Köln"]
CUTS = ["fair", "good", "ideal", "none"]
SCHEMA = [
    {"name": "size", "kind": "numeric", "indicator": True},
    {"name": "with space", "kind": "numeric"},
    {"name": "With Space", "kind": "numeric"},
    {"name": "must", "kind": "numeric", "missing": "reject"},
    {"name": "cut", "kind": "categorical"},
    {"name": "city", "kind": "categorical"},
    {"name": "code", "kind": "categorical", "dtype": "integer"},
    {"name": "when", "kind": "datetime", "dtype": "string", "parts": ["month"]},
    {"name": "picture", "kind": "array", "shape": [2, 2]},
    {"name": "cut × city", "kind": "crossed", "sources": ["cut", "city"], "deep": True},
    {"name": "bucket", "kind": "bucketized", "source": "With Space", "edges": [0.0]},
]
CLASSES = {"binary": 2, "multiclass": 3}
SPACED = {"with space": "with_space", "With Space": "With_Space_2"}
UNREAD = ["with space", "must", "code", "when", "picture"]
"""What the models here do not read; of "With Space" they read the buckets alone, of "city" the cross."""


def rows(count=48):
    draw = np.random.default_rng(5)
    return {
        "size": [None if row % 5 == 0 else float(row) for row in range(count)],
        "with space": draw.normal(size=count).tolist(),
        "With Space": draw.normal(size=count).tolist(),
        "must": draw.normal(size=count).tolist(),
        "cut": [CUTS[row % 4] for row in range(count)],
        "city": [CITIES[row // 4 % 3] for row in range(count)],
        "code": (draw.integers(0, 3, count)).tolist(),
        "when": [f"2024-{row % 12 + 1:02}-03" for row in range(count)],
        "picture": draw.normal(size=(count, 2, 2)).tolist(),
    }


HOSTILE = {
    "size": [math.inf, None, -3.0, 1e300],
    "with space": [None, math.nan, math.inf, 0.0],
    "With Space": [None, 5e-324, -1.0, 0.0],
    "must": [1.0, 2.0, 3.0, -math.inf],
    "cut": ["good", "?", None, "ideal"],
    "city": ["Ulm", "?", "Bonn", None],
    "code": [-7, None, 2**62, 1],
    "when": ["2024-02-30", None, "0001-01-01", "never"],
    "picture": [[[0, 1], [2, 3]], None, [[math.nan, math.inf], [0, 0]], [[0, 0], [0, 0]]],
}


def without(table, names):
    return {name: values for name, values in table.items() if name not in names}


def train(task):
    table = rows()
    labels = [row % CLASSES[task] for row in range(len(table["size"]))]
    model = modelzoo.build("wide_deep", hidden=[6], schema={"columns": SCHEMA})
    model.fit(table, labels, task=task, epochs=1, validation=0, verbose=0)
    return shaken(model)


def shaken(model):
    """Give every weight a number of its own: none is zero, and no two rows are equal."""
    draw = np.random.default_rng(0)
    model.keras.set_weights([draw.normal(size=each.shape, scale=0.5) for each in model.keras.get_weights()])
    return model


def change(weights, changes):
    values = np.array(weights.numpy())
    for place, number in changes:
        values[place] = number
    weights.assign(values)


def forget(model, *names):
    """Put to zero whatever an entry's numbers and ids are multiplied with."""
    encoder, core = model.fitted.encoder, model.keras
    wide = core.get_layer("wide")
    starts = dict(zip(wide.places, np.cumsum([0, *wide.sizes]), strict=False))
    for place, layout in enumerate(encoder.id_layout):
        if layout.name in names and layout.wide:
            change(wide.table, [(slice(starts[place], starts[place] + layout.size), 0)])
    change(core.get_layer("hidden_1").kernel, [(numbers, 0) for name, numbers in deep(encoder) if name in names])


def deep(encoder):
    """Yield each entry with the places of its numbers in the deep part's input."""
    at = 0
    widths = [(one.column.name, one.width) for one in encoder.columns if hasattr(one, "width")]
    widths += [(layout.name, layout.embedding) for layout in encoder.id_layout if layout.deep]
    widths += [(one["name"], 4) for one in SCHEMA if one["kind"] == "array"]
    for name, width in widths:
        yield name, slice(at, at + width)
        at += width


def make_unseen(model, name, ids):
    """Give ids of an entry the weights of 0."""
    encoder, core = model.fitted.encoder, model.keras
    place, layout = next(one for one in enumerate(encoder.id_layout) if one[1].name == name)
    wide = core.get_layer("wide")
    start = int(np.cumsum([0, *wide.sizes])[wide.places.index(place)])
    change(wide.table, [(start + each, wide.table.numpy()[start]) for each in ids])
    if layout.deep:
        table = core.get_layer(f"embedding_{re.sub('[^a-z]', '_', name)}_{place}").embeddings
        change(table, [(each, table.numpy()[0]) for each in ids])


def fitted(encoder, name):
    return next(one for one in encoder.columns if one.column.name == name)


@pytest.fixture(scope="module", params=CLASSES)
def made(request, tmp_path_factory):
    """A model that reads little, its whole export, and the pruned one."""
    model = train(request.param)
    forget(model, *UNREAD, "With Space", "city")
    encoder = model.fitted.encoder
    ids = {value: place for place, value in enumerate(fitted(encoder, "cut").vocabulary, start=1)}
    make_unseen(model, "cut", [ids["fair"], ids["none"]])
    cuts = fitted(encoder, "cut × city").combinations()[0]
    make_unseen(model, "cut × city", 1 + np.flatnonzero(cuts != ids["good"]))
    change(model.keras.get_layer("logits").kernel, [(0, 0)])
    exports = tmp_path_factory.mktemp("exports")
    whole, pruned = (modelzoo.load_export(model.export(exports / str(prune), prune=prune)) for prune in (False, True))
    return model, whole, pruned


def assert_close(model, answered, expected):
    """Hold predictions within a millionth of what they are, or of how far the target is spread."""
    np.testing.assert_allclose(answered, expected, rtol=1e-6, atol=1e-6 * model.fitted.target.spread)


def test_it_predicts_what_the_whole_model_predicts(made):
    model, whole, pruned = made

    for table in (rows(), HOSTILE):
        expected = model.predict(table)
        assert np.isfinite(expected).all()
        for export in (whole, pruned):
            assert_close(model, export.predict(table), expected)


def test_columns_no_longer_read_need_not_be_there_nor_hold_what_was_required(made):
    model, whole, pruned = made
    expected = whole.predict(HOSTILE)

    assert pruned.predict(without(HOSTILE, UNREAD)).tolist() == pruned.predict(HOSTILE).tolist()
    assert_close(model, pruned.predict({**HOSTILE, "must": [None, "x", None, ""]}), expected)


def test_the_manifest_says_what_is_read_what_is_ignored_and_what_was_removed(made):
    model, whole, pruned = made
    manifest = json.loads((pruned.folder / "zoo.json").read_text())
    tensors = {one.name: one.tensor for one in whole.manifest.inputs}

    assert tensors == {name: SPACED.get(name, name) for name in rows()}
    assert [(one["name"], one["tensor"]) for one in manifest["inputs"]] == [
        ("size", "size"), ("cut", "cut"), ("city", "city"), ("With Space", "With_Space_2"),
    ]  # fmt: skip
    assert manifest["ignored"] == [
        {"name": "with space", "type": "number", "tensor": "with_space"},
        {"name": "must", "type": "number"},
        {"name": "code", "type": "integer"},
        {"name": "when", "type": "string"},
        {"name": "picture", "type": "array", "shape": [2, 2]},
    ]
    removed = {one["what"]: (one["before"], one["after"]) for one in manifest["removed"]}
    assert (
        removed.items()
        >= {
            "input columns": (9, 4),
            "values of cut": (4, 2),
            "combinations of cut × city": (12, 3),
            "units of hidden_1": (6, 5),
            "parameters": (whole.manifest.parameters, pruned.manifest.parameters),
        }.items()
    )
    assert next(iter(removed)) == "input columns"
    assert [*removed][-1] == "parameters"
    assert pruned.manifest.parameters < whole.manifest.parameters == model.keras.count_params()
    assert (whole.manifest.pruned, whole.manifest.ignored, whole.manifest.removed) == (False, (), ())
    assert manifest["barriers"] == []


def test_the_encoder_beside_it_holds_what_is_read_alone(made):
    _, _, pruned = made

    encoder = Encoder.model_validate_json((pruned.folder / "encoder.json").read_bytes())

    assert [one.column.name for one in encoder.columns] == ["size", "cut", "city", "cut × city", "bucket"]
    assert fitted(encoder, "cut").vocabulary == ("good", "ideal")
    assert [layout.name for layout in encoder.id_layout] == ["cut", "cut × city", "bucket"]


def test_callers_of_the_signature_send_every_column_as_before_or_those_that_are_read(made):
    import tensorflow as tf

    model, whole, pruned = made
    before, after = (tf.saved_model.load(str(each.folder)) for each in (whole, pruned))
    specs = before.signatures["serving_default"].structured_input_signature[1]
    assert after.signatures["serving_default"].structured_input_signature[1] == specs
    assert [*before.signatures] == ["serving_default"]
    assert sorted(after.signatures["pruned"].structured_input_signature[1]) == ["With_Space_2", "city", "cut", "size"]

    given = {
        name: tf.zeros((2, *spec.shape[1:]), spec.dtype) for name, spec in specs.items() if spec.dtype != tf.string
    }
    given |= {name: tf.constant(["", "x"]) for name, spec in specs.items() if spec.dtype == tf.string}
    expected = before.signatures["serving_default"](**given)
    read = {name: given[name] for name in after.signatures["pruned"].structured_input_signature[1]}

    for answered in (after.signatures["serving_default"](**given), after.signatures["pruned"](**read)):
        assert answered.keys() == expected.keys()
        for name in expected.keys() - {"label"}:
            assert_close(model, answered[name], expected[name])


def test_a_loader_without_python_restores_it_from_the_graph_as_serving_does(made):
    import tensorflow as tf

    model, whole, pruned = made
    table = {name: values[:3] for name, values in rows(5).items()}
    sent = {**table, "size": [math.nan, 1.0, 2.0]}
    expected = model.predict(table)

    for export, name in ((whole, "serving_default"), (pruned, "serving_default"), (pruned, "pruned")):
        with tf.Graph().as_default(), tf.compat.v1.Session() as session:
            loaded = tf.compat.v1.saved_model.load(session, ["serve"], str(export.folder))
            signature = loaded.signature_def[name]
            columns = {tensor: column for column, tensor in whole.manifest.tensors.items()}
            given = {each.name: sent[columns[tensor]] for tensor, each in signature.inputs.items()}
            answered = session.run(signature.outputs["probabilities"].name, given)
        assert_close(model, answered[:, 1] if expected.ndim == 1 else answered, expected)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A model of four kinds of columns whose weights are put back for each test."""
    table = {"a": [0.0, 1.0, 2.0, 3.0], "b": [1.0, 0.0, 1.0, 0.0], "word": ["x", "y", "x", "z"], "other": [*"pqpq"]}
    model = modelzoo.build("wide_deep", hidden=[3])
    model.fit(table, [1.0, 2.0, 3.0, 4.0], epochs=1, validation=0, verbose=0)
    shaken(model)
    return model, table, model.keras.get_weights()


@pytest.fixture
def again(small):
    model, table, weights = small
    model.keras.set_weights(weights)
    return model, table


@pytest.mark.parametrize("kept", [["a"], ["word"], ["a", "b"], ["word", "other"]], ids=" ".join)
def test_some_kinds_of_columns_may_go_altogether(again, tmp_path, kept):
    model, table = again
    forget(model, *without(table, kept))

    export = modelzoo.load_export(model.export(tmp_path, formats="onnx", prune=True))

    assert [one.name for one in export.manifest.inputs] == kept
    assert [one.name for one in export.manifest.ignored] == [name for name in table if name not in kept]
    assert_close(model, export.predict({name: table[name] for name in kept}), model.predict(table))


def test_a_model_without_zeros_is_exported_whole(again, tmp_path):
    model, table = again
    whole, pruned = (
        modelzoo.load_export(model.export(tmp_path, formats="onnx", prune=prune)) for prune in (False, True)
    )

    same = {"pruned": True, "created": pruned.manifest.created}
    assert whole.manifest.model_copy(update=same) == pruned.manifest
    assert (whole.folder / "encoder.json").read_text() == (pruned.folder / "encoder.json").read_text()
    assert (whole.predict(table) == pruned.predict(table)).all()


def test_a_regularizer_that_makes_weights_zero_is_enough_to_be_pruned(again, tmp_path, monkeypatch):
    model, _ = again
    forget(model, "b")
    (choice,) = configure("linear", {}, ["l2"])[1]
    assert not modelzoo.load_export(model.export(tmp_path, formats="onnx")).manifest.pruned

    monkeypatch.setattr(model, "_regularizers", (choice,))
    monkeypatch.setattr(choice.plugin, "sparsifies", True)

    assert [one.name for one in modelzoo.load_export(model.export(tmp_path, formats="onnx")).manifest.ignored] == ["b"]
    assert not modelzoo.load_export(model.export(tmp_path, formats="onnx", prune=False)).manifest.ignored


def test_a_model_that_rebuilds_its_inputs_keeps_them_all(tmp_path):
    table = {"a": [0.0, 1.0, 2.0, None], "word": ["x", "y", "x", "z"]}
    model = modelzoo.build("autoencoder", code=2, hidden=[3])
    model.fit(table, epochs=1, validation=0, verbose=0)
    shaken(model)
    first = next(layer for layer in model.keras.layers if layer.weights)
    change(first.kernel, [(0, 0), ((slice(None), 1), 0)])

    whole, pruned = (
        modelzoo.load_export(model.export(tmp_path, formats="onnx", prune=prune)) for prune in (False, True)
    )

    assert pruned.manifest.inputs == whole.manifest.inputs
    assert pruned.manifest.parameters < whole.manifest.parameters
    assert pruned.manifest.ignored == ()
    assert (pruned.folder / "encoder.json").read_text() == (whole.folder / "encoder.json").read_text()
    np.testing.assert_allclose(pruned.encode(table), model.encode(table), atol=1e-6)
    np.testing.assert_allclose(pruned.reconstruction_error(table), model.reconstruction_error(table), rtol=1e-6)
