"""Of an ONNX file nothing is run but a graph of standard operators, with all its numbers in it."""

import numpy as np
import pytest
from modelzoo_registry import DamagedArtifactError
from onnx import SparseTensorProto, TensorProto, helper, numpy_helper

from modelzoo.export import onnx_file
from modelzoo.export.onnx_file import check_onnx

X = helper.make_tensor_value_info("x", TensorProto.FLOAT, [2])
Y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [2])
INSIDE = numpy_helper.from_array(np.ones(2, np.float32), "w")
ADD = helper.make_node("Add", ["x", "w"], ["y"])


def model(nodes=(ADD,), initializers=(INSIDE,), **others):
    return helper.make_model(helper.make_graph(nodes, "g", [X], [Y], initializers), **others)


def outside(location="../secret"):
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value=location)
    return tensor


def branches(inner, depth=1):
    """Return the nodes of a graph that holds another one, so many deep, with the innermost nodes given."""
    for _ in range(depth):
        graph = helper.make_graph(inner, "branch", [], [Y])
        inner = [helper.make_node("If", ["condition"], ["y"], then_branch=graph, else_branch=graph)]
    return inner


def with_sparse_initializer():
    made = model()
    made.graph.sparse_initializer.append(SparseTensorProto(values=outside(), dims=[2]))
    return made


def with_training():
    made = model()
    made.training_info.add().algorithm.CopyFrom(made.graph)
    return made


def with_function():
    function = helper.make_function("mine", "F", ["x"], ["y"], [ADD], [helper.make_opsetid("", 20)])
    return model(functions=[function])


def refusal(content):
    with pytest.raises(DamagedArtifactError) as caught:
        check_onnx(content if isinstance(content, bytes) else content.SerializeToString(), name="core.onnx")
    return str(caught.value)


def test_a_graph_of_standard_operators_passes():
    check_onnx(model().SerializeToString(), name="core.onnx")
    check_onnx(model(branches([ADD], onnx_file.DEEPEST - 1)).SerializeToString(), name="core.onnx")
    check_onnx(model([helper.make_node("Scaler", ["x"], ["y"], domain="ai.onnx.ml")]).SerializeToString(), name="")


@pytest.mark.parametrize("location", ["../secret", "/etc/passwd", "beside", "*/_ORT_MEM_ADDR_/*"])
@pytest.mark.parametrize(
    "place",
    [
        lambda tensor: model(initializers=[tensor]),
        lambda tensor: model([helper.make_node("Constant", [], ["y"], value=tensor)]),
        lambda tensor: model(branches([helper.make_node("Constant", [], ["y"], value=tensor)])),
    ],
)
def test_numbers_outside_the_file_are_refused_wherever_they_are_named(place, location):
    assert refusal(place(outside(location))) == "core.onnx has data outside the file, which no export has"


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (with_sparse_initializer, "sparse tensors, which no export has"),
        (with_training, "instructions for training, which no export has"),
        (with_function, "functions of its own, which no export has"),
        (
            lambda: model([helper.make_node("EPContext", ["x"], ["y"], domain="com.microsoft")]),
            "operators of 'com.microsoft', which are not ONNX's own",
        ),
        (
            lambda: model(branches([helper.make_node("Any", ["x"], ["y"], domain="mine")])),
            "operators of 'mine', which are not ONNX's own",
        ),
        (lambda: model(branches([ADD], onnx_file.DEEPEST)), "graphs in graphs, more than 8 deep"),
    ],
)
def test_what_no_export_has_is_refused(made, words):
    assert refusal(made()) == f"core.onnx has {words}"


def test_more_fields_than_are_looked_through_are_refused(monkeypatch):
    monkeypatch.setattr(onnx_file, "MOST_FIELDS", 10)

    assert refusal(model()) == "core.onnx has more than 10 fields"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"....ORTM" + bytes(64), "is no ONNX file, but ONNX Runtime's own format"),
        (b"\0", "is no ONNX file"),
        (b"\x0b", "is no ONNX file"),
        (b"\xff" * 16, "is no ONNX file"),
        (b"\x08", "is no ONNX file"),
        (b"\x3a\x05\x0a", "is no ONNX file: it ends too early"),
    ],
)
def test_bytes_of_another_kind_are_refused(content, words):
    assert refusal(content) == f"core.onnx {words}"


def test_a_model_that_was_cut_is_refused():
    assert refusal(model().SerializeToString()[:-1]) == "core.onnx is no ONNX file: it ends too early"
