"""Convert a core to ONNX: packed inputs in, its output out."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import onnx
import tensorflow as tf
from modelzoo_registry import ExportError

from ...core.cut import encoder_of, has_code
from ..core_fit import SCORES
from ..manifest import CODE
from .simplify import gather_plainly

OPSET = 18
"""Of ``ai.onnx``: the newest that tf2onnx writes."""
_REMEDY = 'Export with formats=("savedmodel",)'


def core_model(core: keras.Model) -> onnx.ModelProto:
    """Return a core as ONNX; its inputs keep their names, its output is ``output``.

    A core that has a layer named ``code`` also gets that layer's output, ``code``.

    Raises:
        ExportError: naming the operators that have no counterpart, or what went wrong.
    """
    outputs = {SCORES: core} | ({CODE: encoder_of(core)} if has_code(core) else {})
    signature = {name: tf.TensorSpec(given.shape, given.dtype, name=name) for name, given in core.input.items()}
    call = tf.function(
        lambda inputs: {name: model(inputs, training=False) for name, model in outputs.items()}, autograph=False
    )
    model = _converted(call, signature)
    unknown = sorted({node.op_type for node in _nodes(model.graph) if not onnx.defs.has(node.op_type, node.domain)})
    if unknown:
        raise ExportError(f"the model cannot be written as ONNX, which has no {', '.join(unknown)}. {_REMEDY}")
    gather_plainly(model)
    return model


def _converted(call: Any, signature: dict[str, tf.TensorSpec]) -> onnx.ModelProto:
    with _quiet():
        import tf2onnx

        try:
            return tf2onnx.convert.from_function(call, input_signature=[signature], opset=OPSET)[0]
        except Exception as error:  # each operator's converter raises what it likes
            reason = f"{type(error).__name__}: {error}"
            raise ExportError(f"the model cannot be written as ONNX: {reason}. {_REMEDY}") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Hold back what tf2onnx logs, which is for its developers, and the warnings of what it uses."""
    logger = logging.getLogger("tf2onnx")
    before = logger.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logger.setLevel(logging.CRITICAL + 1)
        try:
            yield
        finally:
            logger.setLevel(before)


def _nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    """Yield the nodes of a graph and of the graphs in it."""
    for node in graph.node:
        yield node
        for inner in _inner(node.attribute):
            yield from _nodes(inner)


def _inner(attributes: Iterable[onnx.AttributeProto]) -> Iterator[onnx.GraphProto]:
    for attribute in attributes:
        if attribute.type == onnx.AttributeProto.GRAPH:
            yield attribute.g
