"""Convert a core to ONNX: packed inputs in, its output out."""

from __future__ import annotations

import logging
from typing import Any

import keras
import tensorflow as tf

from ...core.cut import encoder_of, has_code
from ..host import SCORES
from ..manifest import CODE

OPSET = 18
"""Of ``ai.onnx``: the newest that tf2onnx writes."""


def core_model(core: keras.Model) -> Any:
    """Return an ``onnx.ModelProto`` of a core; its inputs keep their names, its output is ``output``.

    A core that has a layer named ``code`` also gets that layer's output, ``code``.
    """
    import tf2onnx

    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    outputs = {SCORES: core} | ({CODE: encoder_of(core)} if has_code(core) else {})
    signature = {name: tf.TensorSpec(given.shape, given.dtype, name=name) for name, given in core.input.items()}
    call = tf.function(
        lambda inputs: {name: model(inputs, training=False) for name, model in outputs.items()},
        input_signature=[signature],
        autograph=False,
    )
    model, _ = tf2onnx.convert.from_function(call, input_signature=[signature], opset=OPSET)
    return model
