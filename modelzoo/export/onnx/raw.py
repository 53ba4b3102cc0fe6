"""Write a model as one ONNX graph that takes raw columns: the encoder as nodes, then the core, then the outputs."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import onnx
from modelzoo_registry import ExportError, Fault
from modelzoo_registry.errors import describe_faults

from ...columns.crossed import CrossedColumn
from ...columns.decoder import decode_onnx, fixed_inputs_onnx, rebuilt
from ...columns.encoder import Encoder
from ...columns.hashed import FittedHashed
from ...columns.raw import TENSOR_DTYPES
from ...columns.target import Target
from ..core_fit import SCORES
from ..manifest import CODE, ERROR, RECONSTRUCTED
from ..names import tensor_names
from .graph import OPSET, Graph, Tensor

Outputs = dict[str, tuple[Tensor, tuple[int, ...]]]
"""Each output, and the shape of one row's."""


def inexpressible(encoder: Encoder) -> dict[str, str]:
    """Return the columns that ONNX has no nodes for, and why; of others ``raw_model`` can be made."""
    reasons: dict[str, str] = {}
    for fitted in encoder.columns:
        name = fitted.column.name
        if isinstance(fitted, FittedHashed):
            reasons[name] = f"hashed, and ONNX has no hash of {_HASHED[fitted.column.dtype]}"
        elif isinstance(fitted.column, CrossedColumn):
            hashed = [source for source in fitted.column.sources if source in reasons]
            if hashed:
                reasons[name] = f"made of {' and '.join(hashed)}, which ONNX cannot express"
    return reasons


_HASHED = {"string": "text", "integer": "whole numbers as they are written"}


def input_names(core: onnx.ModelProto, encoder: Encoder, target: Target) -> dict[str, str]:
    """Return what ``raw_model`` calls the input of each raw column: as the column, unless an output is called so."""
    taken = {raw.name for raw in encoder.raw} | _output_names(core, encoder, target)
    names: dict[str, str] = {}
    for raw in encoder.raw:
        names[raw.name] = _free(raw.name, taken) if raw.name in _output_names(core, encoder, target) else raw.name
        taken.add(names[raw.name])
    return names


def _free(name: str, taken: Collection[str]) -> str:
    count = 2
    while f"{name}_{count}" in taken:
        count += 1
    return f"{name}_{count}"


def raw_model(core: onnx.ModelProto, encoder: Encoder, target: Target) -> onnx.ModelProto:
    """Return one model from raw columns to predictions.

    It takes a tensor (batch, *shape) a raw column the encoder reads, in wire form: numbers float64 with NaN for
    missing, strings with ``""``, integers and timestamps int64 with the smallest value, arrays float32. A missing
    value where one is required lets the runtime fail, with the column and the row in its message. It returns what
    the SavedModel of the same model does, under the same names.

    Args:
        core: from ``core_model``: inputs as the encoder packs them, outputs ``output`` and, if it has one, ``code``.
        encoder: what goes before it.
        target: what is predicted.

    Raises:
        ExportError: naming every column that ONNX cannot express, or saying why the graph is not valid.
    """
    refused = inexpressible(encoder)
    if refused:
        faults = [Fault(name, reason) for name, reason in refused.items()]
        raise ExportError(describe_faults("these columns cannot be written as ONNX", faults))
    names = input_names(core, encoder, target)
    graph = Graph([*names.values(), *_output_names(core, encoder, target)])
    wire = {raw.name: graph.input(names[raw.name], TENSOR_DTYPES[raw.type], raw.shape) for raw in encoder.raw}
    inputs = encoder.onnx(graph, wire)
    made = graph.splice(_of_opset(core), inputs)
    if target.task == "reconstruction":
        outputs = _reconstruction(graph, encoder, inputs, made) | _code(core, made)
    else:
        outputs = _prediction(graph, made[SCORES], target)
    for name, (tensor, shape) in outputs.items():
        graph.output(name, tensor, shape)
    return graph.model()


def _of_opset(core: onnx.ModelProto) -> onnx.ModelProto:
    """Return a core in the operators' version of the graph it becomes part of."""
    try:
        return onnx.version_converter.convert_version(core, OPSET)
    except Exception as error:  # each operator's adapter raises what it likes
        raise ExportError(f"the core cannot be written in version {OPSET} of ONNX' operators: {error}") from error


def _output_names(core: onnx.ModelProto, encoder: Encoder, target: Target) -> set[str]:
    if target.task == "reconstruction":
        code = {CODE} & {output.name for output in core.graph.output}
        return {*_rebuilt_names(encoder).values(), ERROR} | code
    return {"prediction"} if target.task == "regression" else {"label", "probabilities"}


def _rebuilt_names(encoder: Encoder) -> dict[str, str]:
    """Return the name of the output that holds each column as it was rebuilt: as in the SavedModel."""
    names = tensor_names([raw.name for raw in encoder.raw])
    return {piece.name: RECONSTRUCTED + names[piece.name] for piece in rebuilt(encoder)}


def _prediction(graph: Graph, scores: Tensor, target: Target) -> Outputs:
    if target.task == "regression":
        scaled = graph.gather(scores, np.array(0), axis=1).cast("float64")
        return {"prediction": (scaled * target.spread + target.center, ())}
    probabilities = graph.concat([1 - scores, scores]) if target.task == "binary" else scores
    labels = graph.constant(list(target.labels), target.label_dtype)
    likeliest = graph.op("ArgMax", probabilities, dtype="int64", axis=1, keepdims=0)
    return {"label": (graph.gather(labels, likeliest), ()), "probabilities": (probabilities, (len(target.labels),))}


def _reconstruction(
    graph: Graph, encoder: Encoder, inputs: Mapping[str, Tensor], made: Mapping[str, Tensor]
) -> Outputs:
    shapes = {raw.name: raw.shape for raw in encoder.raw}
    names = _rebuilt_names(encoder)
    columns = decode_onnx(graph, encoder, made[SCORES])
    outputs = {names[column]: (values, shapes[column]) for column, values in columns.items()}
    apart = fixed_inputs_onnx(graph, encoder, inputs) - made[SCORES]
    error = graph.op("ReduceMean", apart * apart, np.array([1]), keepdims=0)
    return outputs | {ERROR: (error, ())}


def _code(core: onnx.ModelProto, made: Mapping[str, Tensor]) -> Outputs:
    for output in core.graph.output:
        if output.name == CODE:
            return {CODE: (made[CODE], (output.type.tensor_type.shape.dim[1].dim_value,))}
    return {}
