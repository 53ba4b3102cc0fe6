"""Make cores as ONNX without Keras: small enough to reckon with by hand."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from modelzoo.columns import Encoder
from modelzoo.columns.decoder import fixed_width


def core_of(
    nodes: str, inputs: list[onnx.ValueInfoProto], outputs: dict[str, int], **constants: np.ndarray
) -> onnx.ModelProto:
    """Return a model of nodes written as text, of ``ai.onnx`` 18."""
    shapes = ", ".join(f"float[n,{width}] {name}" for name, width in outputs.items())
    model = onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["" : 18]> core () => ({shapes}) {{ {nodes} }}')
    model.graph.input.extend(inputs)
    model.graph.initializer.extend(numpy_helper.from_array(array, name) for name, array in constants.items())
    return model


def inputs_of(encoder: Encoder) -> list[onnx.ValueInfoProto]:
    """Return the packed inputs of an encoder."""
    given = {
        "dense": (TensorProto.FLOAT, (encoder.dense_width,)),
        "ids": (TensorProto.INT32, (len(encoder.id_layout),)),
    }
    given |= {name: (TensorProto.FLOAT, shape) for name, shape in encoder.array_shapes.items()}
    return [
        helper.make_tensor_value_info(name, kind, ["n", *shape]) for name, (kind, shape) in given.items() if shape[0]
    ]


def summing(encoder: Encoder, activation: str = "Identity", classes: int = 1) -> onnx.ModelProto:
    """Return a core whose scores are made of the sum of ``dense``, once for each class times its number from 1."""
    weights = np.ones((encoder.dense_width, 1), np.float32) * np.arange(1, classes + 1, dtype=np.float32)
    return core_of(f"s = MatMul(dense, w) output = {activation}(s)", inputs_of(encoder), {"output": classes}, w=weights)


def answering(encoder: Encoder, vector: list[float]) -> onnx.ModelProto:
    """Return a core that rebuilds every row as the same vector, with a code of two numbers."""
    assert len(vector) == fixed_width(encoder)
    nodes = "code = Gather<axis = 1>(dense, two) s = ReduceSum(dense, one) z = Mul(s, zero) output = Add(z, v)"
    return core_of(
        nodes,
        inputs_of(encoder),
        {"output": len(vector), "code": 2},
        two=np.array([0, 0]),
        one=np.array([1]),
        zero=np.zeros((), np.float32),
        v=np.array(vector, np.float32),
    )
