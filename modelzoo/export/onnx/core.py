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
from ...interrupts import deferred
from ...runtime import chatter_hidden
from ..core_fit import SCORES
from ..manifest import CODE
from .simplify import gather_plainly

OPSET = 18
"""Of ``ai.onnx``: the newest that tf2onnx writes."""


def core_model(core: keras.Model) -> onnx.ModelProto:
    """Return a core as ONNX; its inputs keep their names, its output is ``output``.

    A core that has a layer named ``code`` also gets that layer's output, ``code``.

    Raises:
        ExportError: naming the operators that have no counterpart, or what else is in the way.
    """
    narrow = sorted({layer.compute_dtype for layer in core.layers} & {"bfloat16", "float16"})
    if narrow:
        raise _cannot(f"since it computes in {narrow[0]}, which ONNX Runtime does not on processors")
    outputs = {SCORES: core} | ({CODE: encoder_of(core)} if has_code(core) else {})
    signature = {name: tf.TensorSpec(given.shape, given.dtype, name=name) for name, given in core.input.items()}
    call = tf.function(
        lambda inputs: {name: model(inputs, training=False) for name, model in outputs.items()}, autograph=False
    )
    model = _converted(call, signature)
    unknown = sorted({node.op_type for node in _nodes(model.graph) if not onnx.defs.has(node.op_type, node.domain)})
    if unknown:
        raise _cannot(f"which has no {', '.join(unknown)}")
    gather_plainly(model)
    return model


def _converted(call: Any, signature: dict[str, tf.TensorSpec]) -> onnx.ModelProto:
    with _quiet():
        with deferred():
            import tf2onnx

        try:
            return tf2onnx.convert.from_function(call, input_signature=[signature], opset=OPSET)[0]
        except Exception as error:  # each operator's converter raises what it likes
            raise _cannot(f"since its conversion failed with {type(error).__name__}: {error}") from error


def _cannot(why: str) -> ExportError:
    return ExportError(f'the model cannot be written as ONNX, {why}. Export with formats=("savedmodel",)')


@contextmanager
def _quiet() -> Iterator[None]:
    """Hold back what tf2onnx and, under it, TensorFlow log for their developers, and warnings."""
    loggers = [logging.getLogger(name) for name in ("tf2onnx", "tensorflow")]
    before = [logger.level for logger in loggers]
    with warnings.catch_warnings(), chatter_hidden():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        try:
            yield
        finally:
            for logger, level in zip(loggers, before, strict=True):
                logger.setLevel(level)


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
