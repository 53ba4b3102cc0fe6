"""model.onnx takes raw columns under their own names and returns what the SavedModel does."""

import math
from typing import Any

import numpy as np
import onnx
import pyarrow as pa
import pytest
from modelzoo_registry import ExportError
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidArgument

from modelzoo.columns import Encoder, Schema
from modelzoo.columns.decoder import decode, fixed_width
from modelzoo.columns.target import Target
from modelzoo.export.onnx.raw import inexpressible, input_names, raw_model

from ...columns.in_onnx import run
from .cores import answering, summing


def fitted(table: dict[str, Any], *columns: dict[str, Any]) -> Encoder:
    return Encoder.fit(Schema.model_validate({"columns": columns}), pa.table(table))


def numbers(*names: str, **settings: Any) -> Encoder:
    """Return an encoder that leaves numbers as they are."""
    columns = [{"kind": "numeric", "name": name, "scale": "none", **settings} for name in names]
    return fitted({name: [1.0, 2.0] for name in names}, *columns)


def test_a_regression_returns_numbers_in_the_targets_own_unit():
    encoder = numbers("a", "b")
    model = raw_model(summing(encoder), encoder, Target(name="y", task="regression", center=100.0, spread=10.0))

    outputs = run(model, {"a": np.array([1.0, math.nan, -1e300]), "b": np.array([2.0, 0.0, 1e300])})

    assert {name: (array.dtype, array.tolist()) for name, array in outputs.items()} == {
        "prediction": (np.float64, [130.0, 115.0, 100.0])
    }


@pytest.mark.parametrize(
    ("labels", "dtype"), [((False, True), bool), ((0, 7), np.int64), ((0.5, 1.5), np.float64), (("", "é\0"), object)]
)
def test_of_two_classes_the_likeliest_label_and_both_probabilities_are_returned(labels, dtype):
    encoder = numbers("a")
    model = raw_model(summing(encoder, "Sigmoid"), encoder, Target(name="y", task="binary", labels=labels))

    outputs = run(model, {"a": np.array([-1.0, 0.0, 2.0])})

    assert (outputs["label"].dtype, outputs["label"].tolist()) == (dtype, [labels[0], labels[0], labels[1]])
    positive = 1 / (1 + np.exp([1.0, 0.0, -2.0]))
    np.testing.assert_allclose(outputs["probabilities"], np.stack([1 - positive, positive], axis=1), rtol=1e-6)
    assert outputs["probabilities"].dtype == np.float32


def test_of_several_classes_the_likeliest_label_and_all_probabilities_are_returned():
    encoder = numbers("a")
    target = Target(name="y", task="multiclass", labels=("low", "mid", "high"))
    model = raw_model(summing(encoder, "Softmax", classes=3), encoder, target)

    outputs = run(model, {"a": np.array([-1.0, 1.0])})

    assert outputs["label"].tolist() == ["low", "high"]
    exponents = np.exp([[-1.0, -2.0, -3.0], [1.0, 2.0, 3.0]])
    np.testing.assert_allclose(outputs["probabilities"], exponents / exponents.sum(axis=1, keepdims=True), rtol=1e-6)


RECONSTRUCTION = Target(name=None, task="reconstruction")


def test_a_reconstruction_returns_every_column_in_its_own_unit_how_far_off_it_is_and_the_code():
    table = {
        "a b": [1.0, 5.0, 9.0],
        "log": [0.0, 1e3, -1e3],
        "rank": [1.0, 2.0, 4.0],
        "when": ["2024-01-01", "2024-02-29", None],
        "town": ["é", "Ulm", "Ulm"],
        "code": [3, 3, None],
        "image": [[1.0, 2.0], [3.0, 4.0], [5.0, 9.0]],
    }
    encoder = fitted(
        table,
        {"kind": "numeric", "name": "a b"},
        {"kind": "numeric", "name": "log", "scale": "log"},
        {"kind": "numeric", "name": "rank", "scale": "quantile", "indicator": True},
        {"kind": "datetime", "name": "when", "dtype": "string", "parts": ["elapsed"]},
        {"kind": "categorical", "name": "town"},
        {"kind": "categorical", "name": "code", "dtype": "integer", "missing": "own"},
        {"kind": "array", "name": "image", "shape": [2]},
    )
    vector = np.random.default_rng(5).normal(size=fixed_width(encoder)).astype(np.float32)
    core = answering(encoder, vector.tolist())
    model = raw_model(core, encoder, RECONSTRUCTION)
    missing = {"town": "", "code": -(2**63), "when": ""}
    feed = {
        "a b": np.array([1.0, math.nan]),
        "log": np.array([math.inf, 1e-9]),
        "rank": np.array([-math.inf, 3.0]),
        "when": np.array(["2024-02-29 12:00", "x"], object),
        "town": np.array(["Ulm", missing["town"]], object),
        "code_2": np.array([3, missing["code"]]),
        "image": np.array([[math.nan, 2.0], [3.0, math.inf]], np.float32),
    }
    assert input_names(core, encoder, RECONSTRUCTION) == {name: name for name in table} | {"code": "code_2"}

    outputs = run(model, feed)

    host = decode(encoder, np.stack([vector, vector]))
    expected = {
        f"reconstructed_{name.replace(' ', '_')}": np.where(values == None, missing.get(name, 0), values)  # noqa: E711
        for name, values in host.items()
    }
    assert set(outputs) == {*expected, "reconstruction_error", "code"}
    for name, values in expected.items():
        if values.dtype == object:
            assert outputs[name].tolist() == values.tolist()
        else:
            np.testing.assert_allclose(outputs[name], values, rtol=1e-6)
    rows = pa.table({
        "a b": [1.0, None], "log": [math.inf, 1e-9], "rank": [-math.inf, 3.0], "when": ["2024-02-29 12:00", "x"],
        "town": ["Ulm", None], "code": [3, None], "image": [[math.nan, 2.0], [3.0, math.inf]],
    })  # fmt: skip
    encoded = encoder.encode(rows)
    one_hot = [encoded["ids"][:, [place]] == np.arange(3) for place in (0, 1)]
    truth = np.concatenate([encoded["dense"], *one_hot, encoded["array_0"]], axis=1)
    np.testing.assert_allclose(outputs["reconstruction_error"], ((truth - vector) ** 2).mean(axis=1), rtol=1e-5)
    np.testing.assert_allclose(outputs["code"], encoded["dense"][:, [0, 0]], rtol=1e-6)


def test_inputs_are_called_as_the_columns_are_but_where_an_output_is():
    names = [
        "label",
        "label_2",
        "probabilities",
        "prediction",
        "é à",
        "a b",
        "_0",
        "a/b:0",
        "\0",
        "output",
        "日本",
        " ",
    ]
    encoder = numbers(*names)
    target = Target(name="y", task="binary", labels=("no", "yes"))
    core = summing(encoder, "Sigmoid")
    model = raw_model(core, encoder, target)
    called = input_names(core, encoder, target)
    assert called == {name: name for name in names} | {"label": "label_3", "probabilities": "probabilities_2"}
    assert [given.name for given in model.graph.input] == list(called.values())

    outputs = run(model, {name: np.array([float(place == 3)]) for place, name in enumerate(called.values())})

    np.testing.assert_allclose(outputs["probabilities"], [[1 / (1 + math.e), math.e / (1 + math.e)]], rtol=1e-6)


def test_operators_batch_and_shapes_are_stated():
    columns = {"kind": "numeric", "name": "a"}, {"kind": "array", "name": "x", "shape": [2, 1]}
    encoder = fitted({"x": [[[1.0], [2.0]]], "a": [1.0]}, *columns)
    model = raw_model(summing(encoder), encoder, Target(name="y", task="regression"))

    assert {each.domain: each.version for each in model.opset_import} == {"": 20, "ai.onnx.ml": 4}
    assert {node.domain for node in model.graph.node} <= {"", "ai.onnx.ml"}
    shapes = {
        info.name: [dim.dim_param or dim.dim_value for dim in info.type.tensor_type.shape.dim]
        for info in (*model.graph.input, *model.graph.output)
    }
    assert shapes == {"a": ["batch"], "x": ["batch", 2, 1], "prediction": ["batch"]}
    assert model.producer_name == "modelzoo"
    onnx.checker.check_model(model, full_check=True)


def test_a_row_that_lacks_a_required_value_is_refused_by_column_and_row_wherever_the_column_goes():
    encoder = fitted(
        {"a": [1.0, 2.0], "age": ["x", "y"]},
        {"kind": "numeric", "name": "a"},
        {"kind": "categorical", "name": "age", "missing": "reject", "wide": False, "deep": False},
    )
    model = raw_model(summing(encoder), encoder, Target(name="y", task="regression"))
    a = np.zeros(4)

    assert run(model, {"a": a, "age": np.array(["x", "?", "y", "x"], object)})["prediction"].shape == (4,)
    with pytest.raises(InvalidArgument, match=r"Name:'column 'age' lacks a value' .* idx=3 must be"):
        run(model, {"a": a, "age": np.array(["x", "?", "", ""], object)})


def test_columns_that_onnx_cannot_express_are_named_with_the_reason():
    table = {"text": ["a", "b"], "whole": [1, 2], "word": ["x", "y"], "other": ["p", "q"]}
    encoder = fitted(
        table,
        {"kind": "hashed", "name": "text"},
        {"kind": "hashed", "name": "whole", "dtype": "integer"},
        {"kind": "categorical", "name": "word"},
        {"kind": "categorical", "name": "other"},
        {"kind": "crossed", "name": "fine", "sources": ["word", "other"], "max_size": 1},
        {"kind": "crossed", "name": "pair", "sources": ["text", "word", "whole"]},
        {"kind": "crossed", "name": "of it", "sources": ["pair", "other"]},
    )
    reasons = {
        "text": "hashed, and ONNX has no hash of text",
        "whole": "hashed, and ONNX has no hash of whole numbers as they are written",
        "pair": "made of text and whole, which ONNX cannot express",
        "of it": "made of pair, which ONNX cannot express",
    }

    assert inexpressible(encoder) == reasons
    with pytest.raises(ExportError) as refused:
        raw_model(onnx.ModelProto(), encoder, Target(name="y", task="regression"))
    lines = [f"\n  {name}: {reason}" for name, reason in reasons.items()]
    assert str(refused.value) == f"these columns cannot be written as ONNX:{''.join(lines)}"
    assert inexpressible(fitted({"a": [1.0]}, {"kind": "numeric", "name": "a"})) == {}
