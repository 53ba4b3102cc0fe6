"""Encode rows with ONNX Runtime, by the nodes that an encoder adds to a graph."""

from typing import Any

import numpy as np
import onnx
import onnxruntime

from modelzoo.columns import Encoder
from modelzoo.columns.raw import TENSOR_DTYPES
from modelzoo.columns.wire import to_numpy
from modelzoo.export.onnx.graph import Graph

SILENT = 4


def run(model: onnx.ModelProto, feed: dict[str, Any]) -> dict[str, np.ndarray]:
    """Return every output of a model, by name."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = SILENT  # errors are raised too
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {name: to_numpy(values) for name, values in feed.items()}), strict=True))


def encoded_in_onnx(encoder: Encoder, wire: dict[str, Any]) -> dict[str, np.ndarray]:
    """Return the packed inputs of rows in wire form."""
    shapes = {"dense": (encoder.dense_width,), "ids": (len(encoder.id_layout),), **encoder.array_shapes}
    graph = Graph([*wire, *(f"packed {name}" for name in shapes)])
    inputs = {raw.name: graph.input(raw.name, TENSOR_DTYPES[raw.type], raw.shape) for raw in encoder.raw}
    packed = encoder.onnx(graph, inputs)
    for name, tensor in packed.items():
        graph.output(f"packed {name}", tensor, shapes[name])
    return {name.removeprefix("packed "): array for name, array in run(graph.model(), wire).items()}
